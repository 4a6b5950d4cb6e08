/**
 * Search: words, "phrases", prefixes* and -exclusions that all hold. What is searched is what every role may see: message,
 * event key, actor label, entity id and the texts and numbers of the payload, never `context` or `actorUserId`. What is
 * written together (`content.scheduled`, `RATE_LIMIT`) is a phrase. tests/core/search.test.ts has what is alike.
 */
import { ActivityLogError } from '../../errors.ts';
import type { AcceptedActivity, JsonValue } from './activity.ts';
import { isLongerThan, isStorableText } from './text.ts';
import { wordsOf } from './words.ts';

export const searchLimits = { characters: 1024, words: 64 } as const;

/** One condition of a search: words that follow one another. */
export interface SearchPart {
  words: string[];
  /** True where the last word may go on: `publ*`. */
  prefix: boolean;
  /** True where entries that have it are left out: `-failed`. */
  excluded: boolean;
}

/** `-` (or not), then a phrase in quotes or everything up to white space; a star behind it makes a prefix. */
const item = /(-?)(?:"([^"]*)(?:"|$)(\*?)|(\S+))/gu;

/**
 * Reads a search. What has neither letter, digit nor pictograph is passed over; without a word everything matches.
 * @throws ActivityLogError BAD_USER_INPUT for text that cannot be stored, LIMIT_EXCEEDED for more than 1,024 characters or 64 words
 */
export function parseSearch(search: string): SearchPart[] {
  const field = 'filter.search';
  if (!isStorableText(search)) {
    throw new ActivityLogError('BAD_USER_INPUT', 'search must not contain U+0000 or a lone surrogate', { field });
  }
  if (isLongerThan(search, searchLimits.characters)) {
    throw new ActivityLogError('LIMIT_EXCEEDED', `search takes at most ${searchLimits.characters} characters`, {
      field,
    });
  }
  const parts = [...search.replace(/[“”„«»]/g, '"').matchAll(item)].flatMap(
    ([, minus, phrase, star, bare = '']): SearchPart[] => {
      const words = wordsOf(phrase ?? bare);
      const prefix = phrase === undefined ? /\p{L}\*$|\p{N}\*$|\p{M}\*$/u.test(bare) : star === '*';
      return words.length === 0 ? [] : [{ words, prefix, excluded: minus === '-' }];
    },
  );
  const count = parts.reduce((sum, { words }) => sum + words.length, 0);
  if (count > searchLimits.words) {
    throw new ActivityLogError('LIMIT_EXCEEDED', `search takes at most ${searchLimits.words} words, got ${count}`, {
      field,
    });
  }
  return parts;
}

/** Texts and numbers of a JSON value, in their order. A payload can be nested deeper than calls can. */
function leavesOf(value: JsonValue): string[] {
  const leaves: string[] = [];
  const waiting: JsonValue[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop() as JsonValue;
    if (typeof next === 'string') leaves.push(next);
    else if (typeof next === 'number') leaves.push(String(next));
    else if (typeof next === 'object' && next !== null) waiting.push(...Object.values(next).reverse());
  }
  return leaves;
}

/** The words of an entry that a search can find, a list for each text that they stand in. */
export function searchedWords(entry: AcceptedActivity & { payload?: JsonValue | null }): string[][] {
  const { message, eventKey, actorLabel, entityId, payloadText, payload } = entry;
  const texts = [eventKey, entityId];
  if (message !== null) texts.push(message);
  if (actorLabel !== null) texts.push(actorLabel);
  if (payloadText !== null) texts.push(...leavesOf(payload ?? (JSON.parse(payloadText) as JsonValue)));
  return texts.map(wordsOf);
}

/** Kept as long as the entry: of a live entry every search asks. */
const lines = new WeakMap<AcceptedActivity, string>();

/** All words of an entry, a line for each text, with a blank on each side of a word. */
function lineOf(entry: AcceptedActivity): string {
  let line = lines.get(entry);
  if (line === undefined) {
    line = searchedWords(entry)
      .map((words) => ` ${words.join(' ')} `)
      .join('\n');
    lines.set(entry, line);
  }
  return line;
}

/** The search as a predicate. SQL knows nothing of it: what the term index finds for a search is asked here again. */
export function searchPredicate(search: string): (entry: AcceptedActivity) => boolean {
  const conditions = parseSearch(search).map(({ words, prefix, excluded }) => ({
    text: ` ${words.join(' ')}${prefix ? '' : ' '}`,
    excluded,
  }));
  return (entry) => {
    if (conditions.length === 0) return true;
    const line = lineOf(entry);
    return conditions.every(({ text, excluded }) => line.includes(text) !== excluded);
  };
}
