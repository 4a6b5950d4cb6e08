import { raw, type Sql } from 'sql-template-tag';
import type { AcceptedActivity, Activity, JsonValue, ShownActivity } from '../core/activity/activity.ts';
import { columnOf, type EntryField, shownFields } from '../core/activity/entry-columns.ts';
import { columnTypes } from './column-types.ts';

/** A row of "ActivityLog" as `activityColumns` reads it. */
export type ActivityRow = Omit<Activity, 'payload' | 'transactionId'> & { transactionId: string };

/** Every database gives times alike, and text: what else there is comes as text. */
function read(field: EntryField): string {
  const name = `"${columnOf[field]}"`;
  const isAlike = field === 'createdAt' || columnTypes[field] === undefined;
  return `${isAlike ? name : `${name}::text`}${field === columnOf[field] ? '' : ` AS "${field}"`}`;
}

/**
 * The columns of a `ShownActivity`, in the types that every database gives alike: the payload as text, to the letter. A row
 * of them is one.
 */
export const shownColumns: Sql = raw(shownFields.map(read).join(', '));

/** The entry of a row that was read as a list of values, of which those of `shownColumns` begin at `first`. */
export function shownAt(values: readonly unknown[], first: number): ShownActivity {
  return {
    id: values[first] as string,
    workspaceId: values[first + 1] as string,
    brandId: values[first + 2] as string | null,
    entityType: values[first + 3] as ShownActivity['entityType'],
    entityId: values[first + 4] as string,
    eventKey: values[first + 5] as string,
    message: values[first + 6] as string | null,
    context: values[first + 7] as string | null,
    actorType: values[first + 8] as ShownActivity['actorType'],
    actorUserId: values[first + 9] as string | null,
    actorLabel: values[first + 10] as string | null,
    payloadText: values[first + 11] as string | null,
    visibility: values[first + 12] as ShownActivity['visibility'],
    severity: values[first + 13] as ShownActivity['severity'],
    createdAt: values[first + 14] as Date,
  };
}

/** All columns of an entry. */
export const activityColumns: Sql = raw(`${shownColumns.text}, "idempotencyKey", "transactionId"::text, "sequence"`);

/**
 * An entry as it stands in the trail. Written out: V8 puts what `{ ...entry }` makes into the old generation at once, and
 * collecting it there took a third of the time of all writes.
 */
export function activityOf(entry: AcceptedActivity, transactionId: string, sequence: bigint): Activity {
  return {
    id: entry.id,
    workspaceId: entry.workspaceId,
    brandId: entry.brandId,
    entityType: entry.entityType,
    entityId: entry.entityId,
    eventKey: entry.eventKey,
    message: entry.message,
    context: entry.context,
    actorType: entry.actorType,
    actorUserId: entry.actorUserId,
    actorLabel: entry.actorLabel,
    payloadText: entry.payloadText,
    visibility: entry.visibility,
    severity: entry.severity,
    createdAt: entry.createdAt,
    idempotencyKey: entry.idempotencyKey,
    payload: entry.payloadText === null ? null : (JSON.parse(entry.payloadText) as JsonValue),
    transactionId: BigInt(transactionId),
    sequence,
  };
}

/** The entry of a row, without whatever else the row has. */
export const toActivity = (row: ActivityRow): Activity => activityOf(row, row.transactionId, row.sequence);
