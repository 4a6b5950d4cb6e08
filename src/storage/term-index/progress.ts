/** How far behind the term index is, for those who watch it. */
import sql from 'sql-template-tag';
import type { Position } from '../../core/activity/position.ts';
import type { Queryable } from '../database.ts';
import { readTermIndex } from './indexed.ts';

/** Entries that are counted at most: a service that has just begun to index has all of them before it. */
const mostCounted = 10_000;

export interface TermIndexProgress {
  /** Entries that are in no run yet, 10,000 at most. While a transaction runs for long, also those that came after it. */
  behind: number;
  /** Runs that a read has to look at. */
  runs: number;
}

const notReached = ({ seen, within }: Position) =>
  within === undefined
    ? sql`"transactionId" >= ${String(seen.xmin)}::text::xid8`
    : sql`("transactionId", "sequence") > (${String(within.place.transactionId)}::text::xid8, ${within.place.sequence}::bigint)`;

/** Reads it by two statements that cost little however large the table is. */
export async function readTermIndexProgress(database: Queryable): Promise<TermIndexProgress> {
  const { position, runs } = await readTermIndex(database);
  const [row] = await database.query<{ n: number }>(
    sql`SELECT count(*)::int4 AS n FROM (
      SELECT 1 FROM "ActivityLog" WHERE ${notReached(position)} LIMIT ${mostCounted}) AS behind`,
    { repeated: true },
  );
  return { behind: row?.n ?? 0, runs: runs.length };
}
