import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import sql from 'sql-template-tag';
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import type { FeedEntry } from '@/core/activity/feed.ts';
import { LiveCursors } from '@/core/activity/live-cursor.ts';
import type { Position } from '@/core/activity/position.ts';
import { ActivityLogError } from '@/errors.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { migrate, readCursorSeal } from '@/storage/migrate.ts';
import { readMigrations } from '@/storage/migrations.ts';
import { openPglite } from '@/storage/pglite.ts';
import { freshPgliteFiles } from '@/storage/pglite-files.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { readFeed, readSnapshot } from '@/storage/tail.ts';
import { readPage } from '@/storage/timeline.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';

const folder = new URL('../../prisma/migrations/', import.meta.url);
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const checksums = names.map((name) =>
  createHash('sha256')
    .update(readFileSync(new URL(`${name}/migration.sql`, folder)))
    .digest('hex'),
);

/** Made once: the files of a PGlite with nothing in it. */
let empty: ReturnType<typeof freshPgliteFiles> | undefined;
const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
afterAll(() => expect(endings).toEqual([]));

/** A database with nothing in it, and as many connections to it as are asked for. */
async function openEmpty(kind: 'pglite' | 'postgres', count = 1): Promise<[Database, ...Database[]]> {
  if (kind === 'pglite') {
    empty ??= freshPgliteFiles();
    const database = await openPglite({ dataDir: 'memory://', initialData: await empty });
    endings.push(async () => await database.close());
    return [database];
  }
  const { url, drop } = await createDatabaseOn(inject('postgresUrl'), 'template0');
  endings.push(drop);
  const opened = await Promise.all(
    Array.from({ length: count }, (_, n) => openPostgres({ url, applicationName: `migrate ${n}`, poolSize: 3 })),
  );
  endings.push(async () => void (await Promise.all(opened.map((database) => database.close()))));
  return opened as [Database, ...Database[]];
}

interface Recorded {
  id: string;
  name: string;
  checksum: string;
  took: number | null;
  steps: number;
  logs: string | null;
  rolledBack: Date | null;
}
const recorded = async (database: Database) =>
  await database.query<Recorded>(
    sql`SELECT id, migration_name AS name, checksum, extract(epoch FROM finished_at - started_at)::float8 AS took,
      applied_steps_count AS steps, logs, rolled_back_at AS "rolledBack" FROM "_prisma_migrations" ORDER BY started_at`,
  );
const epochOf = async (database: Database) => (await readCursorSeal(database)).epoch;
const run = async (database: Database, text: string) =>
  await database.transaction((connection) => connection.script(text));
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ActivityLogError)) throw new Error(`it was not refused: ${String(error)}`);
  return { code: error.code, message: error.message };
};

