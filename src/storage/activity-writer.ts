import sql, { type Sql } from 'sql-template-tag';
import type { AcceptedActivity, Activity, JsonValue, Written } from '../core/activity/activity.ts';
import type { ActivityWriter, CallerTransaction } from '../core/activity/activity-log.ts';
import { ActivityLogError } from '../errors.ts';
import { type ActivityRow, activityColumns, toActivity } from './activity-rows.ts';
import type { Database, Queryable } from './database.ts';

interface Inserted {
  id: string;
  transactionId: string;
  sequence: string;
}

/** One INSERT for any number of entries: one parameter, one plan, the order of the input kept in "sequence". */
function insert(entries: readonly AcceptedActivity[]): Sql {
  return sql`INSERT INTO "ActivityLog" ("id", "workspaceId", "brandId", "entityType", "entityId", "eventKey", "message",
      "context", "actorType", "actorUserId", "actorLabel", "payload", "visibility", "severity", "createdAt", "idempotencyKey")
    SELECT "id", "workspaceId", "brandId", "entityType"::"ActivityEntityType", "entityId", "eventKey", "message",
      "context", "actorType"::"ActivityActorType", "actorUserId", "actorLabel", "payloadText"::json,
      "visibility"::"ActivityVisibility", "severity"::"ActivitySeverity", "createdAt"::timestamp(3), "idempotencyKey"
    FROM ROWS FROM (json_to_recordset(${JSON.stringify(entries)}::json) AS ("id" text, "workspaceId" text, "brandId" text,
      "entityType" text, "entityId" text, "eventKey" text, "message" text, "context" text, "actorType" text,
      "actorUserId" text, "actorLabel" text, "payloadText" text, "visibility" text, "severity" text, "createdAt" text,
      "idempotencyKey" text)) WITH ORDINALITY AS entry("id", "workspaceId", "brandId", "entityType", "entityId",
      "eventKey", "message", "context", "actorType", "actorUserId", "actorLabel", "payloadText", "visibility", "severity",
      "createdAt", "idempotencyKey", "place")
    ORDER BY "place"
    ON CONFLICT ("workspaceId", "idempotencyKey") DO NOTHING
    RETURNING "id", "transactionId"::text AS "transactionId", "sequence"::text AS "sequence"`;
}

const keyOf = ({ workspaceId, idempotencyKey }: { workspaceId: string; idempotencyKey: string | null }): string =>
  JSON.stringify([workspaceId, idempotencyKey]);

/** The entries that stood in the way of the given ones. A statement of its own: it has to see what others just committed. */
async function findByKey(target: Queryable, entries: readonly AcceptedActivity[]): Promise<Map<string, Activity>> {
  const workspaceIds = entries.map((entry) => entry.workspaceId);
  const keys = entries.map((entry) => entry.idempotencyKey);
  const rows = await target.query<ActivityRow>(
    sql`SELECT ${activityColumns} FROM "ActivityLog"
      WHERE ("workspaceId", "idempotencyKey") IN (SELECT * FROM unnest(${workspaceIds}::text[], ${keys}::text[]))`,
  );
  return new Map(rows.map((row) => [keyOf(row), toActivity(row)]));
}

async function writeTo(target: Queryable, entries: readonly AcceptedActivity[]): Promise<Written[]> {
  const inserted = new Map((await target.query<Inserted>(insert(entries))).map((row) => [row.id, row]));
  const kept = entries.filter((entry) => !inserted.has(entry.id));
  const earlier = kept.length === 0 ? new Map<string, Activity>() : await findByKey(target, kept);
  return entries.map((entry): Written => {
    const row = inserted.get(entry.id);
    if (row !== undefined) return { activity: complete(entry, row), duplicate: false };
    const activity = earlier.get(keyOf(entry));
    if (activity !== undefined) return { activity, duplicate: true };
    throw new ActivityLogError('UNAVAILABLE', 'The entry with this idempotency key was removed meanwhile; try again.');
  });
}

function complete(entry: AcceptedActivity, { transactionId, sequence }: Inserted): Activity {
  const payload = entry.payloadText === null ? null : (JSON.parse(entry.payloadText) as JsonValue);
  return { ...entry, payload, transactionId: BigInt(transactionId), sequence: BigInt(sequence) };
}

/** A caller's Prisma transaction client, as something to query. Rows come as that client reads them: text only. */
function within(tx: CallerTransaction): Queryable {
  return {
    query: async <Row>(statement: Sql) => await tx.$queryRawUnsafe<Row[]>(statement.text, ...statement.values),
  };
}

/** The last entry under way in each caller's transaction. */
const underWay = new WeakMap<CallerTransaction, Promise<unknown>>();

/**
 * Writes one entry in the caller's transaction. With `contain`, a failure leaves that transaction usable. There is no
 * hint: only the caller knows when it commits; the feed's poll finds it.
 *
 * One entry at a time: of two that an application logs with Promise.all, the savepoint of one would lie inside that of
 * the other, and a failure of either would take both away.
 */
export async function writeWithinTransaction(
  tx: CallerTransaction,
  entry: AcceptedActivity,
  contain: boolean,
): Promise<Written> {
  const before = underWay.get(tx);
  const write = async () => {
    await before;
    return await writeContained(tx, entry, contain);
  };
  const writing = write();
  underWay.set(
    tx,
    writing.catch(() => undefined),
  );
  return await writing;
}

async function writeContained(tx: CallerTransaction, entry: AcceptedActivity, contain: boolean): Promise<Written> {
  if (contain) await tx.$executeRawUnsafe('SAVEPOINT activity_log');
  try {
    const [written] = await writeTo(within(tx), [entry]);
    if (contain) await tx.$executeRawUnsafe('RELEASE SAVEPOINT activity_log');
    return written as Written;
  } catch (error) {
    if (contain) await tx.$executeRawUnsafe('ROLLBACK TO SAVEPOINT activity_log');
    throw error;
  }
}

/** Writes entries: one INSERT a call, and a hint to the feeds once it is committed. */
export function createActivityWriter(database: Database): ActivityWriter {
  return {
    async write(entries) {
      const written = await writeTo(database, entries);
      database.sendHint();
      return written;
    },
    writeWithin: writeWithinTransaction,
  };
}
