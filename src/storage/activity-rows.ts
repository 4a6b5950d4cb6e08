import { raw, type Sql } from 'sql-template-tag';
import type { Activity, JsonValue } from '../core/activity/activity.ts';

/** A row of "ActivityLog" as `activityColumns` reads it. */
export type ActivityRow = Omit<Activity, 'payload' | 'transactionId'> & { transactionId: string };

/** The columns of an entry, in the types that every database gives alike: the payload as text, to the letter. */
export const activityColumns: Sql = raw(
  `"id", "workspaceId", "brandId", "entityType"::text, "entityId", "eventKey", "message", "context", "actorType"::text,
  "actorUserId", "actorLabel", "payload"::text AS "payloadText", "visibility"::text, "severity"::text, "createdAt",
  "idempotencyKey", "transactionId"::text, "sequence"`,
);

export function toActivity(row: ActivityRow): Activity {
  const payload = row.payloadText === null ? null : (JSON.parse(row.payloadText) as JsonValue);
  return { ...row, payload, transactionId: BigInt(row.transactionId) };
}
