/**
 * Reads the entries of a timeline that a filter selects, in order, without looking at many more than it gives:
 *
 * 1. a look at the few newest of the workspace, which is all for filters that are met often, and for small workspaces;
 * 2. what the term index says (term-index/), and beside it what the index has not reached yet, read from the feed's end.
 *
 * All of it shows what one snapshot shows: the one of the first statement. Whatever is found by terms is asked the whole
 * filter again. Where no term narrows (only times, exclusions), the timeline is walked in steps.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Selection } from '../core/activity/feed.ts';
import { filterCondition, searchOf, timeConditions } from '../core/activity/filter.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import { formatSnapshot, type Position, type Snapshot } from '../core/activity/position.ts';
import { type TermGroup, termGroups } from '../core/activity/terms.ts';
import { scopeCondition } from '../core/activity/visibility.ts';
import type { Database } from './database.ts';
import { tookTooLong } from './database-errors.ts';
import { toParameter } from './row-parsers.ts';
import { snapshotText, toSnapshot } from './snapshot.ts';
import { candidateTimes } from './term-index/candidates.ts';
import { type ReadRun, readTermIndex } from './term-index/indexed.ts';

/** An entry that bounds a part of a timeline. */
export interface Bound extends PagePosition {
  /** True where the entry itself belongs to the part. */
  including?: boolean;
}

export interface MatchRequest extends Selection {
  /** Which end to begin with. */
  from: 'newest' | 'oldest';
  /** Only entries older than this one. */
  after?: Bound | undefined;
  /** Only entries newer than this one. */
  before?: Bound | undefined;
  /** What to read of each entry. With a search: all of it. */
  columns: Sql;
  /** How many are wanted; more may come. */
  wanted: number;
  /** Groups of terms besides those of the selection. */
  groups?: readonly TermGroup[];
  /** Entries of the first look. Default 1,000; 200 with a search, which looks at each in the process. */
  firstLook?: number;
  /** What all of it shows; by default what the first statement shows. No newer than that. */
  snapshot?: Snapshot;
}

/** What of a row the reading itself needs. */
export interface MatchedRow {
  id: string;
  createdAt: Date;
}

/** As many as cost about what the statement costs anyway. */
const firstLook = { plain: 1_000, search: 200 } as const;
/** Of a step of the walk: each is twice as long as the one before. */
const longestStep = 16_000;
/** New entries that are read without the index; where there are more of them it is far behind. */
const mostUnindexed = 50_000;
/** Rows that a search looks at in one go: so long nothing else of this process runs. */
const searchedAtOnce = 500;
/** Moments whose entries are read at once. */
const [fewestTimes, mostTimes] = [64, 4_000] as const;
/** How many times as many moments are read as would just be enough by the share of those before that matched. */
const spare = 1.5;
const lastSequence = 2n ** 63n - 1n;
/** Of a Date. */
const endOfTime = 8.64e15;

/** What a snapshot of before still shows. */
const shownBy = (snapshot: Snapshot): Sql =>
  sql`pg_visible_in_snapshot("transactionId", ${formatSnapshot(snapshot)}::text::pg_snapshot)`;

const beside = (operator: string, { createdAt, id, including = false }: Bound): Sql =>
  sql`("createdAt", "id") ${raw(including ? `${operator}=` : operator)} (${createdAt}::timestamp(3), ${id})`;
/** What is older, or newer, than an entry. */
export const olderThan = (bound: Bound): Sql => beside('<', bound);
export const newerThan = (bound: Bound): Sql => beside('>', bound);

export class Matches<Row extends MatchedRow> {
  readonly #database: Database;
  readonly #request: MatchRequest;
  readonly #groups: readonly TermGroup[];
  readonly #search: ((row: Row) => boolean) | undefined;
  readonly #began = performance.now();
  readonly #order: Sql;
  #snapshot: Snapshot | undefined;

  constructor(database: Database, request: MatchRequest) {
    this.#database = database;
    this.#request = request;
    this.#snapshot = request.snapshot;
    this.#groups = [...termGroups(request), ...(request.groups ?? [])];
    // With a search all of an entry is read, and a row has whatever it asks.
    this.#search = searchOf(request.filter) as ((row: object) => boolean) | undefined;
    this.#order = request.from === 'newest' ? sql`"createdAt" DESC, "id" DESC` : sql`"createdAt" ASC, "id" ASC`;
  }

