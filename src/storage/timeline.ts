import sql, { join } from 'sql-template-tag';
import { ActivityVisibility, type ShownActivity } from '../core/activity/activity.ts';
import type { Selection } from '../core/activity/feed.ts';
import { filterCondition, searchOf, timeConditions } from '../core/activity/filter.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import type { Snapshot } from '../core/activity/position.ts';
import { isStorableText } from '../core/activity/text.ts';
import { isInScope, type ReadScope, reveal, scopeCondition } from '../core/activity/visibility.ts';
import { shownAt, shownColumns } from './activity-rows.ts';
import type { Database } from './database.ts';
import { type Bound, Matches, newerThan, olderThan } from './matching.ts';
import { snapshotText, toSnapshot } from './snapshot.ts';

export interface PageRequest extends Selection {
  /** At most this many entries. */
  limit: number;
  /** `newest`: from the newest end of the range; `oldest`: from the oldest. Either way entries come newest first. */
  from: 'newest' | 'oldest';
  /** Only entries older than this one. */
  after?: Bound | undefined;
  /** Only entries newer than this one. */
  before?: Bound | undefined;
}

export interface Page {
  /** Newest first. */
  entries: ShownActivity[];
  /** True where the range goes on beyond the limit. */
  more: boolean;
  /** The very snapshot that the page was read from. */
  snapshot: Snapshot;
}

/** True where every entry of the workspace that the scope may see is meant: one statement, its plan the same for all. */
const isPlain = ({ scope, filter }: Selection): boolean =>
  scope.brandIds === null && Object.values(filter).every((condition) => condition == null);

/**
 * Entries of the workspace that a plain page looks at, where some are hidden from the viewer: with many more hidden ones in
 * a row the term index is the better way.
 */
const plainLook = 1_000;

const seesAll = ({ visibilities }: ReadScope): boolean =>
  visibilities.length === Object.keys(ActivityVisibility).length;

/** A page of a timeline and the snapshot that bounds it. */
export async function readPage(database: Database, request: PageRequest): Promise<Page> {
  const page = isPlain(request) ? await readPlainPage(database, request) : undefined;
  return page ?? (await readSelectedPage(database, request));
}

/** The texts of the statements for a plain page by their shape: put together once, and looked up by from then on. */
const texts = new Map<string, string>();

const shapeOf = (bound: Bound | undefined): string =>
  bound === undefined ? 'none' : bound.including === true ? 'from' : 'beyond';

/** From one statement; undefined where that ended before the page did. */
async function readPlainPage(database: Database, request: PageRequest): Promise<Page | undefined> {
  const { after, before, limit, scope } = request;
  const direction = request.from === 'newest' ? sql`"createdAt" DESC, "id" DESC` : sql`"createdAt" ASC, "id" ASC`;
  const range = sql`${after === undefined ? sql`true` : olderThan(after)} AND ${before === undefined ? sql`true` : newerThan(before)}`;
  const most = limit + plainLook;
  // The last entry that is looked at comes too, hidden or not: it tells that there may be more.
  const shown = seesAll(scope)
    ? sql`SELECT ${shownColumns} FROM "ActivityLog" WHERE ${scopeCondition(scope)}
          AND ${range} ORDER BY ${direction} LIMIT ${limit + 1}`
    : sql`SELECT ${shownColumns}, "place" = ${most} AS "isLast" FROM (
          SELECT *, row_number() OVER (ORDER BY ${direction}) AS "place" FROM (
            SELECT * FROM "ActivityLog" WHERE "workspaceId" = ${scope.workspaceId}
              AND ${range} ORDER BY ${direction} LIMIT ${most}) AS entry) AS looked
        WHERE ${scopeCondition(scope)} OR "place" = ${most} ORDER BY ${direction} LIMIT ${limit + 1}`;
  const statement = sql`SELECT now.snapshot, entry.* FROM (SELECT ${snapshotText} AS snapshot) AS now
    LEFT JOIN LATERAL ( ${shown} ) AS entry ON true ORDER BY ${direction}`;
  const shape = `${seesAll(scope) ? 'all' : 'some'} ${request.from} ${shapeOf(after)} ${shapeOf(before)}`;
  let text = texts.get(shape);
  if (text === undefined) {
    text = statement.text;
    texts.set(shape, text);
  }
  const rows = await database.query<[snapshot: string, id: string | null, ...unknown[]]>(
    { text, values: statement.values },
    { repeated: true, onePlan: true, rowMode: 'array' },
  );
  // Beside no entry there is a row for the snapshot alone.
  const found = rows.filter(([, id]) => id !== null);
  if (!seesAll(scope) && found.some((row) => row.at(-1) === true)) return undefined;
  const entries = found.map((row) => shownAt(row, 1));
  return pageOf(request, entries, toSnapshot(rows[0]?.[0]));
}

