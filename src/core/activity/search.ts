/**
 * Search: every word (split at white space) stands somewhere in the entry, upper and lower case of ASCII alike. What is
 * searched is what every role may see: message, event key, actor label, entity id and payload, never `context` or
 * `actorUserId`. Folding only ASCII is what makes PostgreSQL, PGlite and the predicate agree whatever the locale.
 */
import sql, { join, type Sql } from 'sql-template-tag';
import { ActivityLogError } from '../../errors.ts';
import type { AcceptedActivity } from './activity.ts';
import { isLongerThan, isStorableText } from './text.ts';

export const searchLimits = { characters: 1024, words: 64 } as const;

const fold = (text: string): string => text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());

/** A word as it stands inside JSON text. */
const inJson = (word: string): string => JSON.stringify(word).slice(1, -1);

/**
 * The words of a search, folded.
 * @throws ActivityLogError BAD_USER_INPUT for text that cannot be stored, LIMIT_EXCEEDED for more than 1,024 characters or 64 words
 */
export function parseSearch(search: string): string[] {
  const field = 'filter.search';
  if (!isStorableText(search)) {
    throw new ActivityLogError('BAD_USER_INPUT', 'search must not contain U+0000 or a lone surrogate', { field });
  }
  if (isLongerThan(search, searchLimits.characters)) {
    throw new ActivityLogError('LIMIT_EXCEEDED', `search takes at most ${searchLimits.characters} characters`, {
      field,
    });
  }
  const words = [
    ...new Set(
      fold(search)
        .split(/\s+/u)
        .filter((word) => word !== ''),
    ),
  ];
  if (words.length > searchLimits.words) {
    throw new ActivityLogError(
      'LIMIT_EXCEEDED',
      `search takes at most ${searchLimits.words} words, got ${words.length}`,
      { field },
    );
  }
  return words;
}

/** The search as a condition; `true` where it has no word. */
export function searchCondition(search: string): Sql {
  const conditions = parseSearch(search).map(
    (word) => sql`(strpos(lower("message" COLLATE "C"), ${word}) > 0
      OR strpos(lower("eventKey" COLLATE "C"), ${word}) > 0
      OR strpos(lower("entityId" COLLATE "C"), ${word}) > 0
      OR strpos(lower("actorLabel" COLLATE "C"), ${word}) > 0
      OR strpos(lower("payload"::text COLLATE "C"), ${fold(inJson(word))}) > 0)`,
  );
  return conditions.length === 0 ? sql`true` : join(conditions, ' AND ');
}

/** The search as a predicate that agrees with `searchCondition` on every entry. */
export function searchPredicate(search: string): (entry: AcceptedActivity) => boolean {
  const words = parseSearch(search).map((word) => ({ word, json: fold(inJson(word)) }));
  const has = (text: string | null, word: string): boolean => text !== null && fold(text).includes(word);
  return (entry) =>
    words.every(
      ({ word, json }) =>
        has(entry.message, word) ||
        has(entry.eventKey, word) ||
        has(entry.entityId, word) ||
        has(entry.actorLabel, word) ||
        has(entry.payloadText, json),
    );
}
