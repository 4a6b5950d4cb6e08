import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { startChildProgram } from '../support/child-program.ts';
import { describeOnEachDatabase, openTestPglite } from '../support/databases.ts';
import { signal } from '../support/signal.ts';

const entry = { workspaceId: 'w', entityType: 'BRAND', entityId: 'e', eventKey: 'k', actorType: 'USER' } as const;
const count = async (database: Database) =>
  (await database.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM "ActivityLog"`))[0]?.n;

describe('one connection', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestPglite();
  });
  afterAll(async () => await database.close());

  it('lets no statement into an open Prisma transaction', async () => {
    const [written, finish] = [signal(), signal()];
    const order: string[] = [];
    let own = '';
    const transaction = database.prisma.$transaction(async (tx) => {
      await tx.activityLog.create({ data: entry });
      own = (await tx.$queryRaw<{ id: string }[]>`SELECT pg_current_xact_id()::text AS id`)[0]?.id ?? '';
      written.fire();
      await finish.fired;
      order.push('transaction');
    });
    await written.fired;
    const query = database
      .query<{ n: number; xmax: string }>(
        sql`SELECT count(*)::int4 AS n, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax FROM "ActivityLog"`,
      )
      .then((rows) => {
        order.push('query');
        return rows;
      });
    const nested = database.transaction(async (connection) => {
      order.push('our transaction');
      return await connection.query(sql`SELECT 1 FROM "ActivityLog"`);
    });
    finish.fire();
    const [[row]] = await Promise.all([query, nested, transaction]);
    expect(order).toEqual(['transaction', 'query', 'our transaction']);
    // The query saw the transaction only once it was over: its row, and a snapshot taken after its id was done.
    expect(row?.n).toBe(1);
    expect(BigInt(row?.xmax ?? 0)).toBeGreaterThan(BigInt(own));
  });

  it('lets no statement into an open transaction of ours', async () => {
    const [written, finish] = [signal(), signal()];
    const before = (await count(database)) ?? 0;
    const transaction = database.transaction(async (connection) => {
      await connection.query(sql`DELETE FROM "ActivityLog"`);
      written.fire();
      await finish.fired;
      throw new Error('undo');
    });
    await written.fired;
    const counted = count(database);
    const prismas = database.prisma.activityLog.count();
    finish.fire();
    await expect(transaction).rejects.toThrow('undo');
    expect(await counted).toBe(before);
    expect(await prismas).toBe(before);
  });

  it('says so where a transaction would wait for itself', async () => {
    await expect(database.transaction(async () => await database.query(sql`SELECT 1`))).rejects.toThrow('one only');
    expect(await count(database)).toBeTypeOf('number');
  });

  it('is given back by a Prisma transaction that begins too late', async () => {
    const [begun, finish] = [signal(), signal()];
    const transaction = database.transaction(async () => {
      begun.fire();
      await finish.fired;
    });
    await begun.fired;
    await expect(database.prisma.$transaction(async () => {}, { maxWait: 5 })).rejects.toMatchObject({ code: 'P2028' });
    finish.fire();
    await transaction;
    expect(await count(database)).toBeTypeOf('number');
  });

  it('is taken from a Prisma transaction that takes too long', async () => {
    const [written, over] = [signal(), signal()];
    const transaction = database.prisma.$transaction(
      async (tx) => {
        await tx.activityLog.create({ data: { ...entry, eventKey: 'late' } });
        written.fire();
        await over.fired;
      },
      { timeout: 200 },
    );
    await written.fired;
    const rows = await database.query(sql`SELECT 1 FROM "ActivityLog" WHERE "eventKey" = 'late'`);
    over.fire();
    await expect(transaction).rejects.toMatchObject({ code: 'P2028' });
    expect(rows).toEqual([]);
  });

  it.each([
    ['a plain BEGIN', (one: Database) => one.query(sql`BEGIN`)],
    ['BEGIN by Prisma', (one: Database) => one.prisma.$executeRawUnsafe('BEGIN')],
  ])('is clean after %s', async (_, leave) => {
    await leave(database);
    // Two statements of one transaction would have the same id.
    const id = async () => await database.query(sql`SELECT pg_current_xact_id() AS id`);
    expect(await id()).not.toEqual(await id());
  });
});

describeOnEachDatabase('transactions', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  it('commit what resolves, with several statements in a script', async () => {
    const result = await database.transaction(async (connection) => {
      await connection.script('CREATE TABLE one (a int4); CREATE TABLE two (a int4); INSERT INTO one VALUES (7);');
      return await connection.query<{ a: number }>(sql`SELECT a FROM one`);
    });
    expect(result).toEqual([{ a: 7 }]);
    expect(await database.query(sql`SELECT a FROM one`)).toEqual([{ a: 7 }]);
  });

  it('roll back what throws, and hand the connection on clean', async () => {
    const failed = database.transaction(async (connection) => {
      await connection.query(sql`CREATE TABLE never (a int4)`);
      await connection.query(sql`SELECT 1/0`);
    });
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    await expect(database.query(sql`SELECT * FROM never`)).rejects.toMatchObject({ code: '42P01' });
    await expect(database.query(sql`SELECT 'x'::int4`)).rejects.toMatchObject({ code: '22P02' });
    expect(await database.query(sql`SELECT 1 AS a`)).toEqual([{ a: 1 }]);
  });

  it('of Prisma roll back, nest, and keep their isolation level', async () => {
    const { prisma } = database;
    const undone = prisma.$transaction(async (tx) => {
      await tx.activityLog.create({ data: { ...entry, eventKey: 'undone' } });
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(await prisma.activityLog.count({ where: { eventKey: 'undone' } })).toBe(0);
    const level = await prisma.$transaction(
      async (tx) => await tx.$queryRaw<{ level: string }[]>`SELECT current_setting('transaction_isolation') AS level`,
      { isolationLevel: 'RepeatableRead' },
    );
    expect(level).toEqual([{ level: 'repeatable read' }]);
    const both = await prisma.$transaction([
      prisma.activityLog.create({ data: { ...entry, eventKey: 'batch' } }),
      prisma.activityLog.count({ where: { eventKey: 'batch' } }),
    ]);
    expect(both[1]).toBe(1);
  });

  it('tell a duplicate from other errors', async () => {
    const keyed = { ...entry, idempotencyKey: 'same' };
    await database.prisma.activityLog.create({ data: keyed });
    await expect(database.prisma.activityLog.create({ data: keyed })).rejects.toMatchObject({ code: 'P2002' });
  });

  it('are closed twice without harm, and refuse work then', async () => {
    const other = await open();
    await Promise.all([other.close(), other.close()]);
    await expect(other.query(sql`SELECT 1`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(other.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('hear hints until they stop listening', () => {
    const heard: string[] = [];
    const stop = database.onHint(() => heard.push('first'));
    const stopOther = database.onHint(() => heard.push('second'));
    database.sendHint();
    stop();
    stop();
    database.sendHint();
    stopOther();
    database.sendHint();
    expect(heard).toEqual(['first', 'second', 'second']);
  });
});

describe('a directory', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'activity-log-pglite-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('left by kill -9 opens at once with every row that was written', async () => {
    const dataDir = join(root, 'killed');
    const child = await startChildProgram(new URL('./hold-directory.ts', import.meta.url), [dataDir, '500']);
    expect(await child.line()).toBe('holding 500');
    await child.end('SIGKILL');
    const database = await openPglite({ dataDir });
    expect(await database.query(sql`SELECT count(*)::int4 AS n FROM held`)).toEqual([{ n: 500 }]);
    await database.close();
  });

  it('is made anew after a first start that was killed', async () => {
    const dataDir = join(root, 'half');
    mkdirSync(join(dataDir, 'pglite.new-half', 'base'), { recursive: true });
    const database = await openPglite({ dataDir });
    expect(readdirSync(dataDir).sort()).toEqual(['lock', 'pglite']);
    await database.close();
    // Free again, for the next one of this process.
    await (await openPglite({ dataDir })).close();
  });

  it('gathers statistics although nobody but us does', async () => {
    const database = await openTestPglite();
    const pages = sql`SELECT relpages::int4 AS n FROM pg_class WHERE relname = 'ActivityLog'`;
    const written = `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "actorLabel")
      SELECT gen_random_uuid()::text, 'w', 'OTHER', 'e', 'a.b', 'SYSTEM', repeat('x', 200) FROM generate_series(1, 100)`;
    for (let round = 0; round < 150; round++) await database.query(sql([written]));
    expect((await database.query<{ n: number }>(pages))[0]?.n).toBeGreaterThan(100);
    await database.close();
  });

  it('keeps its WAL small although nobody but us makes checkpoints', async () => {
    const database = await openPglite({ dataDir: join(root, 'wal') });
    await database.query(sql`CREATE TABLE much (a text)`);
    for (let round = 0; round < 200; round++) {
      await database.query(sql`INSERT INTO much SELECT repeat('x', 1000) FROM generate_series(1, 1000)`);
    }
    const [row] = await database.query<{ behind: number }>(
      sql`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 AS behind FROM pg_control_checkpoint()`,
    );
    expect(row?.behind).toBeLessThan(128 * 1024 * 1024);
    await database.close();
  });

  it('that holds something else is refused and left alone', async () => {
    const dataDir = join(root, 'other');
    mkdirSync(join(dataDir, 'pglite'), { recursive: true });
    writeFileSync(join(dataDir, 'pglite', 'precious.txt'), 'x');
    await expect(openPglite({ dataDir })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('Empty that directory'),
    });
    expect(readdirSync(join(dataDir, 'pglite'))).toEqual(['precious.txt']);
  });
});
