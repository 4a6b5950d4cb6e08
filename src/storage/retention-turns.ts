/** Whose turn it is: the workspaces that a step of retention takes together, in their order, and what it looks at in each. */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import { decidingOrder, everyWorkspace, type RetentionPolicy } from '../core/activity/retention.ts';
import type { Queryable } from './database.ts';
import { readPolicies } from './retention-rules.ts';

/** Policies of workspaces of their own that one step goes by: with this many it begins no further workspace. */
const mostPolicies = 200;

/** How far a walk has come. */
export interface Place {
  workspaceId: string;
  /** The last entry of it that was looked at; undefined where the workspace is done. */
  last: PagePosition | undefined;
}

/** What a step takes. */
export interface StepRequest {
  /** Where the step before has ended; undefined at the beginning. */
  from: Place | undefined;
  /** Only this workspace; undefined for all that policies are for. */
  workspaceId: string | undefined;
  /** Entries to look at, and workspaces to go to, at most. */
  size: number;
}

/** What is looked at in one workspace: its entries behind one place, up to another and with it. */
export interface Turn {
  workspaceId: string;
  /** Undefined from the oldest on. */
  after: PagePosition | undefined;
  until: PagePosition;
  entries: number;
}

export interface Turns {
  /** Workspaces in which there is something to look at. */
  turns: Turn[];
  /** Workspaces that it took to find them. */
  visited: number;
  /** Where to go on; undefined at the end. */
  next: Place | undefined;
  /** What the workspaces go by, in the deciding order. */
  policies: RetentionPolicy[];
}

interface TurnRow {
  workspaceId: string;
  /** How many workspaces come before it, without the one that was under way. */
  visited: number;
  entries: number;
  /** Of it and those before. */
  total: number;
  policies: number;
  /** Null where no policy deletes anything. */
  cutoff: Date | null;
  /** The entry that the step ends with; null where it comes to the end of the workspace. */
  cutAt: Date | null;
  cutId: string | null;
}

const cutOf = ({ cutAt, cutId }: TurnRow): PagePosition | undefined =>
  cutAt === null || cutId === null ? undefined : { createdAt: cutAt, id: cutId };

/**
 * The next workspaces and what a step looks at in them: from the oldest entry on, up to the latest cut-off of their policies.
 * One where no entry is that old costs some looks at an index.
 */
export async function nextTurns(database: Queryable, request: StepRequest, asOf: Date): Promise<Turns> {
  const { from, size } = request;
  const common = await readPolicies(database, [everyWorkspace]);
  const rows = await database.query<TurnRow>(findTurns(request, common, asOf));
  const turns = rows.flatMap((row): Turn[] => {
    const { workspaceId, visited, entries, cutoff } = row;
    if (entries === 0 || cutoff === null) return [];
    const until = cutOf(row) ?? { createdAt: cutoff, id: '' };
    return [{ workspaceId, after: visited === 0 ? from?.last : undefined, until, entries }];
  });
  const last = rows.at(-1) as TurnRow;
  const isEnd = last.total < size && last.visited < size && last.policies < mostPolicies;
  const ids = [everyWorkspace, ...turns.map(({ workspaceId }) => workspaceId)];
  return {
    turns,
    visited: last.visited,
    next: isEnd ? undefined : { workspaceId: last.workspaceId, last: cutOf(last) },
    policies: turns.length === 0 ? [] : decidingOrder(await readPolicies(database, ids)),
  };
}

/** Entries of the workspace `next` that can be due: what is older than the cut-off, behind where its turn begins. */
const oldEntries = sql`"ActivityLog" WHERE "workspaceId" = next."workspaceId" AND "createdAt" < next."cutoff"
  AND ("createdAt", "id") > (next."afterAt", next."afterId")`;

/**
 * Goes from workspace to workspace as long as there is room, beginning with the one that is under way. Rows: the workspaces
 * that have something to look at, and the last that was visited. Where none of the policies of every workspace deletes
 * anything, just those with policies of their own are visited.
 */
function findTurns(
  { from, workspaceId: only, size }: StepRequest,
  common: readonly RetentionPolicy[],
  asOf: Date,
): Sql {
  const days = common.flatMap((policy) => policy.days ?? []);
  const shortest = days.length === 0 ? null : Math.min(...days);
  const first = sql`SELECT ${from?.workspaceId ?? ''}::text COLLATE "C" AS "workspaceId",
    ${from?.last?.createdAt ?? 'infinity'}::timestamp(3) AS "afterAt", ${from?.last?.id ?? ''}::text COLLATE "C" AS "afterId"`;
  const following = sql`SELECT "workspaceId", timestamp(3) '-infinity' AS "afterAt", '' COLLATE "C" AS "afterId"
    FROM ${raw(shortest === null ? '"RetentionPolicy"' : '"ActivityLog"')}
    WHERE "workspaceId" > turn."workspaceId" ${only === undefined ? empty : sql`AND "workspaceId" = ${only}`}
    ORDER BY "workspaceId" LIMIT 1`;
  const counted = (workspace: Sql, room: Sql) => sql`(
      SELECT workspace.*, rule.* FROM (${workspace}) AS workspace CROSS JOIN LATERAL (
        SELECT ${asOf}::timestamp(3) - least(min("days"), ${shortest}::int4) * interval '24 hours' AS "cutoff", count(*)::int4 AS "own"
        FROM "RetentionPolicy" WHERE "workspaceId" = workspace."workspaceId") AS rule
    ) AS next CROSS JOIN LATERAL (
      SELECT count(*)::int4 AS n FROM (SELECT FROM ${oldEntries} ORDER BY "createdAt", "id" LIMIT ${room}) AS entry
    ) AS looked`;
  return sql`WITH RECURSIVE turn AS (
      SELECT next.*, looked.n AS "entries", looked.n AS "total", next."own" AS "policies", 0 AS "visited"
      FROM ${counted(first, sql`${size}`)}
    UNION ALL
      SELECT next.*, looked.n, turn."total" + looked.n, turn."policies" + next."own", turn."visited" + 1
      FROM turn CROSS JOIN LATERAL ${counted(following, sql`${size} - turn."total"`)}
      WHERE turn."total" < ${size} AND turn."visited" < ${size} AND turn."policies" < ${mostPolicies}
    )
    SELECT next."workspaceId", "visited", "entries", "total", "policies", "cutoff", cut."createdAt" AS "cutAt", cut."id" AS "cutId"
    FROM turn AS next LEFT JOIN LATERAL (
      SELECT "createdAt", "id" FROM ${oldEntries} AND next."total" >= ${size}
      ORDER BY "createdAt", "id" OFFSET greatest(next."entries" - 1, 0) LIMIT 1) AS cut ON true
    WHERE "entries" > 0 OR "visited" = (SELECT max("visited") FROM turn)
    ORDER BY "visited"`;
}
