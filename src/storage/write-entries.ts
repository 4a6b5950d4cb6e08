import sql, { type Sql } from 'sql-template-tag';
import type { AcceptedActivity, Activity, JsonValue, Written } from '../core/activity/activity.ts';
import { saysTheSame } from '../core/activity/same-entry.ts';
import { ActivityLogError } from '../errors.ts';
import { type ActivityRow, activityColumns, toActivity } from './activity-rows.ts';
import type { Queryable } from './database.ts';
import { type Inserted, insertEntries, type PassedOver, valuesOf } from './entry-insert.ts';

/** How often an entry is tried whose key was there, and gone again when it was looked for. */
const mostRounds = 5;

/** An entry with its values for the database. */
export interface Row {
  entry: AcceptedActivity;
  values: (string | null)[];
}

/** @throws RangeError for a time that is none */
export const toRow = (entry: AcceptedActivity): Row => ({ entry, values: valuesOf(entry) });

const keyOf = ({ workspaceId, idempotencyKey }: { workspaceId: string; idempotencyKey: string | null }): string =>
  JSON.stringify([workspaceId, idempotencyKey]);

const readEntries = (target: Queryable, condition: Sql): Promise<ActivityRow[]> =>
  target.query<ActivityRow>(sql`SELECT ${activityColumns} FROM "ActivityLog" WHERE ${condition}`);

/** The entries that have the keys of the given ones, by `keyOf`. */
export async function findByKey(
  target: Queryable,
  entries: readonly Pick<AcceptedActivity, 'workspaceId' | 'idempotencyKey'>[],
): Promise<Map<string, Activity>> {
  const keyed = entries.filter(({ idempotencyKey }) => idempotencyKey !== null);
  if (keyed.length === 0) return new Map();
  const workspaceIds = keyed.map(({ workspaceId }) => workspaceId);
  const keys = keyed.map(({ idempotencyKey }) => idempotencyKey);
  const rows = await readEntries(
    target,
    sql`("workspaceId", "idempotencyKey") IN (SELECT * FROM unnest(${workspaceIds}::text[], ${keys}::text[]))`,
  );
  return new Map(rows.map((row) => [keyOf(row), toActivity(row)]));
}

async function findById(target: Queryable, ids: readonly string[]): Promise<Map<string, Activity>> {
  const rows = await readEntries(target, sql`"id" = ANY(${[...ids]}::text[])`);
  return new Map(rows.map((row) => [row.id, toActivity(row)]));
}

function complete(entry: AcceptedActivity, { transactionId, sequence }: Inserted): Activity {
  const payload = entry.payloadText === null ? null : (JSON.parse(entry.payloadText) as JsonValue);
  return { ...entry, payload, transactionId: BigInt(transactionId), sequence: BigInt(sequence) };
}

const asDuplicate = (entry: AcceptedActivity, activity: Activity): Written => ({
  activity,
  duplicate: true,
  differs: !saysTheSame(entry, activity),
});

const passedOver = (rows: readonly Row[], again: boolean): PassedOver =>
  again ? 'keys and ids' : rows.some(({ entry }) => entry.idempotencyKey !== null) ? 'keys' : 'nothing';

/**
 * Writes entries with one INSERT, in their order, all or none. One result each: an entry whose key is there already is
 * answered with the entry that is there.
 * @param again true for entries that may have been written before, under the same id; those are not written twice
 */
export async function writeEntries(target: Queryable, rows: readonly Row[], again = false): Promise<Written[]> {
  const results = new Map<Row, Written>();
  let left = rows;
  for (let round = 1; left.length > 0; round += 1) {
    const statement = insertEntries(
      left.map(({ values }) => values),
      passedOver(left, again),
    );
    const inserted = new Map((await target.query<Inserted>(statement, { repeated: true })).map((row) => [row.id, row]));
    for (const row of left) {
      const found = inserted.get(row.entry.id);
      if (found === undefined) continue;
      results.set(row, { activity: complete(row.entry, found), duplicate: false, differs: false });
      inserted.delete(row.entry.id);
    }
    left = left.filter((row) => !results.has(row));
    if (left.length === 0) break;
    // Statements of their own: they have to see what others have just committed.
    const byKey = await findByKey(
      target,
      left.map(({ entry }) => entry),
    );
    const byId = again
      ? await findById(
          target,
          left.map(({ entry }) => entry.id),
        )
      : new Map<string, Activity>();
    for (const row of left) {
      const before = byId.get(row.entry.id);
      const other = byKey.get(keyOf(row.entry));
      if (before !== undefined) results.set(row, { activity: before, duplicate: false, differs: false });
      else if (other !== undefined) results.set(row, asDuplicate(row.entry, other));
    }
    // The entry that stood in the way has been removed meanwhile: now there is room.
    left = left.filter((row) => !results.has(row));
    if (left.length > 0 && round === mostRounds) {
      throw new ActivityLogError('UNAVAILABLE', 'Entries with these idempotency keys come and go; try again.');
    }
  }
  return rows.map((row) => results.get(row) as Written);
}
