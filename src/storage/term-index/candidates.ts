/**
 * When the entries that have a term of each group happened, in the order of a timeline: the lists of the terms are read
 * from all runs at once, page by page, and intersected as far as all of them are known.
 */
import sql from 'sql-template-tag';
import type { TermGroup } from '../../core/activity/terms.ts';
import type { Queryable } from '../database.ts';
import type { ReadRun } from './indexed.ts';
import { agesOf, type TermPage } from './term-page.ts';

export interface CandidateRequest {
  runs: readonly ReadRun[];
  /** At least one. */
  groups: readonly TermGroup[];
  from: 'newest' | 'oldest';
  /** Milliseconds since 1970, both included. */
  latest: number;
  earliest: number;
}

/** Pages of a list read at once: at first, at most. Whoever reads on wants many. */
const [firstPages, mostPages] = [1, 64] as const;
/** A group whose entries are so much more frequent than those of another one narrows less than reading it costs. */
const tooFrequent = 64;

/** Lists of so many runs are opened at first, four times as many each time after: most pages are full before the last. */
const firstRuns = 4;

/** A place in a list; keys rise in the direction of reading: ages from the newest on, times from the oldest on. */
interface Cursor {
  run: number;
  term: number;
  /** Everything up to this key has been read. */
  known: number;
  /** Where the next page begins; undefined before the first. */
  last: TermPage | undefined;
}

class Group {
  /** Those that have more. */
  cursors: Cursor[];
  /** Sorted, each once, up to `known` complete. */
  keys: Float64Array = new Float64Array(0);
  pages: number = firstPages;
  opening: number = firstRuns;

  constructor(cursors: Cursor[]) {
    this.cursors = cursors;
  }

  get known(): number {
    return this.cursors.reduce((least, { known }) => Math.min(least, known), Number.POSITIVE_INFINITY);
  }

  get ended(): boolean {
    return this.cursors.length === 0 && this.keys.length === 0;
  }

  /** Gives away what lies up to a key. */
  take(until: number): Float64Array {
    const end = firstAbove(this.keys, until);
    const taken = this.keys.subarray(0, end);
    this.keys = this.keys.subarray(end);
    return taken;
  }

  /** @param lists each sorted, each key once in it; of runs that are behind one another most follow without a gap */
  add(lists: readonly Float64Array[]): void {
    const all = [this.keys, ...lists].filter(({ length }) => length > 0);
    if (all.length > 1) this.keys = joined(all);
    else if (all[0] !== undefined) this.keys = all[0];
  }
}

/** Sorted lists as one, each key once. */
function joined(lists: Float64Array[]): Float64Array {
  lists.sort((a, b) => (a[0] as number) - (b[0] as number));
  const keys = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  let isSorted = true;
  for (const list of lists) {
    if (length > 0 && (keys[length - 1] as number) >= (list[0] as number)) isSorted = false;
    keys.set(list, length);
    length += list.length;
  }
  return isSorted ? keys : eachOnce(keys.sort());
}

function firstAbove(keys: Float64Array, until: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as number) <= until) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorted keys without those that come again; in place. */
function eachOnce(keys: Float64Array): Float64Array {
  let kept = 0;
  for (let at = 0; at < keys.length; at += 1)
    if (at === 0 || keys[at] !== keys[at - 1]) keys[kept++] = keys[at] as number;
  return keys.subarray(0, kept);
}

/** Those of a sorted list that are in the range. */
function between(keys: Float64Array, begin: number, end: number): Float64Array {
  const first = keys[0] ?? 0;
  const last = keys.at(-1) ?? 0;
  if (first >= begin && last <= end) return keys;
  return keys.filter((key) => key >= begin && key <= end);
}

/** What two sorted lists have in common. */
function common(a: Float64Array, b: Float64Array): Float64Array {
  const found = new Float64Array(Math.min(a.length, b.length));
  let [m, n, length] = [0, 0, 0];
  while (m < a.length && n < b.length) {
    const [one, other] = [a[m] as number, b[n] as number];
    if (one === other) found[length++] = one;
    if (one <= other) m += 1;
    if (other <= one) n += 1;
  }
  return found.subarray(0, length);
}

/** Yields times in milliseconds, from the newest or the oldest on, each once. Nothing after the last. */
export async function* candidateTimes(database: Queryable, request: CandidateRequest): AsyncGenerator<number[]> {
  const { from, latest, earliest } = request;
  const forward = from === 'newest';
  const [begin, end] = forward ? [-latest, -earliest] : [earliest, latest];
  const runs = request.runs.filter((run) => run.newest >= earliest && run.oldest <= latest);
  const groups = request.groups.map(
    (terms) =>
      new Group(
        [...new Set(terms)].flatMap((term) =>
          // A run has nothing before its first entry.
          runs.map(({ run, newest, oldest }) => ({
            run,
            term,
            known: (forward ? -newest : oldest) - 1,
            last: undefined,
          })),
        ),
      ),
  );
  const load = async (chosen: readonly Group[]) => {
    for (const group of chosen) {
      const direction = { forward, begin, end };
      const limiting = group.known;
      const next = group.cursors.filter(({ last, known }) => last !== undefined && known <= limiting);
      await read(database, group, next, direction);
      const closed = group.cursors.filter(({ last }) => last === undefined).sort((a, b) => a.known - b.known);
      const bound = closed[group.opening - 1]?.known ?? Number.POSITIVE_INFINITY;
      await read(
        database,
        group,
        closed.filter(({ known }) => known <= bound),
        direction,
      );
      group.opening *= 4;
      group.pages = Math.min(group.pages * 4, mostPages);
    }
  };
  await load(groups);
  if (groups.some(({ ended }) => ended)) return;
  const parts = worthReading(groups, begin, end);
  for (;;) {
    const until = Math.min(...parts.map(({ known }) => known));
    const found = parts.map((group) => group.take(until)).reduce(common);
    if (found.length > 0) yield Array.from(found, (key) => (forward ? 0 - key : key));
    if (parts.some(({ ended }) => ended)) return;
    await load(parts.filter(({ known }) => known <= until));
  }
}

