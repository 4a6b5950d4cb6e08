import sql, { type Sql } from 'sql-template-tag';
import { endAtLatest, parseSnapshot, type Snapshot } from '../core/activity/position.ts';

/**
 * The ids that a snapshot can show behind `from`, as rows of (low, high), neither included: what lies between the
 * transactions that it shows as running. These may have written any number of entries, none of which needs a look.
 */
export function spansBehind(from: bigint, snapshot: Sql): Sql {
  return sql`SELECT low, coalesce(lead(low) OVER (ORDER BY low), pg_snapshot_xmax(${snapshot})) AS high FROM (
    SELECT ${String(from)}::text::xid8 AS low
    UNION ALL SELECT running.xid FROM pg_snapshot_xip(${snapshot}) AS running(xid)
      WHERE running.xid > ${String(from)}::text::xid8) AS lows`;
}

/** The snapshot of the statement that this stands in, and the latest entry that it shows, as one text for `toSnapshot`. */
export const snapshotText: Sql = sql`pg_current_snapshot()::text || ';' || coalesce(
  (SELECT latest."transactionId"::text FROM (${spansBehind(0n, sql`pg_current_snapshot()`)} ORDER BY low DESC) AS span
    CROSS JOIN LATERAL (SELECT entry."transactionId" FROM "ActivityLog" AS entry
      WHERE entry."transactionId" > span.low AND entry."transactionId" < span.high
      ORDER BY entry."transactionId" DESC, entry."sequence" DESC LIMIT 1) AS latest
    ORDER BY span.low DESC LIMIT 1), '')`;

/** The snapshot that `snapshotText` gave, as far as a crash cannot undo it. */
export function toSnapshot(text: string | undefined): Snapshot {
  const [snapshotPart = '', latest = ''] = (text ?? '').split(';');
  const snapshot = parseSnapshot(snapshotPart);
  if (snapshot === undefined) throw new Error('the database gave no snapshot');
  return endAtLatest(snapshot, latest === '' ? undefined : BigInt(latest));
}