describe.each(['pglite', 'postgres'] as const)('migrate (%s)', (kind) => {
  it('applies what is missing, records it as Prisma Migrate does, and applies nothing the second time', async () => {
    const [database] = await openEmpty(kind);
    expect(await migrate(database)).toEqual({ applied: names, newer: [], restored: false });
    const rows = await recorded(database);
    expect(
      rows.map(({ name, checksum, steps, logs, rolledBack }) => ({ name, checksum, steps, logs, rolledBack })),
    ).toEqual(names.map((name, at) => ({ name, checksum: checksums[at], steps: 1, logs: null, rolledBack: null })));
    for (const { id, took } of rows) {
      expect(id).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(took).toBeGreaterThanOrEqual(0);
    }
    const epoch = await epochOf(database);
    expect(await migrate(database)).toEqual({ applied: [], newer: [], restored: false });
    expect([await recorded(database), await epochOf(database)]).toEqual([rows, epoch]);
  });

  it('applies a later migration alone, in the order of the names', async () => {
    const [database] = await openEmpty(kind);
    await migrate(database);
    const later = ['90000000000001_two', '90000000000000_one'].map((name) => ({
      name,
      sql: name.endsWith('one') ? 'CREATE TABLE one ();' : 'ALTER TABLE one ADD COLUMN two int;',
      checksum: 'c',
    }));
    const all = [...readMigrations(), ...later].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect((await migrate(database, all)).applied).toEqual(['90000000000000_one', '90000000000001_two']);
    expect((await migrate(database, all)).applied).toEqual([]);
  });

  it('names what a newer build has applied, and goes on without it', async () => {
    const [database] = await openEmpty(kind);
    const later = {
      name: '90000000000000_later',
      sql: 'ALTER TABLE "ActivityLog" ADD COLUMN later int',
      checksum: 'c',
    };
    await migrate(database, [...readMigrations(), later]);
    expect(await migrate(database)).toEqual({ applied: [], newer: [later.name], restored: false });
    const [entry] = distinct([entryOf({ id: '' })]);
    await createActivityWriter(database).write(entry === undefined ? [] : [entry]);
  });

  it('refuses a migration that was applied in another form, and names it', async () => {
    const [database] = await openEmpty(kind);
    await migrate(database);
    const [first, ...rest] = readMigrations();
    const changed = [{ ...first, checksum: 'another' }, ...rest] as ReturnType<typeof readMigrations>;
    expect(await refusal(migrate(database, changed))).toEqual({
      code: 'UNAVAILABLE',
      message: `The migration ${names[0]} was applied to this database in another form than this build has. Install the build that fits the database.`,
    });
    expect((await migrate(database)).applied).toEqual([]);
  });

  it('refuses a database in which a migration has failed, until that is marked as rolled back', async () => {
    const [database] = await openEmpty(kind);
    await migrate(database);
    await run(database, `UPDATE "_prisma_migrations" SET finished_at = NULL, logs = 'it failed'`);
    expect(await refusal(migrate(database))).toEqual({
      code: 'UNAVAILABLE',
      message: `The migration ${names[0]} failed in this database earlier. Mend it and mark it with "prisma migrate resolve".`,
    });
    // What `prisma migrate resolve --applied` does: the old row is rolled back, another one says that it is there.
    await run(
      database,
      `UPDATE "_prisma_migrations" SET rolled_back_at = now();
       INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count)
       SELECT left(id, 35) || 'r', checksum, now(), migration_name, 0 FROM "_prisma_migrations"`,
    );
    expect((await migrate(database)).applied).toEqual([]);
  });

  it('leaves nothing of a migration that fails, nor of those before it', async () => {
    const [database] = await openEmpty(kind);
    const bad = { name: '90000000000000_bad', sql: 'CREATE TABLE half (); SELECT 1/0;', checksum: 'c' };
    await expect(migrate(database, [...readMigrations(), bad])).rejects.toThrow('division by zero');
    const tables = await database.query(sql`SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'`);
    expect(tables).toEqual([]);
    expect((await migrate(database)).applied).toEqual(names);
  });

  it('asks for a migration where there is no epoch yet', async () => {
    const [database] = await openEmpty(kind);
    await migrate(database);
    await run(database, 'DELETE FROM "FeedEpoch"');
    expect(await refusal(readCursorSeal(database))).toEqual({
      code: 'UNAVAILABLE',
      message: 'The database is not migrated. Run "activity-log migrate".',
    });
  });

  it('notices a restore into another cluster: old cursors expire, and the feed goes on without repeating what is old', async () => {
    const [database] = await openEmpty(kind);
    await migrate(database);
    const write = async (count: number) => {
      const entries = distinct(Array.from({ length: count }, () => entryOf({ id: '' })));
      await createActivityWriter(database).write(entries);
      return entries.map(({ id }) => id);
    };
    const old = await write(6);
    const before = new LiveCursors(await readCursorSeal(database));
    const cursor = before.close({ seen: await readSnapshot(database) });
    expect(before.open(cursor)).toBeDefined();
    // As a dump of a cluster that was further brings them.
    await run(
      database,
      `UPDATE "FeedEpoch" SET "systemIdentifier" = '1';
       UPDATE "ActivityLog" SET "transactionId" = ((pg_snapshot_xmax(pg_current_snapshot())::text::bigint + "sequence" * 2 - 3))::text::xid8`,
    );
    expect(await migrate(database)).toEqual({ applied: [], newer: [], restored: true });
    expect(await migrate(database)).toEqual({ applied: [], newer: [], restored: false });
    const seal = await readCursorSeal(database);
    const opening = async () => new LiveCursors(seal).open(cursor);
    expect((await refusal(opening())).code).toBe('LIVE_CURSOR_EXPIRED');
    const scope = { workspaceId: 'w1', visibilities: ['INTERNAL'], brandIds: null, internals: true } as const;
    const page = await readPage(database, { scope, filter: {}, limit: 10, from: 'newest' });
    expect(page.entries.map(({ id }) => id).sort()).toEqual([...old].sort());
    const expected: string[] = [];
    const got: FeedEntry[] = [];
    for (let position: Position = { seen: page.snapshot }, round = 0; round < 12; round++) {
      expected.push(...(await write(1)));
      const read = await readFeed(database, { after: position, limit: 10 });
      got.push(...read.entries);
      position = read.position;
    }
    expect(got.map(({ activity }) => activity.id)).toEqual(expected);
  });
});