/** The groups without those that are too frequent beside the rarest. */
function worthReading(groups: readonly Group[], begin: number, end: number): Group[] {
  const first = Math.min(...groups.map(({ keys }) => keys[0] ?? Number.POSITIVE_INFINITY));
  const start = Math.max(begin, first);
  const density = groups.map((group) => {
    const known = Math.min(group.known, end);
    const until = Number.isFinite(known) ? known : (group.keys.at(-1) ?? start);
    return firstAbove(group.keys, until) / Math.max(until - start, 1);
  });
  const rarest = Math.min(...density);
  return groups.filter((_, at) => (density[at] as number) <= rarest * tooFrequent);
}

interface Direction {
  forward: boolean;
  begin: number;
  end: number;
}

/** Reads the next pages of some lists of a group. */
async function read(
  database: Queryable,
  group: Group,
  wanted: readonly Cursor[],
  { forward, begin, end }: Direction,
): Promise<void> {
  if (wanted.length === 0) return;
  const pagesOf = await readPages(database, wanted, forward, begin, group.pages);
  const lists: Float64Array[] = [];
  for (const [at, cursor] of wanted.entries()) {
    const pages = pagesOf[at] as TermPage[];
    let lastAge = 0;
    for (const page of pages) {
      const ages = agesOf(page, cursor.term);
      lastAge = ages.at(-1) ?? lastAge;
      lists.push(between(forward ? ages : ages.reverse().map((age) => 0 - age), begin, end));
    }
    const last = pages.at(-1);
    // From the newest on, the page that the list begins in is read besides those that begin with the term.
    const start = cursor.last?.age ?? begin;
    const counted = forward ? pages.filter(({ term, age }) => term === cursor.term && age > start) : pages;
    cursor.last = last;
    if (last === undefined || counted.length < group.pages || last.term !== cursor.term)
      cursor.known = Number.POSITIVE_INFINITY;
    // What was read last is the end of its last page.
    else cursor.known = forward ? lastAge : -last.age;
    if (cursor.known >= end) cursor.known = Number.POSITIVE_INFINITY;
  }
  group.add(lists);
  group.cursors = group.cursors.filter(({ known }) => known !== Number.POSITIVE_INFINITY);
}

/** The next pages of each list, in the order of reading. */
async function readPages(
  database: Queryable,
  cursors: readonly Cursor[],
  forward: boolean,
  begin: number,
  limit: number,
): Promise<TermPage[][]> {
  const isFirst = cursors[0]?.last === undefined;
  const pageColumns = sql`page."term", page."age", page."data"`;
  const before = sql`SELECT ${pageColumns} FROM "TermPage" AS page WHERE page."run" = wanted.run`;
  const upTo = sql`ORDER BY page."term" DESC, page."age" DESC`;
  const next = sql`(${before} AND page."term" = wanted.term AND page."age" > wanted.age ORDER BY page."age" LIMIT ${limit})`;
  // The page that the list's beginning lies in begins with it or before it.
  const lateral = forward
    ? isFirst
      ? sql`(${before} AND (page."term", page."age") <= (wanted.term, wanted.age) ${upTo} LIMIT 1) UNION ALL ${next}`
      : next
    : isFirst
      ? sql`${before} AND (page."term", page."age") <= (wanted.term, wanted.age) ${upTo} LIMIT ${limit}`
      : sql`${before} AND (page."term", page."age") < (wanted.term, wanted.age) ${upTo} LIMIT ${limit}`;
  // Ages of the newest-first reading begin at `begin`; from the oldest on the list is read backwards from its end.
  const ageOf = (cursor: Cursor) => cursor.last?.age ?? (forward ? begin : -begin);
  const rows = await database.query<TermPage & { place: number }>(
    sql`SELECT wanted.place::int4 AS place, page."term"::float8, page."age"::float8, page."data"
      FROM unnest(${cursors.map(({ run }) => String(run))}::text[]::int8[], ${cursors.map(({ term }) => String(term))}::text[]::int8[],
        ${cursors.map((cursor) => String(ageOf(cursor)))}::text[]::int8[]) WITH ORDINALITY AS wanted(run, term, age, place)
      CROSS JOIN LATERAL (${lateral}) AS page`,
    { repeated: true },
  );
  const pages: TermPage[][] = cursors.map(() => []);
  for (const { place, ...page } of rows) (pages[place - 1] as TermPage[]).push(page);
  const order = forward ? 1 : -1;
  for (const list of pages) list.sort((a, b) => order * (a.term - b.term || a.age - b.age));
  return pages;
}
