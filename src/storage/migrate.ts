import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { CursorSeal } from '../core/activity/live-cursor.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database, Queryable, TransactionConnection } from './database.ts';
import { errorCode } from './database-errors.ts';
import { type Migration, readMigrations } from './migrations.ts';
import { clearTermIndex } from './term-index/indexer.ts';

/** The advisory lock that Prisma Migrate takes: nothing migrates the database while `prisma migrate` does, or the reverse. */
const prismaMigrateLock = 72_707_369;

/** Prisma Migrate's own table, as Prisma Migrate makes it. */
const migrationsTable = `CREATE TABLE "_prisma_migrations" (
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
  /** Names of migrations that a newer build has applied here, and that this one does not know. */
  newer: string[];
  /** True where the database turned out to be restored into another cluster: live cursors given before have expired. */
  restored: boolean;
}

/** Milliseconds that a migration waits for a lock: everyone who writes or reads waits behind it. Then they go first. */
const lockPatience = 500;
/** Milliseconds between two attempts, and for all of them. */
const [lockPause, longestAttempts] = [1_000, 60_000] as const;

/**
 * Brings the database up to this build: applies what is missing, recorded as Prisma Migrate records it, and notices a
 * restore into another cluster. Safe when many processes start at once: one works, the others wait. Safe beside a service
 * that is in use: where something holds a table for long (a dump, a forgotten transaction), the migration steps back again
 * and again, so that nobody waits behind it. A database that is up to date is only read.
 * @throws ActivityLogError UNAVAILABLE where a migration failed earlier or was changed after it was applied, where the user
 *   of the database may not apply what is missing, and where a table was held for a minute
 */
export async function migrate(database: Database, migrations: Migration[] = readMigrations()): Promise<MigrateResult> {
  const deadline = Date.now() + longestAttempts;
  for (;;) {
    try {
      return await attempt(database, migrations);
    } catch (error) {
      const code = errorCode(error);
      if (code === '42501') throw new ActivityLogError('UNAVAILABLE', mayNot, { cause: error });
      if (code !== '55P03') throw error;
      if (Date.now() > deadline) throw new ActivityLogError('UNAVAILABLE', isHeld, { cause: error });
      await delay(lockPause);
    }
  }
}

const mayNot =
  'The database is not up to date, and its user may not change that. Run "activity-log migrate" with a DATABASE_URL of the owner of the tables.';
const isHeld =
  'The database could not be migrated: for a minute something held a table that is to be changed, perhaps a dump or an open transaction. Look into pg_stat_activity, and start again.';

async function attempt(database: Database, migrations: Migration[]): Promise<MigrateResult> {
  return await database.transaction(
    async (connection) => {
      await connection.query(
        sql`SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)`,
      );
      await connection.query(sql`SELECT pg_advisory_xact_lock(${prismaMigrateLock})`);
      await connection.query(sql`SELECT set_config('lock_timeout', ${String(lockPatience)}, true)`);
      // Not by IF NOT EXISTS: who may not make a table may not ask in that way either.
      const [there] = await connection.query(sql`SELECT 1 WHERE to_regclass('"_prisma_migrations"') IS NOT NULL`);
      if (there === undefined) await connection.script(migrationsTable);
      const recorded = await connection.query<Recorded>(
        sql`SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
          FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
      );
      const missing = migrations.filter((migration) => isMissing(migration, recorded));
      for (const migration of missing) await apply(connection, migration);
      const known = new Set(migrations.map(({ name }) => name));
      return {
        applied: missing.map(({ name }) => name),
        newer: recorded.map(({ name }) => name).filter((name) => !known.has(name)),
        restored: await ensureEpoch(connection),
      };
    },
    { mayTakeLong: true },
  );
}

/** Names of the migrations of this build that the database has not, or not whole. One that has more is of a newer build. */
export async function missingMigrations(database: Queryable, migrations: readonly Migration[]): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    sql`SELECT migration_name AS name FROM "_prisma_migrations" WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL`,
  );
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
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
  // Who worked on it when the dump was made is not here.
  await connection.query(sql`UPDATE "TermIndex" SET "owner" = NULL, "ownedUntil" = NULL`);
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
