/**
 * Walks the old entries of workspaces in small steps, from the oldest on, and deletes those that are due. A step is one
 * short transaction over as many workspaces as it has room for; between two of them writers and readers have the database for
 * themselves.
 */
import sql, { type Sql } from 'sql-template-tag';
import type { ActivityInput } from '../core/activity/activity.ts';
import { acceptEntry } from '../core/activity/entry-schema.ts';
import { heldCondition } from '../core/activity/legal-hold.ts';
import { formatSnapshot, type Snapshot } from '../core/activity/position.ts';
import { dueExpression, type RetentionPolicy } from '../core/activity/retention.ts';
import type { Database, Queryable } from './database.ts';
import { holdRules } from './retention-rules.ts';
import { nextTurns, type StepRequest, type Turns } from './retention-turns.ts';
import { toRow, writeEntries } from './write-entries.ts';

/** What is decided beforehand, so that a run deletes just what a dry run has said. */
export interface RetentionMoment {
  /** Entries are as old as they are at this moment. */
  asOf: Date;
  /** Only entries that this snapshot shows. */
  snapshot: Snapshot;
}

/** Entries of one workspace that are due by one policy. */
export interface DueCount {
  workspaceId: string;
  policyId: string;
  entries: number;
}

/** What one step came to. */
export interface Step extends Pick<Turns, 'visited' | 'next'> {
  /** Entries that were looked at. */
  looked: number;
  /** Entries that are due, and kept by a legal hold. */
  held: number;
  /** Entries that were deleted, or would be; in the order of workspaces. */
  due: DueCount[];
  /** What it went by. */
  policies: readonly RetentionPolicy[];
}

/** An entry that would be deleted. */
export interface DueEntry {
  id: string;
  workspaceId: string;
  createdAt: Date;
  eventKey: string;
  policyId: string;
}

/** The entries of some turns as `looked`, those that are due as `due`. */
function dueEntries({ turns, policies }: Turns, { asOf, snapshot }: RetentionMoment): Sql {
  return sql`WITH looked AS MATERIALIZED (
      SELECT entry.*, ${dueExpression(policies, asOf)} AS "policyId" FROM (SELECT entry.* FROM unnest(
          ${turns.map(({ workspaceId }) => workspaceId)}::text[],
          ${turns.map(({ after }) => after?.createdAt ?? '-infinity')}::text[]::timestamp(3)[], ${turns.map(({ after }) => after?.id ?? '')}::text[],
          ${turns.map(({ until }) => until.createdAt)}::text[]::timestamp(3)[], ${turns.map(({ until }) => until.id)}::text[]
        ) AS turn("workspaceId", "afterAt", "afterId", "untilAt", "untilId") CROSS JOIN LATERAL (
          SELECT ctid AS place, "id", "createdAt", "workspaceId", "brandId", "entityType", "entityId", "eventKey", "actorUserId",
            "actorLabel", "visibility", "severity", "transactionId"
          FROM "ActivityLog" WHERE "workspaceId" = turn."workspaceId" AND ("createdAt", "id") > (turn."afterAt", turn."afterId")
            AND ("createdAt", "id") <= (turn."untilAt", turn."untilId")
          ORDER BY "createdAt", "id") AS entry) AS entry
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

type Counted = DueCount & { held: boolean };

function toStep({ turns, visited, next, policies }: Turns, counted: readonly Counted[]): Step {
  const sum = (counts: readonly { entries: number }[]) => counts.reduce((all, { entries }) => all + entries, 0);
  return {
    visited,
    next,
    policies,
    looked: sum(turns),
    held: sum(counted.filter(({ held }) => held)),
    due: counted.filter(({ held }) => !held),
  };
}

/**
 * One step. The rules are those of this very moment: a policy or a hold that has come meanwhile counts. Whoever writes does
 * not wait behind it for the disk: its commit is not waited for, and what a crash brings back is due in the next run.
 * @param tell gets the step, and gives entries of the trail, which are written with it
 */
export async function deleteStep(
  database: Database,
  moment: RetentionMoment,
  request: StepRequest,
  tell: (step: Step) => ActivityInput[] = () => [],
): Promise<Step> {
  const { step, told } = await database.transaction(async (connection) => {
    await connection.query(sql`SELECT set_config('synchronous_commit', 'off', true)`);
    await holdRules(connection);
    const turns = await nextTurns(connection, request, moment.asOf);
    const counted =
      turns.turns.length === 0
        ? []
        : await connection.query<Counted>(
            sql`${dueEntries(turns, moment)}${deletion} SELECT "workspaceId", "policyId", "held", count(*)::int4 AS "entries"
              FROM due GROUP BY "workspaceId", "policyId", "held" ORDER BY "workspaceId", "policyId"`,
          );
    const step = toStep(turns, counted);
    const told = tell(step);
    await writeTogether(connection, told);
    return { step, told };
  });
  if (told.length > 0) database.sendHint();
  return step;
}

/** Writes entries of the trail without idempotency keys: nothing can be in their way. */
async function writeTogether(connection: Queryable, entries: readonly ActivityInput[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => toRow(acceptEntry(entry)));
  await writeEntries(connection, rows, false, new Map());
}

/** What `deleteStep` would do; the entries oldest first within a workspace. */
export async function lookStep(
  database: Queryable,
  moment: RetentionMoment,
  request: StepRequest,
): Promise<{ step: Step; entries: DueEntry[] }> {
  const turns = await nextTurns(database, request, moment.asOf);
  if (turns.turns.length === 0) return { step: toStep(turns, []), entries: [] };
  const found = await database.query<DueEntry & { held: boolean }>(
    sql`${dueEntries(turns, moment)} SELECT "id", "workspaceId", "createdAt", "eventKey", "policyId", "held" FROM due
      ORDER BY "workspaceId", "createdAt", "id"`,
  );
  const counted = found.map(({ workspaceId, policyId, held }) => ({ workspaceId, policyId, held, entries: 1 }));
  return { step: toStep(turns, counted), entries: found.filter(({ held }) => !held) };
}