/** From as many statements as it takes, all of them bounded (matching.ts). */
async function readSelectedPage(database: Database, request: PageRequest): Promise<Page> {
  const matches = new Matches<ShownActivity>(database, {
    ...request,
    columns: shownColumns,
    wanted: request.limit + 1,
  });
  const found: ShownActivity[] = [];
  for await (const batch of matches.batches()) {
    found.push(...batch);
    if (found.length > request.limit) break;
  }
  return pageOf(request, found, matches.snapshot);
}

function pageOf({ scope, from, limit }: PageRequest, found: readonly ShownActivity[], snapshot: Snapshot): Page {
  const entries = found.slice(0, limit).map((row) => reveal(scope, row));
  if (from === 'oldest') entries.reverse();
  return { entries, more: found.length > limit, snapshot };
}

/** True where the timeline has an entry older (or newer) than the position, or, with `including`, at that position. */
export async function hasBeyond(
  database: Database,
  { scope, filter }: Selection,
  side: 'older' | 'newer',
  position: PagePosition,
  including = false,
): Promise<boolean> {
  const beyond: Bound = { ...position, including };
  const { entries } = await readPage(database, {
    scope,
    filter,
    limit: 1,
    ...(side === 'older' ? { from: 'newest', after: beyond } : { from: 'oldest', before: beyond }),
  });
  return entries.length > 0;
}

/** How many entries a timeline has, counted up to `limit`. */
export async function countEntries(
  database: Database,
  selection: Selection,
  limit: number,
): Promise<{ value: number; exact: boolean }> {
  const count =
    (await countNewest(database, selection, limit + 1)) ?? (await countSelected(database, selection, limit + 1));
  return { value: Math.min(count, limit), exact: count <= limit };
}

/**
 * Counts among the newest entries of the filter's time, twice as many as are wanted: all there is to do where the filter is met
 * often, or the workspace is small. Undefined where that was not enough, and for a search.
 */
async function countNewest(
  database: Database,
  { scope, filter }: Selection,
  most: number,
): Promise<number | undefined> {
  if (searchOf(filter) !== undefined) return undefined;
  const [row] = await database.query<{ looked: number; count: number }>(
    sql`SELECT count(*)::int AS looked, count(*) FILTER (WHERE ${scopeCondition(scope)} AND ${filterCondition(filter)})::int AS count
      FROM (SELECT * FROM "ActivityLog"
        WHERE ${join([sql`"workspaceId" = ${scope.workspaceId}`, ...timeConditions(filter)], ' AND ')}
        ORDER BY "createdAt" DESC, "id" DESC LIMIT ${2 * most}) AS entry`,
  );
  const { looked, count } = row as { looked: number; count: number };
  return looked < 2 * most || count >= most ? count : undefined;
}

async function countSelected(database: Database, { scope, filter }: Selection, most: number): Promise<number> {
  // What a search looks at is all of an entry; nobody else needs more than that there is one.
  const columns = searchOf(filter) === undefined ? sql`"id", "createdAt"` : shownColumns;
  const matches = new Matches(database, { scope, filter, from: 'newest', columns, wanted: most });
  let count = 0;
  for await (const batch of matches.batches()) {
    count += batch.length;
    if (count >= most) break;
  }
  return count;
}

/**
 * Entries by id, one result each in the order of the ids; undefined where there is none that the viewer may see.
 * @param scopeOf the viewer's scope in a workspace.
 */
export async function findEntries(
  database: Database,
  ids: readonly string[],
  scopeOf: (workspaceId: string) => ReadScope | undefined,
): Promise<(ShownActivity | undefined)[]> {
  const rows = await database.query<ShownActivity>(
    sql`SELECT ${shownColumns} FROM "ActivityLog" WHERE "id" = ANY(${ids.filter(isStorableText)}::text[])`,
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const entry = found.get(id);
    const scope = entry && scopeOf(entry.workspaceId);
    return entry && scope && isInScope(scope, entry) ? reveal(scope, entry) : undefined;
  });
}
