/**
 * Walks the old entries of a workspace in small steps, from the oldest on, and deletes those that are due. A step is one
 * short transaction; between two of them writers and readers have the database for themselves.
 */
import sql, { empty, type Sql } from 'sql-template-tag';
import type { ActivityInput } from '../core/activity/activity.ts';
import { acceptEntry } from '../core/activity/entry-schema.ts';
import { heldCondition } from '../core/activity/legal-hold.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import { formatSnapshot, type Snapshot } from '../core/activity/position.ts';
import {
  decidingOrder,
  dueExpression,
  everyWorkspace,
  latestCutoff,
  type RetentionPolicy,
} from '../core/activity/retention.ts';
import type { Database, Queryable } from './database.ts';
import { newerThan } from './matching.ts';
import { holdRules, readPolicies } from './retention-rules.ts';
import { writeOne } from './write-one.ts';

/** What is decided beforehand, so that a run deletes just what a dry run has said. */
export interface RetentionMoment {
  /** Entries are as old as they are at this moment. */
  asOf: Date;
  /** Only entries that this snapshot shows. */
  snapshot: Snapshot;
}

/** What one step came to. */
interface Step {
  /** Entries that were looked at. */
  looked: number;
  /** Where to go on; undefined at the end. */
  last: PagePosition | undefined;
  /** Entries that are due, and kept by a legal hold. */
  held: number;
}

export interface DeletingStep extends Step {
  /** Entries that were deleted, by the id of the policy. */
  deleted: Map<string, number>;
}

/** An entry that would be deleted. */
export interface DueEntry {
  id: string;
  createdAt: Date;
  eventKey: string;
  policyId: string;
}

export interface LookingStep extends Step {
  /** Oldest first. */
  due: DueEntry[];
}

interface Total {
  looked: number;
  held: number;
  lastAt: Date | null;
  lastId: string | null;
}

/** Entries of one workspace from `after` on: as `looked`, those that are due as `due`. */
function dueEntries(
  workspaceId: string,
  policies: readonly RetentionPolicy[],
  { asOf, snapshot }: RetentionMoment,
  after: PagePosition | undefined,
  entries: number,
): Sql | undefined {
  const cutoff = latestCutoff(policies, asOf);
  if (cutoff === undefined) return undefined;
  return sql`WITH looked AS MATERIALIZED (
      SELECT entry.*, ${dueExpression(policies, asOf)} AS "policyId" FROM (
        SELECT ctid AS place, "id", "createdAt", "workspaceId", "brandId", "entityType", "entityId", "eventKey", "actorUserId",
          "actorLabel", "visibility", "severity", "transactionId"
        FROM "ActivityLog" WHERE "workspaceId" = ${workspaceId} AND "createdAt" < ${cutoff}::timestamp(3)
          ${after === undefined ? empty : sql`AND ${newerThan(after)}`}
        ORDER BY "createdAt", "id" LIMIT ${entries}) AS entry
    ), due AS MATERIALIZED (
      SELECT looked.*, ${heldCondition('looked')} AS "held" FROM looked
      WHERE "policyId" IS NOT NULL AND pg_visible_in_snapshot("transactionId", ${formatSnapshot(snapshot)}::text::pg_snapshot)
    )`;
}

/** What of the term index stands for entries that are gone is counted with the runs that know them (term-index/runs.ts). */
const deletion = sql`, gone AS (
    DELETE FROM "ActivityLog" WHERE ctid = ANY(ARRAY(SELECT place FROM due WHERE NOT "held")) RETURNING "transactionId"
  ), counted AS (
    UPDATE "TermRun" SET "removed" = "removed" + lost.n FROM (
      SELECT run."run", count(*) AS n FROM gone JOIN "TermRun" AS run
        ON gone."transactionId" BETWEEN run."firstTransaction" AND run."lastTransaction" GROUP BY run."run") AS lost
    WHERE "TermRun"."run" = lost."run"
  )`;

const total = sql`(SELECT count(*)::int4 AS "looked", max("createdAt") AS "lastAt",
    (SELECT "id" FROM looked ORDER BY "createdAt" DESC, "id" DESC LIMIT 1) AS "lastId",
    (SELECT count(*)::int4 FROM due WHERE "held") AS "held" FROM looked) AS total`;

function toStep(row: Total | undefined, entries: number): Step {
  const { looked = 0, held = 0, lastAt = null, lastId = null } = row ?? {};
  const isLast = looked < entries || lastAt === null || lastId === null;
  return { looked, held, last: isLast ? undefined : { createdAt: lastAt, id: lastId } };
}

const nothing: Step = { looked: 0, last: undefined, held: 0 };

/**
 * One step. The rules are those of this very moment: a policy or a hold that has come meanwhile counts. Whoever writes does
 * not wait behind it for the disk: its commit is not waited for, and what a crash brings back is due in the next run.
 * @param after the `last` of the step before
 * @param entries to look at, at most
 * @param tell gets the step, and may give an entry of the trail, which is written with it
 */
export async function deleteStep(
  database: Database,
  workspaceId: string,
  moment: RetentionMoment,
  after: PagePosition | undefined,
  entries: number,
  tell: (step: DeletingStep) => ActivityInput | undefined = () => undefined,
): Promise<DeletingStep> {
  return await database.transaction(async (connection) => {
    await connection.query(sql`SELECT set_config('synchronous_commit', 'off', true)`);
    await holdRules(connection);
    const found = dueEntries(workspaceId, await policiesOf(connection, workspaceId), moment, after, entries);
    if (found === undefined) return { ...nothing, deleted: new Map() };
    const rows = await connection.query<Total & { policyId: string | null; n: number }>(
      sql`${found}${deletion} SELECT total.*, by_policy."policyId", by_policy.n FROM ${total}
        LEFT JOIN (SELECT "policyId", count(*)::int4 AS n FROM due WHERE NOT "held" GROUP BY "policyId") AS by_policy ON true`,
    );
    const deleted = rows.flatMap(({ policyId, n }): [string, number][] => (policyId === null ? [] : [[policyId, n]]));
    const step = { ...toStep(rows[0], entries), deleted: new Map(deleted) };
    const entry = tell(step);
    if (entry !== undefined) await writeOne(connection, acceptEntry(entry));
    return step;
  });
}

/** What `deleteStep` would do. */
export async function lookStep(
  database: Queryable,
  workspaceId: string,
  moment: RetentionMoment,
  after: PagePosition | undefined,
  entries: number,
): Promise<LookingStep> {
  const found = dueEntries(workspaceId, await policiesOf(database, workspaceId), moment, after, entries);
  if (found === undefined) return { ...nothing, due: [] };
  const rows = await database.query<Total & Omit<DueEntry, 'id'> & { id: string | null }>(
    sql`${found} SELECT total.*, entry.* FROM ${total}
      LEFT JOIN (SELECT "id", "createdAt", "eventKey", "policyId" FROM due WHERE NOT "held") AS entry ON true
      ORDER BY entry."createdAt", entry."id"`,
  );
  const due = rows.flatMap(({ id, createdAt, eventKey, policyId }) =>
    id === null ? [] : [{ id, createdAt, eventKey, policyId }],
  );
  return { ...toStep(rows[0], entries), due };
}

async function policiesOf(database: Queryable, workspaceId: string): Promise<RetentionPolicy[]> {
  return decidingOrder(await readPolicies(database, [workspaceId, everyWorkspace]), workspaceId);
}
