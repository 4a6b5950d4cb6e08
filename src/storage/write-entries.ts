import sql from 'sql-template-tag';
import type { AcceptedActivity, Activity, WriteResult, Written } from '../core/activity/activity.ts';
import { saysTheSame } from '../core/activity/same-entry.ts';
import { type ActivityRow, activityColumns, activityOf, toActivity } from './activity-rows.ts';
import type { Queryable } from './database.ts';
import { type Inserted, insertEntries, type PassedOver, valuesOf } from './entry-insert.ts';

/** An entry with its values for the database. */
export interface Row {
  entry: AcceptedActivity;
  values: (string | null)[];
}

/** @throws RangeError for a time that is none */
export const toRow = (entry: AcceptedActivity): Row => ({ entry, values: valuesOf(entry) });

/** An entry's idempotency key with its workspace, as one text. */
export const keyOf = ({
  workspaceId,
  idempotencyKey,
}: {
  workspaceId: string;
  idempotencyKey: string | null;
}): string => `${workspaceId.length} ${workspaceId}${idempotencyKey}`;

/** The entries that have the keys of the given ones, by `keyOf`. One look at the index a key, whatever the planner thinks. */
export async function findByKey(
  target: Queryable,
  entries: readonly Pick<AcceptedActivity, 'workspaceId' | 'idempotencyKey'>[],
): Promise<Map<string, Activity>> {
  const keyed = entries.filter(({ idempotencyKey }) => idempotencyKey !== null);
  if (keyed.length === 0) return new Map();
  const workspaceIds = keyed.map(({ workspaceId }) => workspaceId);
  const keys = keyed.map(({ idempotencyKey }) => idempotencyKey);
  const rows = await target.query<ActivityRow>(
    sql`SELECT found.* FROM unnest(${workspaceIds}::text[], ${keys}::text[]) AS wanted("workspace", "key")
      CROSS JOIN LATERAL (SELECT ${activityColumns} FROM "ActivityLog"
        WHERE "workspaceId" = wanted."workspace" AND "idempotencyKey" = wanted."key" LIMIT 1) AS found`,
    { repeated: true },
  );
  return new Map(rows.map((row) => [keyOf(row), toActivity(row)]));
}

async function findById(target: Queryable, entries: readonly AcceptedActivity[]): Promise<Map<string, Activity>> {
  const rows = await target.query<ActivityRow>(
    sql`SELECT ${activityColumns} FROM "ActivityLog" WHERE "id" = ANY(${entries.map(({ id }) => id)}::text[])`,
  );
  return new Map(rows.map((row) => [row.id, toActivity(row)]));
}

const asNew = (entry: AcceptedActivity, { transactionId, sequence }: Inserted): Written => ({
  activity: activityOf(entry, transactionId, BigInt(sequence)),
  duplicate: false,
  differs: false,
});

const asDuplicate = (entry: AcceptedActivity, activity: Activity): Written => ({
  activity,
  duplicate: true,
  differs: !saysTheSame(entry, activity),
});

const passedOver = (rows: readonly Row[], again: boolean): PassedOver =>
  again ? 'keys and ids' : rows.some(({ entry }) => entry.idempotencyKey !== null) ? 'keys' : 'nothing';

/**
 * Writes entries with one INSERT, in their order, all or none, and puts what became of them into `results`: an entry whose
 * key is there already is answered with the entry that is there. Where it throws, the rows without a result were not
 * written, or it is not known.
 * @param again true for entries that may have been written before, under the same id; those are not written twice
 * @returns the rows without a result: what stood in their way was removed meanwhile, and they can be tried again
 */
export async function writeEntries(
  target: Queryable,
  rows: readonly Row[],
  again: boolean,
  results: Map<Row, WriteResult>,
): Promise<readonly Row[]> {
  const values = rows.map((row) => row.values);
  const inserted = await target.query<Inserted>(insertEntries(values, passedOver(rows, again)), { repeated: true });
  // They come in the order of the rows, without those that were passed over.
  let next = 0;
  const kept: Row[] = [];
  for (const row of rows) {
    const found = inserted[next];
    if (found?.id === row.entry.id) {
      next += 1;
      results.set(row, asNew(row.entry, found));
    } else kept.push(row);
  }
  if (kept.length === 0) return kept;
  const entries = kept.map(({ entry }) => entry);
  // Statements of their own: they have to see what others have just committed.
  const byKey = await findByKey(target, entries);
  const byId = again ? await findById(target, entries) : new Map<string, Activity>();
  for (const row of kept) {
    const before = byId.get(row.entry.id);
    const other = byKey.get(keyOf(row.entry));
    if (before !== undefined) results.set(row, { activity: before, duplicate: false, differs: false });
    else if (other !== undefined) results.set(row, asDuplicate(row.entry, other));
  }
  return kept.filter((row) => !results.has(row));
}
