import sql, { type Sql } from 'sql-template-tag';
import { endAtLatest, parseSnapshot, type Snapshot } from '../core/activity/position.ts';

/** The snapshot of the statement that this stands in, and the latest entry that it shows, as one text for `toSnapshot`. */
export const snapshotText: Sql = sql`pg_current_snapshot()::text || ';' || coalesce(
  (SELECT latest."transactionId"::text FROM "ActivityLog" AS latest
    ORDER BY latest."transactionId" DESC, latest."sequence" DESC LIMIT 1), '')`;

/** The snapshot that `snapshotText` gave, as far as a crash cannot undo it. */
export function toSnapshot(text: string | undefined): Snapshot {
  const [snapshotPart = '', latest = ''] = (text ?? '').split(';');
  const snapshot = parseSnapshot(snapshotPart);
  if (snapshot === undefined) throw new Error('the database gave no snapshot');
  return endAtLatest(snapshot, latest === '' ? undefined : BigInt(latest));
}
