/** Reads the feed: what was committed between two positions (core/activity/position.ts, docs/decisions/0002). */
import sql, { type Sql } from 'sql-template-tag';
import type { FeedEntry, FeedRead, FeedRequest, FeedSource } from '../core/activity/feed.ts';
import { filterCondition } from '../core/activity/filter.ts';
import { formatSnapshot, parseSnapshot, type Snapshot } from '../core/activity/position.ts';
import { reveal, scopeCondition } from '../core/activity/visibility.ts';
import { type ActivityRow, activityColumns, toActivity } from './activity-rows.ts';
import type { Database, Queryable } from './database.ts';

/** The snapshot of now. Never to be called inside a transaction that writes: it would show that one's own id. */
export async function readSnapshot(database: Queryable): Promise<Snapshot> {
  const [row] = await database.query<{ snapshot: string }>(sql`SELECT pg_current_snapshot()::text AS snapshot`);
  return needSnapshot(row?.snapshot);
}

function needSnapshot(text: string | undefined): Snapshot {
  const snapshot = parseSnapshot(text ?? '');
  if (snapshot === undefined) throw new Error('the database gave no snapshot');
  return snapshot;
}

/**
 * Reads the feed after a position, in the exact form: `= ANY(xip)` finds those that were under way then, `>= xmax` those
 * that began later. Entries and the snapshot that bounds them come from one statement. A window cut by the limit keeps
 * its end, and is finished by keyset before the next one is opened.
 */
export async function readFeed(database: Queryable, request: FeedRequest): Promise<FeedRead> {
  const { after, limit, selection } = request;
  const { seen, within } = after;
  const fixed = within?.until ?? request.until;
  const conditions: Sql = selection
    ? sql`${scopeCondition(selection.scope)} AND ${filterCondition(selection.filter)}`
    : sql`true`;
  const inWindow = fixed
    ? sql`pg_visible_in_snapshot("transactionId", ${formatSnapshot(fixed)}::text::pg_snapshot)`
    : sql`true`;
  const behind = within
    ? sql`("transactionId", "sequence") > (${String(within.place.transactionId)}::text::xid8, ${within.place.sequence}::bigint)`
    : sql`true`;
  const rows = await database.query<{ snapshot: string } & { [K in keyof ActivityRow]: ActivityRow[K] | null }>(
    sql`SELECT now.snapshot, entry.* FROM (SELECT pg_current_snapshot()::text AS snapshot) AS now
      LEFT JOIN LATERAL (
        SELECT ${activityColumns} FROM (
          SELECT * FROM "ActivityLog" WHERE "transactionId" = ANY(${`{${seen.xip.join(',')}}`}::text::xid8[])
            AND ${inWindow} AND ${behind} AND ${conditions}
          UNION ALL
          SELECT * FROM "ActivityLog" WHERE "transactionId" >= ${String(seen.xmax)}::text::xid8
            AND ${inWindow} AND ${behind} AND ${conditions}
        ) AS found ORDER BY found."transactionId", found."sequence" LIMIT ${limit + 1}
      ) AS entry ON true`,
  );
  const until = fixed ?? needSnapshot(rows[0]?.snapshot);
  const found = rows.filter((row): row is typeof row & ActivityRow => row.id !== null);
  const entries = found.slice(0, limit).map(({ snapshot: _, ...row }): FeedEntry => {
    const whole = toActivity(row);
    const activity = selection ? reveal(selection.scope, whole) : whole;
    const { transactionId, sequence } = whole;
    return { activity, position: { seen, within: { until, place: { transactionId, sequence } } } };
  });
  const last = entries.at(-1);
  const settled = found.length <= limit;
  return { entries, settled, position: settled || last === undefined ? { seen: until } : last.position };
}

/** The feed of a database. */
export function createFeedSource(database: Database): FeedSource {
  return {
    readFeed: (request) => readFeed(database, request),
    readSnapshot: () => readSnapshot(database),
    onHint: (listener) => database.onHint(listener),
  };
}
