/**
 * The runs of the term index as rows. A run is written while it is not `ready`, then read and never changed; merged into
 * a larger one it is `retired`, and taken away when nobody can be reading it any more.
 */
import sql from 'sql-template-tag';
import { toCopyText } from '../copy-text.ts';
import type { Database, Queryable } from '../database.ts';
import type { TermPage } from './term-page.ts';

export interface Run {
  run: number;
  /** Entries that it was made of. */
  entries: number;
  /** Milliseconds since 1970 of the earliest and the latest of them. */
  oldest: number;
  newest: number;
  /** The first and the last transaction that wrote any of them; null where a build before this one has made the run. */
  firstTransaction: string | null;
  lastTransaction: string | null;
}

/** A run as it stands. */
export interface ReadyRun extends Run {
  /** How many of its entries retention has deleted, about. */
  removed: number;
}

const runColumns = sql`"run"::float8, "entries"::float8, "oldest"::float8, "newest"::float8,
  "firstTransaction"::text AS "firstTransaction", "lastTransaction"::text AS "lastTransaction", "removed"::float8`;

/** The runs that stand for all that is indexed, latest first. */
export async function readRuns(database: Queryable): Promise<ReadyRun[]> {
  return await database.query<ReadyRun>(
    sql`SELECT ${runColumns} FROM "TermRun" WHERE "ready" AND "retiredAt" IS NULL ORDER BY "newest" DESC, "run" DESC`,
    { repeated: true },
  );
}

/** Announces a run that is going to be written. */
export async function beginRun(database: Queryable, run: Omit<Run, 'run'>): Promise<number> {
  const { entries, oldest, newest, firstTransaction, lastTransaction } = run;
  const [row] = await database.query<{ run: number }>(
    sql`INSERT INTO "TermRun" ("entries", "oldest", "newest", "firstTransaction", "lastTransaction")
      VALUES (${entries}::int8, ${oldest}::int8, ${newest}::int8, ${firstTransaction}::text::xid8, ${lastTransaction}::text::xid8)
      RETURNING "run"::float8`,
  );
  return (row as { run: number }).run;
}

/** Adds pages to a run that is being written. */
export async function writePages(database: Database, run: number, pages: readonly TermPage[]): Promise<void> {
  if (pages.length === 0) return;
  const rows = pages.map(({ term, age, data }) => [
    String(run),
    String(term),
    String(age),
    `\\x${data.toString('hex')}`,
  ]);
  await database.copyIn('"TermPage" ("run", "term", "age", "data")', toCopyText(rows));
}

/** The pages of a run behind one, in their order. */
export async function readPagesBehind(
  database: Queryable,
  run: number,
  behind: TermPage | undefined,
  limit: number,
): Promise<TermPage[]> {
  return await database.query<TermPage>(
    sql`SELECT "term"::float8, "age"::float8, "data" FROM "TermPage"
      WHERE "run" = ${run}::int8 AND ("term", "age") > (${behind?.term ?? -1}::int8, ${behind?.age ?? 0}::int8)
      ORDER BY "TermPage"."term", "TermPage"."age" LIMIT ${limit}`,
    { repeated: true },
  );
}

/** Makes a run count, in place of those that it was merged of. Stands in a transaction with whatever else changes. */
export async function publishRun(connection: Queryable, run: number, merged: readonly number[]): Promise<void> {
  await connection.query(sql`UPDATE "TermRun" SET "ready" = true WHERE "run" = ${run}::int8`);
  await connection.query(
    sql`UPDATE "TermRun" SET "retiredAt" = clock_timestamp() AT TIME ZONE 'UTC' WHERE "run" = ANY(${merged.map(String)}::text[]::int8[])`,
  );
}

async function oldestRetired(database: Queryable, grace: number): Promise<number | undefined> {
  const [retired] = await database.query<{ run: number }>(
    sql`SELECT "run"::float8 FROM "TermRun" WHERE "retiredAt" < clock_timestamp() AT TIME ZONE 'UTC' - ${grace} * interval '1 s'
      ORDER BY "TermRun"."run" LIMIT 1`,
    { repeated: true },
  );
  return retired?.run;
}

/** True where there is a run that was merged more than `grace` seconds ago. */
export async function hasRetired(database: Queryable, grace: number): Promise<boolean> {
  return (await oldestRetired(database, grace)) !== undefined;
}

/**
 * Takes away some pages of a run that was merged more than `grace` seconds ago, and the run when none is left.
 * @returns true where there was something to do
 */
export async function sweepRetired(database: Queryable, grace: number, pages: number): Promise<boolean> {
  const run = await oldestRetired(database, grace);
  if (run !== undefined) await removePages(database, run, pages);
  return run !== undefined;
}

async function removePages(database: Queryable, run: number, limit: number): Promise<void> {
  const removed = await database.query<{ n: number }>(
    sql`WITH gone AS (DELETE FROM "TermPage" WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM "TermPage" WHERE "run" = ${run}::int8 LIMIT ${limit})) RETURNING 1)
      SELECT count(*)::int4 AS n FROM gone`,
  );
  if ((removed[0]?.n ?? 0) < limit) await database.query(sql`DELETE FROM "TermRun" WHERE "run" = ${run}::int8`);
}

/** Takes away what a process left half written, and pages whose run nobody knows. */
export async function removeUnfinished(database: Queryable): Promise<void> {
  await database.query(sql`DELETE FROM "TermRun" WHERE NOT "ready"`);
  await database.query(sql`WITH RECURSIVE known(run) AS (
      (SELECT "run" FROM "TermPage" ORDER BY "run" LIMIT 1)
      UNION ALL SELECT (SELECT page."run" FROM "TermPage" AS page WHERE page."run" > known.run ORDER BY page."run" LIMIT 1)
        FROM known WHERE known.run IS NOT NULL)
    DELETE FROM "TermPage" WHERE "run" IN (
      SELECT known.run FROM known WHERE known.run IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM "TermRun" WHERE "TermRun"."run" = known.run))`);
}
