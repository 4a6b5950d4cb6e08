/** Reads the feed: what was committed between two positions (core/activity/position.ts, docs/decisions/0002). */
import sql, { type Sql } from 'sql-template-tag';
import type { FeedEntry, FeedRead, FeedRequest, FeedSource, Selection } from '../core/activity/feed.ts';
import { filterCondition, searchOf } from '../core/activity/filter.ts';
import { formatSnapshot, type Snapshot } from '../core/activity/position.ts';
import { reveal, scopeCondition } from '../core/activity/visibility.ts';
import { type ActivityRow, activityColumns, toActivity } from './activity-rows.ts';
import type { Database } from './database.ts';
import { snapshotText, spansBehind, toSnapshot } from './snapshot.ts';

/** The snapshot of now. Of a database, never of a transaction's connection: one that writes would show its own id. */
export async function readSnapshot(database: Database): Promise<Snapshot> {
  const [row] = await database.query<{ snapshot: string }>(sql`SELECT ${snapshotText} AS snapshot`);
  return toSnapshot(row?.snapshot);
}

/**
 * Reads the feed after a position, in the exact form: one by one the transactions that were under way then (xip), and
 * those that began later (from xmax on), with a leap over each that still runs. Each part is read in the order of the
 * index and no further than the limit, so that neither a reader far behind, nor one that writes very much, nor missing
 * statistics ever make it look at the whole table. Entries and the snapshot
 * that bounds them come from one statement. A window cut by the limit keeps its end, and is finished by keyset before
 * the next one is opened.
 */
export async function readFeed(database: Database, request: FeedRequest): Promise<FeedRead> {
  const { after, limit, selection } = request;
  const { seen, within } = after;
  const fixed = within?.until ?? request.until;
  // IS TRUE keeps every index out but the one of the window's order: what the planner believes of a workspace that has grown
  // since its last statistics would have all of it read for the few entries that are new.
  const conditions: Sql = selection
    ? sql`(${scopeCondition(selection.scope)} AND ${filterCondition(selection.filter)}) IS TRUE`
    : sql`true`;
  const inWindow = fixed
    ? sql`"transactionId" < ${String(fixed.xmax)}::text::xid8
        AND pg_visible_in_snapshot("transactionId", ${formatSnapshot(fixed)}::text::pg_snapshot)`
    : sql`true`;
  const behind = within
    ? sql`("transactionId", "sequence") > (${String(within.place.transactionId)}::text::xid8, ${within.place.sequence}::bigint)`
    : sql`true`;
  // Those that still run have nothing to show: what they have written so far need not be looked at again and again.
  const end = fixed ? sql`${formatSnapshot(fixed)}::text::pg_snapshot` : sql`pg_current_snapshot()`;
  const rows = await database.query<{ snapshot: string } & { [K in keyof ActivityRow]: ActivityRow[K] | null }>(
    sql`SELECT now.snapshot, entry.* FROM (SELECT ${snapshotText} AS snapshot) AS now
      LEFT JOIN LATERAL (
        SELECT ${activityColumns} FROM (
          (SELECT late.* FROM unnest(${`{${seen.xip.join(',')}}`}::text::xid8[]) AS running(xid) CROSS JOIN LATERAL (
            SELECT * FROM "ActivityLog" WHERE "transactionId" = running.xid AND ${inWindow} AND ${behind} AND ${conditions}
            ORDER BY "transactionId", "sequence" LIMIT ${limit + 1}) AS late
            WHERE pg_visible_in_snapshot(running.xid, ${end}))
          UNION ALL
          (SELECT later.* FROM (${spansBehind(seen.xmax - 1n, end)} ORDER BY low) AS span CROSS JOIN LATERAL (
            SELECT * FROM "ActivityLog" WHERE "transactionId" > span.low AND "transactionId" < span.high
              AND ${inWindow} AND ${behind} AND ${conditions}
            ORDER BY "transactionId", "sequence" LIMIT ${limit + 1}) AS later
            ORDER BY span.low, later."transactionId", later."sequence" LIMIT ${limit + 1})
        ) AS found ORDER BY found."transactionId", found."sequence" LIMIT ${limit + 1}
      ) AS entry ON true`,
    { repeated: selection === undefined },
  );
  const until = fixed ?? toSnapshot(rows[0]?.snapshot);
  const found = rows.filter((row): row is typeof row & ActivityRow => row.id !== null);
  const read = found.slice(0, limit).map((row): FeedEntry => {
    const activity = toActivity(row);
    const { transactionId, sequence } = activity;
    return { activity, position: { seen, within: { until, place: { transactionId, sequence } } } };
  });
  const last = read.at(-1);
  const settled = found.length <= limit;
  const position = settled || last === undefined ? { seen: until } : last.position;
  return { entries: selection ? chosen(read, selection) : read, settled, position };
}

/** What of the rows that SQL found the search finds too, as the viewer may see it. */
function chosen(read: FeedEntry[], { scope, filter }: Selection): FeedEntry[] {
  const search = searchOf(filter);
  const found = search === undefined ? read : read.filter(({ activity }) => search(activity));
  return found.map(({ activity, position }) => ({ activity: reveal(scope, activity), position }));
}

/** The feed of a database. */
export function createFeedSource(database: Database): FeedSource {
  return {
    readFeed: (request) => readFeed(database, request),
    readSnapshot: () => readSnapshot(database),
    onHint: (listener) => database.onHint(listener),
  };
}
