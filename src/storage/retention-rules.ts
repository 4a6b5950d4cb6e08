/** Retention policies and legal holds as rows. Whatever changes them writes an entry of the trail in the same transaction. */
import { randomUUID } from 'node:crypto';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { ActivityInput } from '../core/activity/activity.ts';
import { acceptEntry } from '../core/activity/entry-schema.ts';
import type { HoldTarget, LegalHold } from '../core/activity/legal-hold.ts';
import { type RetentionConditions, type RetentionPolicy, retentionLimits } from '../core/activity/retention.ts';
import { type Actor, holdPlaced, holdReleased, policyRemoved, policySet } from '../core/activity/settings-entries.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database, Queryable } from './database.ts';
import { writeOne } from './write-one.ts';

/**
 * Who changes the rules takes it alone, who deletes by them takes it shared: once a hold is placed, nothing that it is on is
 * deleted any more.
 */
const rulesLock = 5_521_804_117;

export const holdRules = (connection: Queryable): Promise<unknown> =>
  connection.query(sql`SELECT pg_advisory_xact_lock_shared(${String(rulesLock)}::text::int8)`);

/** As a column of timestamp(3) has it, whatever the time zone of the connection. */
const utcNow = raw(`clock_timestamp() AT TIME ZONE 'UTC'`);

interface PolicyRow {
  id: string;
  workspaceId: string;
  conditions: string;
  days: number | null;
}

const policyColumns = raw('"id", "workspaceId", "conditions"::text, "days"');

function toPolicy({ conditions, ...row }: PolicyRow): RetentionPolicy {
  const {
    visibilities = null,
    severities = null,
    eventKeys = null,
  } = JSON.parse(conditions) as Partial<RetentionConditions>;
  return { ...row, visibilities, severities, eventKeys };
}

/** Conditions without those that ask for nothing: equal ones are equal as JSON. */
const toJson = (conditions: RetentionConditions): string =>
  JSON.stringify(Object.fromEntries(Object.entries(conditions).filter(([, values]) => values !== null)));

const holdColumns: Sql = raw(
  `"id", "workspaceId", "brandId", "entityType"::text, "entityId", "actorUserId", "actorLabel", "reason", "placedBy", "placedAt",
  "releasedBy", "releasedAt"`,
);

/** The policies of some workspaces (`*`: those of every workspace); of all where none is named. */
export async function readPolicies(database: Queryable, workspaceIds?: readonly string[]): Promise<RetentionPolicy[]> {
  const rows = await database.query<PolicyRow>(
    sql`SELECT ${policyColumns} FROM "RetentionPolicy"
      WHERE ${workspaceIds === undefined ? sql`true` : sql`"workspaceId" = ANY(${[...workspaceIds]}::text[])`}
      ORDER BY "workspaceId", "RetentionPolicy"."conditions"`,
  );
  return rows.map(toPolicy);
}

/** The holds of a workspace, latest first; with `released` also those of before. */
export async function readHolds(database: Queryable, workspaceId: string, released: boolean): Promise<LegalHold[]> {
  return await database.query<LegalHold>(
    sql`SELECT ${holdColumns} FROM "LegalHold" WHERE "workspaceId" = ${workspaceId}
      AND ${released ? sql`true` : sql`"releasedAt" IS NULL`} ORDER BY "placedAt" DESC, "id"`,
  );
}

/** Changes the rules and writes the entry that says so, both or none. */
async function change<T>(
  database: Database,
  work: (connection: Queryable) => Promise<{ result: T; entry?: ActivityInput }>,
): Promise<T> {
  const result = await database.transaction(async (connection) => {
    await connection.query(sql`SELECT pg_advisory_xact_lock(${String(rulesLock)}::text::int8)`);
    const changed = await work(connection);
    if (changed.entry !== undefined) await writeOne(connection, acceptEntry(changed.entry));
    return changed.result;
  });
  database.sendHint();
  return result;
}

/**
 * Sets for how many days entries that meet the conditions are kept. A policy of the workspace with the same conditions is
 * changed.
 * @param given accepted by `acceptPolicy`
 * @throws ActivityLogError LIMIT_EXCEEDED where the workspace has too many
 */
