import { raw, type Sql } from 'sql-template-tag';
import type { AcceptedActivity, Activity, JsonValue } from '../core/activity/activity.ts';

/** A row of "ActivityLog" as `activityColumns` reads it. */
export type ActivityRow = Omit<Activity, 'payload' | 'transactionId'> & { transactionId: string };

/** The columns of an entry, in the types that every database gives alike: the payload as text, to the letter. */
export const activityColumns: Sql = raw(
  `"id", "workspaceId", "brandId", "entityType"::text, "entityId", "eventKey", "message", "context", "actorType"::text,
  "actorUserId", "actorLabel", "payload"::text AS "payloadText", "visibility"::text, "severity"::text, "createdAt",
  "idempotencyKey", "transactionId"::text, "sequence"`,
);

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
