/** How far the term index has come in the feed, as the row that keeps it. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { formatSnapshot, type Position, parseSnapshot } from '../../core/activity/position.ts';
import { termsVersion } from '../../core/activity/terms.ts';
import type { Queryable } from '../database.ts';
import type { Run } from './runs.ts';

/** What a reader has to know of a run. */
export type ReadRun = Pick<Run, 'run' | 'oldest' | 'newest'>;

export interface IndexedRow {
  seen: string;
  until: string | null;
  transactionId: string | null;
  sequence: string | null;
}

export const indexedColumns: Sql = raw(
  '"seen", "until", "transactionId"::text AS "transactionId", "sequence"::text AS "sequence"',
);

/** Before the first transaction. */
export const nothingIndexed: IndexedRow = { seen: '3:3:', until: null, transactionId: null, sequence: null };

function snapshotOf(text: string) {
  const snapshot = parseSnapshot(text);
  if (snapshot === undefined) throw new Error(`"TermIndex" has no snapshot: ${text}`);
  return snapshot;
}

export function positionOf({ seen, until, transactionId, sequence }: IndexedRow): Position {
  if (until === null || transactionId === null || sequence === null) return { seen: snapshotOf(seen) };
  const place = { transactionId: BigInt(transactionId), sequence: BigInt(sequence) };
  return { seen: snapshotOf(seen), within: { until: snapshotOf(until), place } };
}

export function rowOf({ seen, within }: Position): IndexedRow {
  return {
    seen: formatSnapshot(seen),
    until: within === undefined ? null : formatSnapshot(within.until),
    transactionId: within === undefined ? null : String(within.place.transactionId),
    sequence: within === undefined ? null : String(within.place.sequence),
  };
}

/**
 * The runs and what they stand for, from one statement: together they stay true, also when they are of yesterday, as long
 * as the runs' pages are there (see runs.ts).
 */
export async function readTermIndex(database: Queryable): Promise<{ position: Position; runs: ReadRun[] }> {
  const rows = await database.query<IndexedRow & ReadRun & { run: number | null }>(
    sql`SELECT ${indexedColumns}, run."run"::float8, run."oldest"::float8, run."newest"::float8
      FROM "TermIndex" LEFT JOIN "TermRun" AS run ON run."ready" AND run."retiredAt" IS NULL
      WHERE "TermIndex"."id" = 1 AND "version" = ${termsVersion}`,
    { repeated: true },
  );
  const [first] = rows;
  if (first === undefined) return { position: positionOf(nothingIndexed), runs: [] };
  return { position: positionOf(first), runs: rows.filter(({ run }) => run !== null) };
}