  /** What all of it was read from; known once the first batch is there. */
  get snapshot(): Snapshot {
    if (this.#snapshot === undefined) throw new Error('nothing has been read yet');
    return this.#snapshot;
  }

  /** All matches, in order, in batches, of which any may be empty. */
  async *batches(): AsyncGenerator<Row[]> {
    if (this.#groups.some((group) => group.length === 0)) {
      yield await this.#readNothing();
      return;
    }
    const looked = this.#request.firstLook ?? (this.#search === undefined ? firstLook.plain : firstLook.search);
    const first = await this.#look(looked, undefined);
    yield first.rows;
    if (first.next === undefined) return;
    if (this.#groups.length === 0) return yield* this.#walk(first.next);
    const index = await readTermIndex(this.#database);
    const unindexed = await this.#unindexed(index.position, first.next);
    if (unindexed === undefined) yield* this.#walk(first.next);
    else yield* this.#merged(unindexed, this.#indexed(index.runs, first.next));
  }

  /** A filter that nothing can match still has a snapshot. */
  async #readNothing(): Promise<Row[]> {
    const [row] = await this.#database.query<{ snapshot: string }>(sql`SELECT ${snapshotText} AS snapshot`);
    this.#snapshot ??= toSnapshot(row?.snapshot);
    return [];
  }

  /** A part of the workspace's timeline. */
  #range(start: Bound | undefined): Sql {
    const { scope, filter, after, before } = this.#request;
    const all = [sql`"workspaceId" = ${scope.workspaceId}`, ...timeConditions(filter)];
    if (after !== undefined) all.push(olderThan(after));
    if (before !== undefined) all.push(newerThan(before));
    if (start !== undefined) all.push(this.#request.from === 'newest' ? olderThan(start) : newerThan(start));
    return join(all, ' AND ');
  }

  get #conditions(): Sql {
    const { scope, filter } = this.#request;
    const all = [scopeCondition(scope), filterCondition(filter)];
    if (this.#snapshot !== undefined) all.push(shownBy(this.#snapshot));
    return join(all, ' AND ');
  }

  /** The first entries of a part of the timeline: which of them match, and where to read on. */
  async #look(entries: number, start: Bound | undefined): Promise<{ rows: Row[]; next: Bound | undefined }> {
    const { columns } = this.#request;
    const limit = this.#search === undefined ? this.#request.wanted : entries;
    const range = this.#range(start);
    const order = this.#order;
    type Look = Row & { snapshot: string; nextAt: Date | null; nextId: string | null };
    const rows = await this.#database.query<Look>(
      sql`SELECT now.*, entry.* FROM (SELECT ${snapshotText} AS snapshot, next."createdAt" AS "nextAt", next."id" AS "nextId"
          FROM (SELECT 1) AS one LEFT JOIN LATERAL (SELECT "createdAt", "id" FROM "ActivityLog" WHERE ${range}
            ORDER BY ${order} OFFSET ${entries} LIMIT 1) AS next ON true) AS now
        LEFT JOIN LATERAL (
          SELECT ${columns} FROM (SELECT * FROM "ActivityLog" WHERE ${range} ORDER BY ${order} LIMIT ${entries}) AS looked
          WHERE ${this.#conditions} ORDER BY ${order} LIMIT ${limit}
        ) AS entry ON true ORDER BY ${order}`,
    );
    const { snapshot, nextAt, nextId } = rows[0] as Look;
    this.#snapshot ??= toSnapshot(snapshot);
    const found = rows.filter(({ id }) => id !== null);
    const last = found.at(-1);
    const cut = this.#search === undefined && found.length >= limit && last !== undefined;
    const next = nextAt === null || nextId === null ? undefined : { createdAt: nextAt, id: nextId, including: true };
    return { rows: await this.#chosen(found), next: cut ? { createdAt: last.createdAt, id: last.id } : next };
  }

  /** All of the timeline in steps, for what no term narrows. */
  async *#walk(start: Bound): AsyncGenerator<Row[]> {
    let next: Bound | undefined = start;
    for (let step = 2 * firstLook.plain; next !== undefined; step = Math.min(2 * step, longestStep)) {
      this.#checkTime();
      const looked: { rows: Row[]; next: Bound | undefined } = await this.#look(step, next);
      yield looked.rows;
      next = looked.next;
    }
  }

