/**
 * Reads everything that a filter selects, newest first, at one snapshot: as one long timeline, in pages, each a statement of
 * its own that is bounded in rows. No connection and no transaction is held between two of them, and no more than two pages
 * are in memory. Where few of the entries match, and the term index knows something of the filter, the matches are read by
 * it (matching.ts) for some seconds at a time: a run of the index lives no longer than a read of it may take.
 */
import sql, { join, type Sql } from 'sql-template-tag';
import { ActivityVisibility } from '../core/activity/activity.ts';
import type { Selection } from '../core/activity/feed.ts';
import { filterCondition, searchOf, timeConditions } from '../core/activity/filter.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import { formatSnapshot, type Snapshot } from '../core/activity/position.ts';
import { termGroups } from '../core/activity/terms.ts';
import { scopeCondition } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database } from './database.ts';
import { type MatchedRow, Matches, olderThan } from './matching.ts';

/** What is read of each entry. */
export interface ExportShape<Row extends MatchedRow> {
  columns: Sql;
  /** The row of a list of their values. */
  at(values: readonly unknown[]): Row;
  /** Characters of a row, about. */
  sizeOf(row: Row): number;
}

export interface ExportRequest<Row extends MatchedRow> extends Selection {
  /** With a search: all of an entry. */
  shape: ExportShape<Row>;
  /** What is shown; entries that were committed later are not in the export. */
  snapshot: Snapshot;
  /** Only what is older than this entry. */
  after?: PagePosition | undefined;
  /** Entries that a page looks at, at most. Default 2,000. */
  most?: number;
}

interface Page<Row> {
  entries: Row[];
  /** How many entries of the workspace it was chosen from, at most. */
  looked: number;
  /** Where the next one begins; undefined behind the last one. */
  next: PagePosition | undefined;
}

/** Rows of a page: at first, at least, at most; in between as many as come to about `pageBytes`. */
const pageRows = { first: 200, least: 100, most: 2_000 } as const;
const pageBytes = 1_500_000;
/** A search looks at each row in the process, and keeps it from everything else meanwhile. */
const mostSearched = 500;
/** Below one match in so many the index is asked. */
const sparse = 50;
/** Matches by the index that are read before the density is looked at again. */
const segment = { matches: 2_000, batch: 500, milliseconds: 4_000 } as const;

/** Put as a sub-select each, the values are read once a statement instead of once a row. */
function shownBy(snapshot: Snapshot): Sql {
  return sql`("transactionId" < (SELECT ${String(snapshot.xmin)}::text::xid8)
    OR pg_visible_in_snapshot("transactionId", (SELECT ${formatSnapshot(snapshot)}::text::pg_snapshot)))`;
}

const newestFirst = sql`"createdAt" DESC, "id" DESC`;

export class ExportReader<Row extends MatchedRow> {
  readonly #database: Database;
  readonly #request: ExportRequest<Row>;
  readonly #search: ((row: Row) => boolean) | undefined;
  /** True where every entry of the workspace is meant. */
  readonly #isWhole: boolean;
  readonly #canNarrow: boolean;
  readonly #matchesNothing: boolean;
  readonly #most: number;
  #rows: number;
  /** Pages that are read before the index is asked again. */
  #walks = 0;
  #detour = 8;

  constructor(database: Database, request: ExportRequest<Row>) {
    const { scope, filter } = request;
    this.#database = database;
    this.#request = request;
    this.#most = request.most ?? pageRows.most;
    this.#rows = Math.min(pageRows.first, this.#most);
    // With a search a row has whatever it asks.
    this.#search = searchOf(filter) as ((row: object) => boolean) | undefined;
    const seesAll = scope.visibilities.length === Object.keys(ActivityVisibility).length && scope.brandIds === null;
    this.#isWhole = seesAll && Object.values(filter).every((condition) => condition == null);
    const groups = termGroups(request);
    this.#canNarrow = groups.length > 0;
    this.#matchesNothing = groups.some((group) => group.length === 0);
  }

  /** All of it, in batches, of which any may be empty. */
  async *batches(): AsyncGenerator<Row[]> {
    if (this.#matchesNothing) return;
    let reading: Promise<Page<Row>> | undefined = this.#read(this.#request.after);
    while (reading !== undefined) {
      const { entries, looked, next }: Page<Row> = await reading;
      if (next !== undefined && this.#mayNarrow && entries.length * sparse < looked) {
        yield entries;
        let from: PagePosition | undefined = next;
        for await (const batch of this.#segment(next)) {
          from = batch.from;
          yield batch.entries;
        }
        reading = from && this.#read(from);
        continue;
      }
      this.#walks -= 1;
      // The next page is read while this one goes out.
      reading = next && this.#read(next);
      // Whoever awaits it is told; who reads may stop before.
      reading?.catch(() => undefined);
      yield entries;
    }
  }

  get #mayNarrow(): boolean {
    return this.#canNarrow && this.#walks <= 0;
  }

