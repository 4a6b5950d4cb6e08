/**
 * Keeps the term index: follows the feed, writes what is new as a small run, merges small runs into larger ones. It works
 * behind the writers, so that no write pays for it; what it has not reached yet is read without it (../matching.ts).
 * One process at a time: whoever holds the lease in "TermIndex".
 */
import { randomUUID } from 'node:crypto';
import sql, { empty } from 'sql-template-tag';
import type { Activity } from '../../core/activity/activity.ts';
import type { Position } from '../../core/activity/position.ts';
import { termsOf, termsVersion } from '../../core/activity/terms.ts';
import type { Database, Queryable } from '../database.ts';
import { readFeed } from '../tail.ts';
import { type IndexedRow, indexedColumns, nothingIndexed, positionOf, rowOf } from './indexed.ts';
import { canLeaveOut } from './living-ages.ts';
import { Merge } from './merge.ts';
import {
  beginRun,
  hasRetired,
  publishRun,
  type ReadyRun,
  type Run,
  readRuns,
  removeUnfinished,
  sweepRetired,
  writePages,
} from './runs.ts';
import { PageWriter, type TermPage } from './term-page.ts';

export interface IndexerOptions {
  database: Database;
  /** Entries of one run at most. Default 4,096. */
  window?: number;
  /** Fewer new entries than these are left for later. Default 512. */
  least?: number;
  /** Runs of like size that are merged into one. Default 8. */
  fanIn?: number;
  /** Seconds that a process that says nothing keeps the work. Default 30. */
  lease?: number;
  /** Seconds that runs stay after they were merged, for those who read them. Default 60. */
  grace?: number;
}

/** Pages that each merge writes in one step, at least. */
const fewestPages = 400;
/** Entries whose terms fill a page, about: a merge has to keep up with what is indexed beside it. */
const entriesOfPage = 8;

/** Another process has taken over meanwhile: the step is void. */
class LeaseLost extends Error {}

export class TermIndexer {
  readonly #database: Database;
  readonly #window: number;
  readonly #least: number;
  readonly #fanIn: number;
  readonly #lease: number;
  readonly #grace: number;
  readonly #me = randomUUID();
  #merges: Merge[] = [];
  #owning = false;

  constructor({ database, window = 4_096, least = 512, fanIn = 8, lease = 30, grace = 60 }: IndexerOptions) {
    this.#database = database;
    this.#window = window;
    this.#least = least;
    this.#fanIn = fanIn;
    this.#lease = lease;
    this.#grace = grace;
  }