describe('migrate (postgres), with others', () => {
  it('is safe when ten start at once: one applies, the others wait, all succeed and share one epoch', async () => {
    const databases = await openEmpty('postgres', 10);
    const results = await Promise.all(databases.map((database) => migrate(database)));
    expect(results.map(({ applied }) => applied).sort((a, b) => b.length - a.length)).toEqual([
      names,
      ...Array(9).fill([]),
    ]);
    expect(results.some(({ restored }) => restored)).toBe(false);
    expect(await recorded(databases[0])).toHaveLength(names.length);
    expect(new Set(await Promise.all(databases.map(epochOf))).size).toBe(1);
  });

  it('waits while Prisma Migrate works', async () => {
    const [database, other] = await openEmpty('postgres', 2);
    const order: string[] = [];
    let work: Promise<unknown> = Promise.resolve();
    await (other as Database).transaction(async (connection) => {
      await connection.query(sql`SELECT pg_advisory_xact_lock(72707369)`);
      work = migrate(database).then(() => order.push('ours'));
      for (let waits = false; !waits; ) {
        const rows = await connection.query(sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        waits = rows.length > 0;
      }
      order.push("Prisma's");
    });
    await work;
    expect(order).toEqual(["Prisma's", 'ours']);
  });

  it('lets others go first while something holds a table that it is to change', async () => {
    const [database, holding, writing] = await openEmpty('postgres', 3);
    await migrate(database);
    const later = {
      name: '90000000000000_later',
      sql: 'ALTER TABLE "ActivityLog" ADD COLUMN later int',
      checksum: 'c',
    };
    const writer = createActivityWriter(writing as Database);
    const order: string[] = [];
    let work: Promise<unknown> = Promise.resolve();
    await (holding as Database).transaction(async (connection) => {
      // As a dump does, from its beginning to its end.
      await connection.query(sql`SELECT 1 FROM "ActivityLog"`);
      work = migrate(database, [...readMigrations(), later]).then(() => order.push('migrated'));
      for (let waits = false; !waits; ) {
        const rows = await connection.query(
          sql`SELECT 1 FROM pg_locks WHERE relation = '"ActivityLog"'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted`,
        );
        waits = rows.length > 0;
      }
      await writer.write(distinct([entryOf({ id: '' })]));
      order.push('written');
    });
    await work;
    expect(order).toEqual(['written', 'migrated']);
  });

  it('re-bases an entry whose id a transaction of the new cluster has just now', async () => {
    const [database] = await openEmpty('postgres');
    await migrate(database);
    const rows = await database.query<{ name: string }>(sql`SELECT current_database() AS name`);
    const url = new URL(inject('postgresUrl'));
    url.pathname = `/${rows[0]?.name}`;
    const running = new pg.Client({ connectionString: url.href, application_name: 'running' });
    await running.connect();
    endings.push(async () => await running.end());
    await running.query('BEGIN');
    const { rows: own } = await running.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    const [entry] = distinct([entryOf({ id: '' })]);
    await createActivityWriter(database).write(entry === undefined ? [] : [entry]);
    await run(
      database,
      `UPDATE "FeedEpoch" SET "systemIdentifier" = '1'; UPDATE "ActivityLog" SET "transactionId" = '${own[0]?.id}'::xid8`,
    );
    expect((await migrate(database)).restored).toBe(true);
    const after = { seen: await readSnapshot(database) };
    await running.query('COMMIT');
    expect((await readFeed(database, { after, limit: 10 })).entries).toEqual([]);
  });
});