  /** Matches that the index has not reached yet; undefined where it is so far behind that it is no help. */
  async #unindexed(indexed: Position, start: Bound): Promise<Row[] | undefined> {
    const { seen, within } = indexed;
    const low = within?.place ?? { transactionId: seen.xmax - 1n, sequence: lastSequence };
    const above = sql`("transactionId", "sequence") > (${String(low.transactionId)}::text::xid8, ${String(low.sequence)}::text::int8)`;
    const [waiting] = await this.#database.query<{ n: number }>(
      sql`SELECT count(*)::int4 AS n FROM (SELECT 1 FROM "ActivityLog" WHERE ${above} LIMIT ${mostUnindexed}) AS waiting`,
      { repeated: true },
    );
    if ((waiting?.n ?? 0) >= mostUnindexed) return undefined;
    const running = [...new Set([...seen.xip, ...(within?.until.xip ?? [])])];
    const known = within
      ? sql`(${shownBy(seen)} OR (${shownBy(within.until)} AND NOT ${above}))`
      : sql`${shownBy(seen)}`;
    // OFFSET 0: by the index of transactions, whatever else is asked of the entries.
    const rows = await this.#database.query<Row>(
      sql`SELECT ${this.#request.columns} FROM (
          (SELECT late.* FROM unnest(${running.map(String)}::text[]::xid8[]) AS running(xid) CROSS JOIN LATERAL (
            SELECT * FROM "ActivityLog" WHERE "transactionId" = running.xid AND NOT ${above} ORDER BY "transactionId", "sequence" OFFSET 0
          ) AS late)
          UNION ALL
          (SELECT * FROM "ActivityLog" WHERE ${above} ORDER BY "transactionId", "sequence" LIMIT ${mostUnindexed})
        ) AS unindexed WHERE ${this.#range(start)} AND NOT ${known} AND ${this.#conditions} ORDER BY ${this.#order}`,
    );
    return await this.#chosen(rows);
  }

  /** Matches that the index knows of. */
  async *#indexed(runs: readonly ReadRun[], start: Bound): AsyncGenerator<Row[]> {
    const { from, filter, after, before, wanted } = this.#request;
    const bound = start.createdAt.getTime();
    const [latest, earliest] =
      from === 'newest' ? [bound, before?.createdAt.getTime()] : [after?.createdAt.getTime(), bound];
    const candidates = candidateTimes(this.#database, {
      runs,
      groups: this.#groups,
      from,
      latest: Math.min(latest ?? endOfTime, filter.to?.getTime() ?? endOfTime),
      earliest: Math.max(earliest ?? -endOfTime, filter.from?.getTime() ?? -endOfTime),
    });
    let size = Math.min(Math.max(wanted, fewestTimes), mostTimes);
    let waiting: number[] = [];
    let [looked, found] = [0, 0];
    const read = async (moments: readonly number[]): Promise<Row[]> => {
      const rows = await this.#readAt(moments, start);
      looked += moments.length;
      found += rows.length;
      // No more than are likely to be enough, going by those before.
      const enough = found === 0 ? mostTimes : (spare * Math.max(wanted - found, 0) * looked) / found;
      size = Math.min(4 * size, Math.max(Math.ceil(enough), fewestTimes), mostTimes);
      return rows;
    };
    for await (const times of candidates) {
      waiting = waiting.concat(times);
      while (waiting.length >= size) {
        const moments = waiting.slice(0, size);
        waiting = waiting.slice(size);
        yield await read(moments);
      }
      this.#checkTime();
    }
    if (waiting.length > 0) yield await read(waiting);
  }

  /**
   * The matches of some moments. OFFSET 0: each moment is looked up, whatever the planner believes of the workspace. Where
   * it takes it for small, it would read all of it and compare each entry with each moment.
   */
  async #readAt(times: readonly number[], start: Bound): Promise<Row[]> {
    const rows = await this.#database.query<Row>(
      sql`SELECT entry.* FROM unnest(${times.map((time) => toParameter(new Date(time)))}::text[]::timestamp(3)[]) AS moment(at)
        CROSS JOIN LATERAL (SELECT ${this.#request.columns} FROM "ActivityLog"
          WHERE "createdAt" = moment.at AND ${this.#range(start)} AND ${this.#conditions} OFFSET 0) AS entry
        ORDER BY ${this.#order}`,
    );
    return await this.#chosen(rows);
  }

  /** Two lists of matches as one; what the index has reached meanwhile is in both. */
  async *#merged(unindexed: readonly Row[], indexed: AsyncGenerator<Row[]>): AsyncGenerator<Row[]> {
    const known = new Set(unindexed.map(({ id }) => id));
    let waiting = unindexed;
    for await (const batch of indexed) {
      const last = batch.at(-1);
      if (last === undefined) continue;
      const [inFront, others] = [
        waiting.filter((row) => this.#compare(row, last) < 0),
        waiting.filter((row) => this.#compare(row, last) >= 0),
      ];
      waiting = others;
      const rows = batch.filter(({ id }) => !known.has(id));
      yield inFront.length === 0 ? rows : [...inFront, ...rows].sort((a, b) => this.#compare(a, b));
    }
    yield [...waiting];
  }

  #compare(a: Row, b: Row): number {
    const order = a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
    return this.#request.from === 'newest' ? -order : order;
  }

  /** What of some rows the search finds. */
  async #chosen(rows: Row[]): Promise<Row[]> {
    const search = this.#search;
    if (search === undefined) return rows;
    const chosen: Row[] = [];
    for (let first = 0; first < rows.length; first += searchedAtOnce) {
      if (first > 0) await new Promise((resolve) => setImmediate(resolve));
      chosen.push(...rows.slice(first, first + searchedAtOnce).filter(search));
    }
    return chosen;
  }

  /** Each statement is stopped by the server; all of them together are here. */
  #checkTime(): void {
    const { statementTimeout } = this.#database;
    if (statementTimeout > 0 && performance.now() - this.#began > statementTimeout) throw tookTooLong(statementTimeout);
  }
}