  async #read(after: PagePosition | undefined): Promise<Page<Row>> {
    const rows = this.#search === undefined ? this.#rows : Math.min(this.#rows, mostSearched);
    const page = this.#isWhole ? await this.#readWhole(after, rows) : await this.#readChosen(after, rows);
    const { entries } = page;
    const size =
      entries.reduce((sum, entry) => sum + this.#request.shape.sizeOf(entry), 0) / Math.max(entries.length, 1);
    const fitting = Math.max(pageRows.least, Math.floor(pageBytes / Math.max(size, 1)));
    this.#rows = Math.min(this.#most, 2 * this.#rows, fitting);
    return page;
  }

  #range(after: PagePosition | undefined): Sql {
    const { scope, filter } = this.#request;
    const all = [sql`"workspaceId" = ${scope.workspaceId}`, ...timeConditions(filter)];
    if (after !== undefined) all.push(olderThan(after));
    return join(all, ' AND ');
  }

  /** A page of all entries of the workspace: one plan, whatever the values. */
  async #readWhole(after: PagePosition | undefined, rows: number): Promise<Page<Row>> {
    const { shape, snapshot } = this.#request;
    const found = await this.#database.query<unknown[]>(
      sql`SELECT ${shape.columns} FROM "ActivityLog"
        WHERE ${this.#range(after)} AND ${shownBy(snapshot)} ORDER BY ${newestFirst} LIMIT ${rows}`,
      { repeated: true, onePlan: true, rowMode: 'array' },
    );
    const entries = found.map((row) => shape.at(row));
    return { entries, looked: rows, next: entries.length < rows ? undefined : entries.at(-1) };
  }

  /** What of so many entries of the workspace is selected. */
  async #readChosen(after: PagePosition | undefined, rows: number): Promise<Page<Row>> {
    const { scope, filter, snapshot, shape } = this.#request;
    const chosen = sql`${scopeCondition(scope)} AND ${filterCondition(filter)} AND ${shownBy(snapshot)}`;
    // The last entry that is looked at comes too, chosen or not: it tells where to go on.
    const found = await this.#database.query<unknown[]>(
      sql`SELECT ${shape.columns}, "place" = ${rows}, "chosen" FROM (
          SELECT *, (${chosen}) AS "chosen" FROM (
            SELECT *, row_number() OVER (ORDER BY ${newestFirst}) AS "place" FROM (
              SELECT * FROM "ActivityLog" WHERE ${this.#range(after)} ORDER BY ${newestFirst} LIMIT ${rows}
            ) AS entry) AS placed) AS looked
        WHERE "chosen" OR "place" = ${rows} ORDER BY ${newestFirst}`,
      { rowMode: 'array' },
    );
    const last = found.at(-1);
    const next = last?.at(-2) === true ? shape.at(last) : undefined;
    const entries = found.filter((row) => row.at(-1) === true).map((row) => shape.at(row));
    return { entries: this.#search === undefined ? entries : entries.filter(this.#search), looked: rows, next };
  }

  /** Matches by the index, for a while, and where to go on behind each batch: nowhere behind the last one of all. */
  async *#segment(start: PagePosition): AsyncGenerator<{ entries: Row[]; from: PagePosition | undefined }> {
    const { scope, filter, snapshot, shape } = this.#request;
    const began = performance.now();
    const matches = new Matches<Row>(this.#database, {
      scope,
      filter,
      snapshot,
      from: 'newest',
      after: start,
      columns: shape.columns,
      wanted: segment.batch,
      firstLook: 0,
    });
    let count = 0;
    let from = start;
    try {
      for await (const entries of matches.batches()) {
        count += entries.length;
        from = entries.at(-1) ?? from;
        yield { entries, from };
        if (count >= segment.matches || (count > 0 && performance.now() - began > segment.milliseconds)) return;
      }
      yield { entries: [], from: undefined };
    } catch (error) {
      // The index takes too long to say anything. It is asked again after a while, a longer one each time.
      if (!(error instanceof ActivityLogError && error.code === 'LIMIT_EXCEEDED')) throw error;
      this.#detour *= 2;
      this.#walks = this.#detour;
    }
  }
}
