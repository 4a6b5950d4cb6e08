import { randomBytes, randomUUID } from 'node:crypto';
import sql from 'sql-template-tag';
import type { CursorSeal } from '../core/activity/live-cursor.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database, Queryable, TransactionConnection } from './database.ts';
import { type Migration, readMigrations } from './migrations.ts';
import { clearTermIndex } from './term-index/indexer.ts';

/** The advisory lock that Prisma Migrate takes: nothing migrates the database while `prisma migrate` does, or the reverse. */
const prismaMigrateLock = 72_707_369;

/** Prisma Migrate's own table, as Prisma Migrate makes it. */
const migrationsTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);`;

interface Recorded {
  name: string;
  checksum: string;
  finished: boolean;
}

export interface MigrateResult {
  /** Names of the migrations that this call applied. */
  applied: string[];
  /** True where the database turned out to be restored into another cluster: live cursors given before have expired. */
  restored: boolean;
}

/**
 * Brings the database up to this build: applies what is missing, recorded as Prisma Migrate records it, and notices a
 * restore into another cluster. Safe when many processes start at once: one works, the others wait.
 * @throws ActivityLogError UNAVAILABLE where a migration failed earlier or was changed after it was applied
 */
export async function migrate(database: Database, migrations: Migration[] = readMigrations()): Promise<MigrateResult> {
  return await database.transaction(
    async (connection) => {
      await connection.query(
        sql`SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)`,
      );
      await connection.query(sql`SELECT pg_advisory_xact_lock(${prismaMigrateLock})`);
      await connection.script(migrationsTable);
      const recorded = await connection.query<Recorded>(
        sql`SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
        FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
      );
      const missing = migrations.filter((migration) => isMissing(migration, recorded));
      for (const migration of missing) await apply(connection, migration);
      return { applied: missing.map((migration) => migration.name), restored: await ensureEpoch(connection) };
    },
    { mayTakeLong: true },
  );
}

function isMissing(migration: Migration, recorded: Recorded[]): boolean {
  const rows = recorded.filter((row) => row.name === migration.name);
  if (rows.length === 0) return true;
  if (rows.some((row) => !row.finished)) {
    throw new ActivityLogError(
      'UNAVAILABLE',
      `The migration ${migration.name} failed in this database earlier. Mend it and mark it with "prisma migrate resolve".`,
    );
  }
  if (rows.every((row) => row.checksum !== migration.checksum)) {
    throw new ActivityLogError(
      'UNAVAILABLE',
      `The migration ${migration.name} was applied to this database in another form than this build has. Install the build that fits the database.`,
    );
  }
  return false;
}

async function apply(connection: TransactionConnection, { name, sql: script, checksum }: Migration): Promise<void> {
  await connection.script(script);
  await connection.query(
    sql`INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, logs, started_at, applied_steps_count)
      VALUES (${randomUUID()}, ${checksum}, clock_timestamp(), ${name}, NULL, now(), 1)`,
  );
}

/**
 * Keeps the epoch of the feed. A dump restored into another cluster brings ids of transactions that this cluster has
 * not run yet, or that are running now: they are moved below everything, and cursors of the old cluster are refused from
 * then on.
 * @returns true where that happened.
 */
async function ensureEpoch(connection: TransactionConnection): Promise<boolean> {
  const [row] = await connection.query<{ now: string; then: string | null }>(
    sql`SELECT (SELECT system_identifier::text FROM pg_control_system()) AS now, (SELECT "systemIdentifier" FROM "FeedEpoch" WHERE "id" = 1) AS then`,
  );
  const { now, then } = row as { now: string; then: string | null };
  if (now === then) return false;
  const key = randomBytes(32).toString('base64');
  await connection.query(
    sql`INSERT INTO "FeedEpoch" ("id", "epoch", "systemIdentifier", "cursorKey")
      VALUES (1, ${randomUUID()}, ${now}, decode(${key}, 'base64'))
      ON CONFLICT ("id") DO UPDATE SET "epoch" = EXCLUDED."epoch", "systemIdentifier" = EXCLUDED."systemIdentifier",
        "cursorKey" = EXCLUDED."cursorKey", "createdAt" = CURRENT_TIMESTAMP`,
  );
  if (then === null) return false;
  await connection.query(
    sql`UPDATE "ActivityLog" SET "transactionId" = '3'::xid8
      WHERE "transactionId" >= pg_snapshot_xmin(pg_current_snapshot())`,
  );
  await clearTermIndex(connection);
  return true;
}

/** What seals this database's live cursors. The database must be migrated. */
export async function readCursorSeal(database: Queryable): Promise<CursorSeal> {
  const [row] = await database.query<{ epoch: string; key: string }>(
    sql`SELECT "epoch", encode("cursorKey", 'base64') AS key FROM "FeedEpoch" WHERE "id" = 1`,
  );
  if (row === undefined)
    throw new ActivityLogError('UNAVAILABLE', 'The database is not migrated. Run "activity-log migrate".');
  return { epoch: row.epoch, key: Buffer.from(row.key, 'base64') };
}
