import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { inspect } from 'node:util';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../src/storage/connect.ts';
import type { Database } from '../../src/storage/database.ts';
import { openPostgres, refuseOldServer } from '../../src/storage/postgres.ts';
import { parsePostgresUrl } from '../../src/storage/postgres-url.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { signal } from '../support/signal.ts';

const backend = sql`SELECT pg_backend_pid() AS pid`;
const pidOf = async (database: Pick<Database, 'query'>) =>
  (await database.query<{ pid: number }>(backend))[0]?.pid ?? 0;
const kill = async (database: Database, pid: number) =>
  await database.query(sql`SELECT pg_terminate_backend(${pid}::int4)`);

describe('PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;
  let other: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    database = await openPostgres({ url: test.url, poolSize: 2, statementTimeout: 300, applicationName: 'one' });
    other = await openPostgres({ url: test.url, poolSize: 2, applicationName: 'other' });
  });
  it('keeps one plan for a statement that says so, and leaves it to PostgreSQL for others', async () => {
    await database.transaction(async (connection) => {
      await connection.script('CREATE TABLE "planned" AS SELECT n % 3 AS "few" FROM generate_series(1, 50000) AS n');
      await connection.script('CREATE INDEX ON "planned" ("few"); ANALYZE "planned"');
    });
    const plansOf = async (onePlan: boolean) => {
      const options = { repeated: true, onePlan };
      // By its values it is expected to be far cheaper than without them: PostgreSQL would plan it each time.
      const look = sql`SELECT "few" FROM "planned" WHERE "few" = ${'7'}::text::int4 ORDER BY "few" LIMIT ${1}`;
      for (let time = 0; time < 8; time += 1) expect(await database.query(look, options)).toEqual([]);
      const [plans] = await database.query<{ one: bigint; anew: bigint }>(
        sql`SELECT "generic_plans" AS one, "custom_plans" AS anew FROM pg_prepared_statements WHERE "statement" LIKE '%"planned"%' AND "statement" LIKE '%LIMIT%' AND "statement" NOT LIKE '%prepared%'`,
        options,
      );
      return plans;
    };
    expect(await plansOf(true)).toEqual({ one: 8n, anew: 0n });
    expect((await plansOf(false))?.anew).toBeGreaterThan(4n);
  });
  it('sets nothing on a connection that a pooler lends', async () => {
    const address = new URL(test.url);
    const { port, hostname } = new URL(test.url);
    // As poolers do it, the connection that it tells of is none of the server's.
    const pooler = createServer((client) => {
      const server = connect(Number(port), hostname);
      client.pipe(server);
      server.on('data', (data) => {
        const key = data.indexOf(Buffer.from([75, 0, 0, 0, 12]));
        if (key >= 0) data.writeInt32BE(1, key + 5);
        client.write(data);
      });
      for (const [one, end] of [
        [client, server],
        [server, client],
      ] as const) {
        one.on('error', () => end.destroy()).on('close', () => end.destroy());
      }
    });
    pooler.listen(0, '127.0.0.1');
    await once(pooler, 'listening');
    address.host = `127.0.0.1:${(pooler.address() as AddressInfo).port}`;
    const settings = async (at: Database) =>
      await at.query<{ plans: string; scans: string }>(
        sql`SELECT current_setting('plan_cache_mode') AS plans, current_setting('enable_seqscan') AS scans`,
        { repeated: true, onePlan: true },
      );
    const lent = await openPostgres({ url: address.href, poolSize: 1 });
    expect(await settings(lent)).toEqual([{ plans: 'auto', scans: 'on' }]);
    expect(await settings(database)).toEqual([{ plans: 'force_generic_plan', scans: 'off' }]);
    await lent.close();
    pooler.close();
  });
  afterAll(async () => {
    await Promise.all([database.close(), other.close()]);
    await test.drop();
  });

  it('stops a statement that takes too long, and says what to do', async () => {
    await expect(database.query(sql`SELECT pg_sleep(10)`)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'The query took longer than 300 ms and was stopped. Narrow it, for example by from/to or an entity.',
    });
    expect(await database.query(sql`SELECT 1 AS a`)).toEqual([{ a: 1 }]);
  });

  it('goes on without prepared statements where they do not last, as behind some poolers', async () => {
    const own = await openPostgres({ url: test.url, poolSize: 1 });
    const ask = () => own.query<{ one: number }>(sql`SELECT ${1}::int4 AS one`, { repeated: true });
    const prepared = async () =>
      (await own.query<{ count: number }>(sql`SELECT count(*)::int4 AS count FROM pg_prepared_statements`))[0]?.count;
    expect([await ask(), await prepared()]).toEqual([[{ one: 1 }], 1]);
    await own.query(sql`DEALLOCATE ALL`);
    expect([await ask(), await ask(), await prepared()]).toEqual([[{ one: 1 }], [{ one: 1 }], 0]);
    await own.close();
  });

  it('keeps a connection whose statement failed', async () => {
    const one = await openPostgres({ url: test.url, poolSize: 1 });
    const before = await pidOf(one);
    await expect(one.query(sql`SELECT 1/0`)).rejects.toMatchObject({ code: '22012' });
    await expect(one.transaction(async (c) => await c.query(sql`SELECT 1/0`))).rejects.toMatchObject({ code: '22012' });
    expect(await pidOf(one)).toBe(before);
    await one.close();
  });

  it('throws a connection away that breaks in a transaction, and goes on', async () => {
    const broken = database.transaction(async (connection) => {
      await kill(other, await pidOf(connection));
      await connection.query(sql`SELECT 1`);
    });
    await expect(broken).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('Nothing was written'),
    });
    expect(await database.query(sql`SELECT 1 AS a`)).toEqual([{ a: 1 }]);
    await database.check();
  });

  it('outlives idle connections that break', async () => {
    const pid = await pidOf(database);
    await kill(other, pid);
    const fresh = await eventually(
      async () => await pidOf(database),
      (now) => now !== pid && now !== 0,
    );
    expect(fresh).not.toBe(pid);
  });

  it('says UNAVAILABLE where no connection comes free in time', async () => {
    const one = await openPostgres({ url: test.url, poolSize: 1, statementTimeout: 20_000 });
    const [begun, finish] = [signal(), signal()];
    const transaction = one.transaction(async () => {
      begun.fire();
      await finish.fired;
    });
    await begun.fired;
    await expect(one.query(sql`SELECT 1`)).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: expect.any(Error) });
    finish.fire();
    await transaction;
    await one.close();
  });

  it('waits on close for what is under way and queued', async () => {
    const one = await openPostgres({ url: test.url, poolSize: 1 });
    const queries = [1, 2, 3].map((n) => one.query(sql`SELECT ${n}::int4 AS n, pg_sleep(0.05)::text`));
    await Promise.all([one.close(), one.close()]);
    expect((await Promise.all(queries)).flat()).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('hears what another process commits, and again after its connection broke', async () => {
    const heard = counter();
    const stop = database.onHint(heard.add);
    // The first call says that listening has begun.
    await heard.reaches(1);
    other.sendHint();
    await heard.reaches(2);
    await other.query(
      sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'one listener'`,
    );
    await heard.reaches(3);
    other.sendHint();
    await heard.reaches(4);
    stop();
  });

  it('sends the hints of a turn of the event loop as one NOTIFY, and hears its own only once', async () => {
    const [mine, theirs] = [counter(), counter()];
    const stops = [database.onHint(mine.add), other.onHint(theirs.add)];
    await Promise.all([mine.reaches(1), theirs.reaches(1)]);
    for (let call = 0; call < 100; call++) database.sendHint();
    expect(mine.count()).toBe(101);
    await theirs.reaches(2);
    // Answered after every NOTIFY before it: neither another for `other` nor our own for us is on its way.
    other.sendHint();
    await mine.reaches(102);
    expect(theirs.count()).toBe(3);
    expect(mine.count()).toBe(102);
    for (const stop of stops) stop();
  });
});

describe('opening', () => {
  it.each([
    'postgresql://me:s3cret@ho st/db',
    'postgresql://me:s3cret%zz@localhost/db',
    'postgresql://me:s3cret@localhost:99999/db',
    'me:s3cret@localhost/db',
    'mysql://me:s3cret@localhost/db',
  ])('refuses %s without repeating the password', async (databaseUrl) => {
    const options = { databaseUrl, dataDir: '/nowhere', poolSize: 1, statementTimeout: 1000 };
    const error: unknown = await connectDatabase(options).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('DATABASE_URL') });
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
  });

  it('names the server that does not answer, not the password', async () => {
    const error: unknown = await openPostgres({ url: 'postgresql://me:s3cret@127.0.0.1:1/db' }).catch(
      (caught) => caught,
    );
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('127.0.0.1:1/db') });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret');
  });

  it('says what the server says of a wrong password', async () => {
    const { url, drop } = await createTestDatabase();
    const wrong = new URL(url);
    wrong.password = 's3cret';
    const error: unknown = await openPostgres({ url: wrong.href }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('password authentication failed'),
    });
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
    await drop();
  });

  it('refuses a server older than 14', () => {
    expect(() => refuseOldServer(130_011, '13.11')).toThrow(
      'PostgreSQL 13.11; Activity Log needs PostgreSQL 14 or newer',
    );
    expect(() => refuseOldServer(140_000, '14.0')).not.toThrow();
  });

  it('understands the schema of a Prisma URL', async () => {
    const { url, drop } = await createTestDatabase();
    expect(parsePostgresUrl(`${url}?schema=apart`).schema).toBe('apart');
    const database = await openPostgres({ url: `${url}?schema=apart` });
    expect(await database.query(sql`SELECT current_setting('search_path') AS path`)).toEqual([{ path: '"apart"' }]);
    await database.close();
    await drop();
  });

  it('uses the embedded database for memory://', async () => {
    const database = await connectDatabase({
      databaseUrl: 'memory://',
      dataDir: '/nowhere',
      poolSize: 1,
      statementTimeout: 1000,
    });
    expect(database.kind).toBe('pglite');
    await database.close();
  });
});

describe('a server that is killed', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(async () => await server.stop());

  it('is UNAVAILABLE, then found again, and listened to again', async () => {
    const { url } = await createDatabaseOn(server.url, 'template0');
    const database = await openPostgres({ url });
    const heard = counter();
    database.onHint(heard.add);
    await heard.reaches(1);
    await server.kill();
    await expect(database.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await server.restart();
    await database.check();
    await heard.reaches(2);
    await database.close();
  });
});

function counter() {
  let calls = 0;
  const waiting: { least: number; go: () => void }[] = [];
  return {
    count: () => calls,
    add: () => {
      calls += 1;
      for (const one of waiting) if (calls >= one.least) one.go();
    },
    reaches: async (least: number) => {
      if (calls >= least) return;
      await new Promise<void>((go) => waiting.push({ least, go }));
    },
  };
}

/** Asks again, each time as soon as the last answer came, until the answer is as wanted. */
async function eventually<T>(ask: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask().catch(() => undefined);
    if (value !== undefined && wanted(value)) return value;
  }
}