export async function setPolicy(
  database: Database,
  workspaceId: string,
  { days, ...conditions }: RetentionConditions & { days: number | null },
  by: Actor,
): Promise<RetentionPolicy> {
  return await change(database, async (connection) => {
    const json = toJson(conditions);
    const policies = await readPolicies(connection, [workspaceId]);
    const before = policies.find((policy) => toJson(conditionsOf(policy)) === json);
    if (before === undefined && policies.length >= retentionLimits.policies) {
      const message = `A workspace takes at most ${retentionLimits.policies} retention policies. Remove one first.`;
      throw new ActivityLogError('LIMIT_EXCEEDED', message, { field: 'input' });
    }
    if (before?.days === days) return { result: before };
    const [row] = await connection.query<PolicyRow>(
      sql`INSERT INTO "RetentionPolicy" ("id", "workspaceId", "conditions", "days", "changedBy", "changedAt")
        VALUES (${randomUUID()}, ${workspaceId}, ${json}::text::jsonb, ${days}::int4, ${by.name}, ${utcNow})
        ON CONFLICT ("workspaceId", "conditions") DO UPDATE SET "days" = EXCLUDED."days", "changedBy" = EXCLUDED."changedBy",
          "changedAt" = EXCLUDED."changedAt"
        RETURNING ${policyColumns}`,
    );
    const result = toPolicy(row as PolicyRow);
    return { result, entry: policySet(result, before, by) };
  });
}

const conditionsOf = ({ visibilities, severities, eventKeys }: RetentionPolicy): RetentionConditions => ({
  visibilities,
  severities,
  eventKeys,
});

/** @returns the policy that was removed; undefined where the workspace has none of that id */
export async function removePolicy(
  database: Database,
  workspaceId: string,
  id: string,
  by: Actor,
): Promise<RetentionPolicy | undefined> {
  return await change(database, async (connection) => {
    const [row] = await connection.query<PolicyRow>(
      sql`DELETE FROM "RetentionPolicy" WHERE "workspaceId" = ${workspaceId} AND "id" = ${id} RETURNING ${policyColumns}`,
    );
    if (row === undefined) return { result: undefined };
    const result = toPolicy(row);
    return { result, entry: policyRemoved(result, by) };
  });
}

/** Places a hold. When this resolves, nothing that it is on is deleted any more. @param target accepted by `checkHold` */
export async function placeHold(database: Database, target: HoldTarget, reason: string, by: Actor): Promise<LegalHold> {
  return await change(database, async (connection) => {
    const { workspaceId, brandId, entityType, entityId, actorUserId, actorLabel } = target;
    const [row] = await connection.query<LegalHold>(
      sql`INSERT INTO "LegalHold" ("id", "workspaceId", "brandId", "entityType", "entityId", "actorUserId", "actorLabel", "reason", "placedBy", "placedAt")
        VALUES (${randomUUID()}, ${workspaceId}, ${brandId}, ${entityType}::text::"ActivityEntityType", ${entityId}, ${actorUserId},
          ${actorLabel}, ${reason}, ${by.name}, ${utcNow}) RETURNING ${holdColumns}`,
    );
    const result = row as LegalHold;
    return { result, entry: holdPlaced(result, by) };
  });
}

/** @returns the hold as it was released, now or before; undefined where the workspace has none of that id */
export async function releaseHold(
  database: Database,
  workspaceId: string,
  id: string,
  by: Actor,
): Promise<LegalHold | undefined> {
  return await change(database, async (connection) => {
    const [row] = await connection.query<LegalHold>(
      sql`UPDATE "LegalHold" SET "releasedAt" = ${utcNow}, "releasedBy" = ${by.name}
        WHERE "workspaceId" = ${workspaceId} AND "id" = ${id} AND "releasedAt" IS NULL RETURNING ${holdColumns}`,
    );
    if (row !== undefined) return { result: row, entry: holdReleased(row, by) };
    const [before] = await connection.query<LegalHold>(
      sql`SELECT ${holdColumns} FROM "LegalHold" WHERE "workspaceId" = ${workspaceId} AND "id" = ${id}`,
    );
    return { result: before };
  });
}

/** True where there may be something to delete. */
export const hasPolicies = async (database: Queryable): Promise<boolean> =>
  (await database.query(sql`SELECT 1 FROM "RetentionPolicy" WHERE "days" IS NOT NULL LIMIT 1`)).length > 0;
