import sql, { empty } from 'sql-template-tag';
import type { Database } from './database.ts';

export interface WorkspaceIdsRequest {
  /** Ids that count as there, whether or not there is anything by them. */
  named: readonly string[];
  /** Of which others also those are looked for that have it. */
  others: readonly ('a name' | 'entries')[];
  /** A part of the id or the name, in capitals or not; undefined for all. */
  search: string | undefined;
  /** Only those behind this id, in the order of the database. */
  after: string;
  /** At most so many. */
  limit: number;
}

export interface WorkspaceIds {
  ids: string[];
  /** The id that was looked at last: the next page goes on behind it. */
  last: string | undefined;
  /** True where there may be more. */
  more: boolean;
}

/** Ids that one page looks at, where it has to leave some out: a bound of its time, about a quarter of a second. */
const mostLookedAt = 10_000;

/**
 * Ids of workspaces, in their order. Reads no entries: it steps from id to id through the index, an access for each
 * workspace, however many entries it has ("loose index scan", wiki.postgresql.org).
 */
export async function readWorkspaceIds(database: Database, request: WorkspaceIdsRequest): Promise<WorkspaceIds> {
  const { named, others, search, after, limit } = request;
  const nextBehind = (id: ReturnType<typeof sql>) => sql`LEAST(
    (SELECT min("id") FROM unnest(${[...named]}::text[]) AS named("id") WHERE "id" > ${id})
    ${others.includes('a name') ? sql`, (SELECT min("id") FROM "Workspace" WHERE "id" > ${id})` : empty}
    ${others.includes('entries') ? sql`, (SELECT min("workspaceId") FROM "ActivityLog" WHERE "workspaceId" > ${id})` : empty})`;
  const steps = search === undefined ? limit + 1 : mostLookedAt;
  const rows = await database.query<{ id: string; matches: boolean; at: number }>(sql`
    WITH RECURSIVE steps("id", "at") AS (
      SELECT ${nextBehind(sql`${after}::text`)}, 1
      UNION ALL
      SELECT ${nextBehind(sql`steps."id"`)}, "at" + 1 FROM steps WHERE "id" IS NOT NULL AND "at" < ${steps}
    ), looked AS (
      SELECT "id", "at", ${
        search === undefined
          ? sql`true`
          : sql`strpos(lower("id"), lower(${search})) > 0 OR
              strpos(lower((SELECT "name" FROM "Workspace" WHERE "Workspace"."id" = steps."id")), lower(${search})) > 0`
      } AS "matches"
      FROM steps WHERE "id" IS NOT NULL
    )
    SELECT "id", COALESCE("matches", false) AS "matches", "at" FROM looked
    WHERE "matches" OR "at" = (SELECT max("at") FROM looked) ORDER BY "at" LIMIT ${limit + 1}`);
  const matching = rows.filter(({ matches }) => matches).map(({ id }) => id);
  const ids = matching.slice(0, limit);
  const isCut = matching.length > limit;
  const final = rows.at(-1);
  return { ids, last: isCut ? ids.at(-1) : final?.id, more: isCut || (final !== undefined && final.at >= steps) };
}