  /**
   * Does a little of what there is to do. A step that fails or is cut leaves nothing that counts.
   * @returns false where there was nothing to do, or another process does it
   */
  async step(): Promise<boolean> {
    if (!(await this.#isDue())) return false;
    try {
      const position = await this.#take();
      if (position === undefined) return false;
      const indexed = await this.#index(position);
      const merged = await this.#merge();
      // As fast as merges write: each page that is written leaves one behind.
      const swept = await sweepRetired(this.#database, this.#grace, 4 * this.#pagesOfStep);
      return indexed || merged || swept;
    } catch (error) {
      this.#owning = false;
      this.#merges = [];
      if (error instanceof LeaseLost) return false;
      throw error;
    }
  }

  /** Does all that there is to do, but for what has to wait. `onProgress` is called after each step. */
  async catchUp(onProgress: () => void = () => {}): Promise<void> {
    while (await this.step()) onProgress();
  }

  /** Lets another process go on at once. */
  async release(): Promise<void> {
    await this.#database.query(
      sql`UPDATE "TermIndex" SET "ownedUntil" = NULL WHERE "id" = 1 AND "owner" = ${this.#me}`,
    );
    this.#owning = false;
  }

  /** A look that costs little, for the many times that there is nothing to do. */
  async #isDue(): Promise<boolean> {
    if (this.#merges.length > 0) return true;
    const [row] = await this.#database.query<IndexedRow & { version: number }>(
      sql`SELECT ${indexedColumns}, "version" FROM "TermIndex" WHERE "id" = 1`,
      { repeated: true },
    );
    if (row === undefined || row.version < termsVersion) return true;
    // A newer build is at work here: its index is no use to this one, and must not be taken from it.
    if (row.version > termsVersion) return false;
    if (this.#due(await readRuns(this.#database)).length > 0 || (await hasRetired(this.#database, this.#grace)))
      return true;
    const { seen } = positionOf(row);
    const [waiting] = await this.#database.query<{ n: number }>(
      sql`SELECT count(*)::int4 AS n FROM (
        SELECT 1 FROM "ActivityLog" WHERE "transactionId" >= ${String(seen.xmin)}::text::xid8 LIMIT ${this.#least}) AS waiting`,
      { repeated: true },
    );
    return (waiting?.n ?? 0) >= this.#least;
  }

  /** Takes or renews the lease. @returns how far the index has come; undefined where another process has it */
  async #take(): Promise<Position | undefined> {
    const until = sql`clock_timestamp() AT TIME ZONE 'UTC' + ${this.#lease} * interval '1 s'`;
    await this.#database.query(
      sql`INSERT INTO "TermIndex" ("id", "version", "seen") VALUES (1, ${termsVersion}, ${nothingIndexed.seen}) ON CONFLICT ("id") DO NOTHING`,
      { repeated: true },
    );
    const [row] = await this.#database.query<IndexedRow & { version: number }>(
      sql`UPDATE "TermIndex" SET "owner" = ${this.#me}, "ownedUntil" = ${until} WHERE "id" = 1 AND "version" <= ${termsVersion}
        AND ("owner" = ${this.#me} OR "ownedUntil" IS NULL OR "ownedUntil" < clock_timestamp() AT TIME ZONE 'UTC')
        RETURNING ${indexedColumns}, "version"`,
    );
    if (row === undefined) {
      this.#owning = false;
      this.#merges = [];
      return undefined;
    }
    if (!this.#owning) {
      await removeUnfinished(this.#database);
      this.#owning = true;
    }
    if (row.version === termsVersion) return positionOf(row);
    await this.#startAnew();
    return positionOf(nothingIndexed);
  }

  /** Another build has other terms. */
  async #startAnew(): Promise<void> {
    await this.#database.transaction(async (connection) => {
      await this.#settle(connection, positionOf(nothingIndexed));
      await clearTermIndex(connection);
    });
  }

  get #pagesOfStep(): number {
    return Math.max(fewestPages, this.#window / entriesOfPage);
  }

  async #index(after: Position): Promise<boolean> {
    const { entries, position, settled } = await readFeed(this.#database, { after, limit: this.#window });
    // The rest of a window is indexed however little it is: it gets no more, and what is due lies behind it.
    if (after.within === undefined && settled && entries.length < this.#least) return false;
    if (entries.length === 0) {
      await this.#database.transaction(async (connection) => await this.#settle(connection, position));
      return true;
    }
    const activities = entries.map(({ activity }) => activity);
    const { pages, ...size } = pagesOf(activities);
    const run = await beginRun(this.#database, size);
    await writePages(this.#database, run, pages);
    await this.#database.transaction(async (connection) => {
      await this.#settle(connection, position);
      await publishRun(connection, run, []);
    });
    return true;
  }

  async #merge(): Promise<boolean> {
    const busy = new Set(this.#merges.flatMap(({ sources }) => sources.map(({ run }) => run)));
    const free = (await readRuns(this.#database)).filter(({ run }) => !busy.has(run));
    for (const sources of this.#due(free)) this.#merges.push(new Merge(this.#database, sources));
    const work = this.#merges.length > 0;
    for (const merge of [...this.#merges]) {
      const run = await merge.advance(this.#pagesOfStep);
      if (run === undefined) continue;
      await this.#database.transaction(async (connection) => {
        await this.#settle(connection);
        await publishRun(
          connection,
          run,
          merge.sources.map((source) => source.run),
        );
      });
      this.#merges = this.#merges.filter((other) => other !== merge);
    }
    return work;
  }

  /** Runs of like size, where there are enough of them, and each one that mostly stands for what is deleted. */
  #due(runs: readonly ReadyRun[]): ReadyRun[][] {
    const sizes = new Map<number, ReadyRun[]>();
    const stale = runs.filter((run) => isStale(run));
    for (const run of runs) {
      if (isStale(run)) continue;
      const size = Math.floor(Math.log(Math.max(run.entries, 1) / this.#least) / Math.log(this.#fanIn) + 1e-9);
      const like = sizes.get(Math.max(size, 0));
      if (like === undefined) sizes.set(Math.max(size, 0), [run]);
      else like.push(run);
    }
    return [...sizes.values()].filter((like) => like.length >= this.#fanIn).concat(stale.map((run) => [run]));
  }

  /** Writes down how far the index has come, if this process still has the lease. */
  async #settle(connection: Queryable, position?: Position): Promise<void> {
    const place = position && rowOf(position);
    const moved = place
      ? sql`, "seen" = ${place.seen}, "until" = ${place.until},
          "transactionId" = ${place.transactionId}::text::xid8, "sequence" = ${place.sequence}::text::int8`
      : empty;
    const rows = await connection.query(
      sql`UPDATE "TermIndex" SET "version" = ${termsVersion}${moved} WHERE "id" = 1 AND "owner" = ${this.#me} RETURNING 1`,
    );
    if (rows.length === 0) throw new LeaseLost();
  }
}

/** Takes everything out of the index; it is made again from the first entry on. */
export async function clearTermIndex(connection: Queryable): Promise<void> {
  await connection.query(
    sql`UPDATE "TermIndex" SET "seen" = ${nothingIndexed.seen}, "until" = NULL, "transactionId" = NULL, "sequence" = NULL`,
  );
  await connection.query(sql`DELETE FROM "TermRun"`);
  await connection.query(sql`TRUNCATE "TermPage"`);
}

/** True where writing a run anew gives back half of its space at least. */
const isStale = (run: ReadyRun): boolean => run.removed > 0 && 2 * run.removed >= run.entries && canLeaveOut(run);

/** The run of some entries. */
function pagesOf(activities: readonly Activity[]): Omit<Run, 'run'> & { pages: TermPage[] } {
  const times = activities.map(({ createdAt }) => createdAt.getTime());
  const [oldest, newest] = [Math.min(...times), Math.max(...times)];
  const agesOf = new Map<number, number[]>();
  // The newest first, so that the ages of each term are sorted as they come.
  for (const activity of activities.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())) {
    const age = -activity.createdAt.getTime();
    for (const term of termsOf(activity)) {
      const ages = agesOf.get(term);
      if (ages === undefined) agesOf.set(term, [age]);
      else if (ages.at(-1) !== age) ages.push(age);
    }
  }
  const pages: TermPage[] = [];
  const writer = new PageWriter(-newest, (page) => void pages.push(page));
  for (const term of Float64Array.from(agesOf.keys()).sort()) writer.add(term, agesOf.get(term) as number[]);
  writer.end();
  const transactions = activities
    .map(({ transactionId }) => transactionId)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const [firstTransaction, lastTransaction] = [String(transactions[0]), String(transactions.at(-1))];
  return { entries: activities.length, oldest, newest, firstTransaction, lastTransaction, pages };
}
