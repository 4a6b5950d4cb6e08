import sql, { raw, type Sql } from 'sql-template-tag';
import type { Activity } from '../core/activity/activity.ts';
import type { Selection } from '../core/activity/feed.ts';
import { filterCondition } from '../core/activity/filter.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import type { Snapshot } from '../core/activity/position.ts';
import { isStorableText } from '../core/activity/text.ts';
import { isInScope, type ReadScope, reveal, scopeCondition } from '../core/activity/visibility.ts';
import { type ActivityRow, activityColumns, toActivity } from './activity-rows.ts';
import type { Database } from './database.ts';
import { snapshotText, toSnapshot } from './snapshot.ts';

export interface PageRequest extends Selection {
  /** At most this many entries. */
  limit: number;
  /** `newest`: from the newest end of the range; `oldest`: from the oldest. Either way entries come newest first. */
  from: 'newest' | 'oldest';
  /** Only entries older than this one. */
  after?: PagePosition | undefined;
  /** Only entries newer than this one. */
  before?: PagePosition | undefined;
}

export interface Page {
  /** Newest first. */
  entries: Activity[];
  /** True where the range goes on beyond the limit. */
  more: boolean;
  /** The very snapshot that the page was read from. */
  snapshot: Snapshot;
}

const selected = ({ scope, filter }: Selection): Sql => sql`${scopeCondition(scope)} AND ${filterCondition(filter)}`;
const olderThan = ({ createdAt, id }: PagePosition): Sql =>
  sql`("createdAt", "id") < (${createdAt}::timestamp(3), ${id})`;
const newerThan = ({ createdAt, id }: PagePosition): Sql =>
  sql`("createdAt", "id") > (${createdAt}::timestamp(3), ${id})`;

/** True where the plan for any workspace is the best one: planning takes as long as reading the page. */
const isPlain = ({ scope, filter }: Selection): boolean =>
  scope.brandIds === null && Object.values(filter).every((condition) => condition == null);

/** A page of a timeline and the snapshot that bounds it, from one statement. */
export async function readPage(database: Database, request: PageRequest): Promise<Page> {
  const { after, before, limit } = request;
  const direction = request.from === 'newest' ? sql`"createdAt" DESC, "id" DESC` : sql`"createdAt" ASC, "id" ASC`;
  const rows = await database.query<{ snapshot: string } & { [K in keyof ActivityRow]: ActivityRow[K] | null }>(
    sql`SELECT now.snapshot, entry.* FROM (SELECT ${snapshotText} AS snapshot) AS now
      LEFT JOIN LATERAL (
        SELECT ${activityColumns} FROM "ActivityLog" WHERE ${selected(request)}
          AND ${after === undefined ? sql`true` : olderThan(after)} AND ${before === undefined ? sql`true` : newerThan(before)}
        ORDER BY ${direction} LIMIT ${limit + 1}
      ) AS entry ON true ORDER BY ${direction}`,
    { repeated: isPlain(request) },
  );
  const snapshot = toSnapshot(rows[0]?.snapshot);
  const found = rows.filter((row): row is typeof row & ActivityRow => row.id !== null);
  const entries = found.slice(0, limit).map((row) => reveal(request.scope, toActivity(row)));
  if (request.from === 'oldest') entries.reverse();
  return { entries, more: found.length > limit, snapshot };
}

/** True where the timeline has an entry older (or newer) than the position, or, with `including`, at that position. */
export async function hasBeyond(
  database: Database,
  selection: Selection,
  side: 'older' | 'newer',
  position: PagePosition,
  including = false,
): Promise<boolean> {
  const operator = raw((side === 'older' ? '<' : '>') + (including ? '=' : ''));
  const beyond = sql`("createdAt", "id") ${operator} (${position.createdAt}::timestamp(3), ${position.id})`;
  const [row] = await database.query<{ found: boolean }>(
    sql`SELECT EXISTS (SELECT 1 FROM "ActivityLog" WHERE ${selected(selection)} AND ${beyond}) AS found`,
  );
  return row?.found === true;
}

/** How many entries a timeline has, counted up to `limit`. */
export async function countEntries(
  database: Database,
  selection: Selection,
  limit: number,
): Promise<{ value: number; exact: boolean }> {
  const [row] = await database.query<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM (SELECT 1 FROM "ActivityLog" WHERE ${selected(selection)} LIMIT ${limit + 1}) AS entry`,
  );
  const count = row?.count ?? 0;
  return { value: Math.min(count, limit), exact: count <= limit };
}

/**
 * Entries by id, one result each in the order of the ids; undefined where there is none that the viewer may see.
 * @param scopeOf the viewer's scope in a workspace.
 */
export async function findEntries(
  database: Database,
  ids: readonly string[],
  scopeOf: (workspaceId: string) => ReadScope | undefined,
): Promise<(Activity | undefined)[]> {
  const rows = await database.query<ActivityRow>(
    sql`SELECT ${activityColumns} FROM "ActivityLog" WHERE "id" = ANY(${ids.filter(isStorableText)}::text[])`,
  );
  const found = new Map(rows.map((row) => [row.id, toActivity(row)]));
  return ids.map((id) => {
    const entry = found.get(id);
    const scope = entry && scopeOf(entry.workspaceId);
    return entry && scope && isInScope(scope, entry) ? reveal(scope, entry) : undefined;
  });
}

/** True where the scope may see any entry that matches the filter. */
export async function hasEntries(database: Database, selection: Selection): Promise<boolean> {
  return (await countEntries(database, selection, 1)).value > 0;
}
