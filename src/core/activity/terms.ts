/**
 * Terms: what an entry can be found by, as numbers. The term index (storage/term-index/) keeps for each term when its
 * entries happened; a filter becomes groups of terms of which every match has one each. Terms narrow, they never decide:
 * two terms may share a number, so whoever finds entries by them asks the filter again.
 */
import type { AcceptedActivity } from './activity.ts';
import { ActivityVisibility } from './activity.ts';
import type { Selection } from './feed.ts';
import { parseSearch, type SearchPart, searchedWords } from './search.ts';
import { isContinuousWord } from './words.ts';

/** Raised whenever an entry's terms or their numbers become others: the index is then made anew. */
export const termsVersion = 1;

/** Prefixes of a word that are terms of their own. */
const prefixLengths = [2, 4, 8] as const;

/** Of how many entries one belongs to a sample, as a power of two: for statistics of more than can be counted. */
const sampleLevels = [3, 6, 9, 12] as const;
export type SampleLevel = (typeof sampleLevels)[number];

/** Numbers of terms are below this. */
export const termRange = 2 ** 40;

/** Any of these terms. */
export type TermGroup = readonly number[];

/** Two rounds of multiplication a character, as in cyrb53 (public domain, by bryc); 40 bits of it. */
class Hash {
  readonly #high: number;
  readonly #low: number;

  constructor(seed: string, high = 0xdeadbeef, low = 0x41c6ce57) {
    for (let at = 0; at < seed.length; at += 1) {
      const code = seed.charCodeAt(at);
      high = Math.imul(high ^ code, 0x9e3779b1);
      low = Math.imul(low ^ code, 0x5f356495);
    }
    this.#high = high;
    this.#low = low;
  }

  /** The number of a text behind the seed. */
  of(kind: string, text: string): number {
    let high = Math.imul(this.#high ^ kind.charCodeAt(0), 0x9e3779b1);
    let low = Math.imul(this.#low ^ kind.charCodeAt(0), 0x5f356495);
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      high = Math.imul(high ^ code, 0x9e3779b1);
      low = Math.imul(low ^ code, 0x5f356495);
    }
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    return (low & 0xff) * 0x100000000 + (high >>> 0);
  }
}

const everywhere = new Hash('sample');

/** True where an entry with this id is in the sample of one in two to the power of `level`. */
export function isSampled(id: string, level: SampleLevel): boolean {
  return everywhere.of('x', id) % 2 ** level === 0;
}

/** The terms of an entry, each once. */
export function termsOf(entry: AcceptedActivity): Set<number> {
  const hash = new Hash(`${entry.workspaceId}\n`);
  const terms = new Set<number>();
  const add = (kind: string, text: string) => void terms.add(hash.of(kind, text));
  add('v', entry.visibility);
  add('s', entry.severity);
  add('a', entry.actorType);
  add('e', entry.entityType);
  add('i', `${entry.entityType} ${entry.entityId}`);
  add('k', entry.eventKey);
  for (let dot = entry.eventKey.indexOf('.'); dot >= 0; dot = entry.eventKey.indexOf('.', dot + 1))
    add('k', entry.eventKey.slice(0, dot + 1));
  if (entry.brandId !== null) add('b', entry.brandId);
  if (entry.actorUserId !== null) add('u', entry.actorUserId);
  if (entry.actorLabel !== null) add('l', entry.actorLabel);
  if (entry.context !== null) add('c', entry.context);
  for (const level of sampleLevels) if (isSampled(entry.id, level)) add('x', String(level));
  for (const words of searchedWords(entry)) {
    let before = '';
    for (const word of words) {
      add('w', word);
      for (const length of prefixLengths) if (word.length > length) add(String(length), word.slice(0, length));
      const continuous = isContinuousWord(word);
      if (continuous && before !== '') add('p', `${before} ${word}`);
      before = continuous ? word : '';
    }
  }
  return terms;
}

function groupsOfPart(hash: Hash, { words, prefix }: SearchPart): TermGroup[] {
  const whole = prefix ? words.slice(0, -1) : words;
  const groups: TermGroup[] = [];
  let before = '';
  for (const word of whole) {
    const continuous = isContinuousWord(word);
    if (continuous && before !== '') groups.push([hash.of('p', `${before} ${word}`)]);
    groups.push([hash.of('w', word)]);
    before = continuous ? word : '';
  }
  if (!prefix) return groups;
  const begun = words.at(-1) as string;
  const length = prefixLengths.findLast((one) => one <= begun.length);
  if (length === undefined) return groups;
  const longer = hash.of(String(length), begun.slice(0, length));
  groups.push(length === begun.length ? [hash.of('w', begun), longer] : [longer]);
  return groups;
}

/**
 * Groups of terms: every entry that is selected has a term of each group. None where the selection has no condition that
 * terms know (`from` and `to`, exclusions, prefixes of one letter).
 */
export function termGroups({ scope, filter }: Selection): TermGroup[] {
  const hash = new Hash(`${scope.workspaceId}\n`);
  const groups: TermGroup[] = [];
  const any = (kind: string, values: readonly string[] | null | undefined) => {
    if (values != null) groups.push([...new Set(values)].map((value) => hash.of(kind, value)));
  };
  if (scope.visibilities.length < Object.keys(ActivityVisibility).length) any('v', scope.visibilities);
  any('b', scope.brandIds);
  any('b', filter.brandIds);
  if (filter.entities != null) {
    groups.push(
      filter.entities.map(({ type, id }) => (id == null ? hash.of('e', type) : hash.of('i', `${type} ${id}`))),
    );
  }
  any(
    'k',
    filter.eventKeys?.map((key) => (key.endsWith('.*') ? key.slice(0, -1) : key)),
  );
  any('a', filter.actorTypes);
  any('u', filter.actorUserIds);
  any('l', filter.actorLabels);
  any('c', filter.contexts);
  any('s', filter.severities);
  any('v', filter.visibilities);
  for (const part of filter.search == null ? [] : parseSearch(filter.search))
    if (!part.excluded) groups.push(...groupsOfPart(hash, part));
  return groups;
}

/** The group of a sample of a workspace. */
export function sampleGroup(workspaceId: string, level: SampleLevel): TermGroup {
  return [new Hash(`${workspaceId}\n`).of('x', String(level))];
}
