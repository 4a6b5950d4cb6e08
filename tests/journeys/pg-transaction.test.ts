/** `logActivity(entry, { tx })` inside the business transaction of an application that talks to PostgreSQL with `pg`. */
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type ActivityInput,
  buildBrandActivity,
  closeActivityLog,
  configureActivityLog,
  logActivity,
} from '@/core/activity/activity-log.service';
import { Metrics } from '../../src/metrics.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const entry = (key: string, rest: Partial<ActivityInput> = {}) => ({
  ...buildBrandActivity({
    workspaceId: 'w1',
    brandId: 'b1',
    entityId: key,
    eventKey: 'brand.created',
    message: key,
    actorType: 'USER',
    actorUserId: 'u1',
    payload: { key, list: [1.5, { deep: 'é"\\' }] },
  }),
  ...rest,
});
interface Added {
  activityAdded: { activity: { entityId: string; payload: unknown } };
}

const metrics = new Metrics();
let postgres: TestDatabase;
let server: TestServer;
let pool: pg.Pool;
beforeAll(async () => {
  postgres = await createTestDatabase();
  configureActivityLog({ databaseUrl: postgres.url, spoolDir: 'off', logger: pino({ level: 'silent' }), metrics });
  server = await startTestServer(await openPostgres({ url: postgres.url, applicationName: 'the service' }));
  pool = new pg.Pool({ connectionString: postgres.url, max: 6 });
  await pool.query(`CREATE TABLE business (id text PRIMARY KEY);
    ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> 'never')`);
});
afterAll(async () => {
  await closeActivityLog();
  await pool.end();
  await server.close();
  await postgres.drop();
});

const business = async () =>
  (await pool.query<{ id: string }>('SELECT id FROM business ORDER BY id')).rows.map(({ id }) => id);
const trail = async (keys: string) =>
  (
    await pool.query<{ id: string; entityId: string; payload: unknown }>(
      `SELECT "id", "entityId", "payload" FROM "ActivityLog" WHERE "entityId" LIKE $1 ORDER BY "sequence"`,
      [keys],
    )
  ).rows;
const swallowed = async () => (await metrics.swallowed.get()).values.reduce((sum, { value }) => sum + value, 0);

/** Whatever an application may have at hand: the client, and what gives it back. */
const clients = {
  'a Client': async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    return { client, close: async () => await client.end() };
  },
  'a PoolClient': async () => {
    const client = await pool.connect();
    return { client, close: async () => client.release() };
  },
};

describe.each(Object.keys(clients) as (keyof typeof clients)[])('logActivity in a transaction of %s', (kind) => {
  let client: pg.ClientBase;
  let close: () => Promise<void>;
  beforeEach(async () => {
    await pool.query('TRUNCATE business, "ActivityLog"');
    ({ client, close } = await clients[kind]());
  });
  afterEach(async () => {
    await client.query('ROLLBACK');
    await close();
  });
  const write = async (id: string) => await client.query('INSERT INTO business VALUES ($1)', [id]);

  it('commits the entry with the business write, and shows it to nobody before', async () => {
    await client.query('BEGIN');
    await write('done');
    const logged = await logActivity(entry('committed'), { tx: client });
    expect(await trail('committed')).toEqual([]);
    await client.query('COMMIT');
    expect(await business()).toEqual(['done']);
    expect(await trail('committed')).toEqual([
      { id: logged?.id, entityId: 'committed', payload: entry('committed').payload },
    ]);
    expect(logged).toMatchObject(entry('committed'));
    expect(logged?.createdAt).toBeInstanceOf(Date);
    expect([typeof logged?.transactionId, typeof logged?.sequence]).toEqual(['bigint', 'bigint']);
  });

  it.each([{}, { swallowErrors: false }])('rolls the entry back with the business write (%o)', async (options) => {
    await client.query('BEGIN');
    await write('never');
    expect(await logActivity(entry('rolled-back'), { tx: client, ...options })).toMatchObject({
      message: 'rolled-back',
    });
    await client.query('ROLLBACK');
    expect(await business()).toEqual([]);
    expect(await trail('%')).toEqual([]);
  });

  it('leaves the transaction usable where an entry is refused, by us or by the database, and swallowed', async () => {
    const before = await swallowed();
    await client.query('BEGIN');
    await write('before');
    expect(await logActivity(entry('', {}), { tx: client })).toBeNull();
    expect(await logActivity(entry('never'), { tx: client })).toBeNull();
    expect(await logActivity(entry('still'), { tx: client })).toMatchObject({ entityId: 'still' });
    expect(await logActivity(entry('never'), { tx: client })).toBeNull();
    await write('behind');
    await client.query('COMMIT');
    expect(await business()).toEqual(['before', 'behind']);
    expect((await trail('%')).map(({ entityId }) => entityId)).toEqual(['still']);
    expect((await swallowed()) - before).toBe(3);
  });

  it('fails the transaction where the database refuses an entry and swallowErrors is false', async () => {
    await client.query('BEGIN');
    await write('before');
    await expect(logActivity(entry('never'), { tx: client, swallowErrors: false })).rejects.toThrow();
    await expect(write('behind')).rejects.toMatchObject({ code: '25P02' });
    // PostgreSQL makes a rollback of it.
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
    expect([await business(), await trail('%')]).toEqual([[], []]);
  });

  it('says what is wrong with an entry where swallowErrors is false, before the transaction learns of it', async () => {
    await client.query('BEGIN');
    await write('before');
    await expect(
      logActivity(entry('x', { eventKey: 'Nope' }), { tx: client, swallowErrors: false }),
    ).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'eventKey' });
    await client.query('COMMIT');
    expect(await business()).toEqual(['before']);
  });

  it('logs several at once, in their order, and those that fail, and are swallowed, take no other away', async () => {
    const keys = ['all-1', 'never', 'all-2', 'all-3', 'never', 'all-4'];
    await client.query('BEGIN');
    await write('before');
    const logged = await Promise.all(keys.map((key) => logActivity(entry(key), { tx: client })));
    await write('behind');
    await client.query('COMMIT');
    expect(logged.map((one) => one?.entityId)).toEqual(['all-1', undefined, 'all-2', 'all-3', undefined, 'all-4']);
    expect((await trail('%')).map(({ entityId }) => entityId)).toEqual(['all-1', 'all-2', 'all-3', 'all-4']);
    expect(await business()).toEqual(['before', 'behind']);
  });

  it('keeps the transactions of several clients apart that log at the same time', async () => {
    const others = [await pool.connect(), await pool.connect()];
    onTestFinished(() => {
      for (const other of others) other.release();
    });
    const all = [client, ...others];
    for (const each of all) await each.query('BEGIN');
    const logged = all.flatMap((tx, at) => [1, 2, 3].map((n) => logActivity(entry(`${at}-${n}`), { tx })));
    expect((await Promise.all(logged)).filter((one) => one === null)).toEqual([]);
    for (const [at, each] of all.entries()) await each.query(at === 1 ? 'ROLLBACK' : 'COMMIT');
    expect((await trail('%')).map(({ entityId }) => entityId).sort()).toEqual([
      '0-1',
      '0-2',
      '0-3',
      '2-1',
      '2-2',
      '2-3',
    ]);
  });

  it('leaves the savepoints of the application alone', async () => {
    await client.query('BEGIN');
    await logActivity(entry('kept-1'), { tx: client });
    await client.query('SAVEPOINT mine');
    await write('never');
    expect(await logActivity(entry('never'), { tx: client })).toBeNull();
    await logActivity(entry('undone'), { tx: client });
    await client.query('ROLLBACK TO SAVEPOINT mine');
    await logActivity(entry('kept-2'), { tx: client });
    await client.query('COMMIT');
    expect(await business()).toEqual([]);
    expect((await trail('%')).map(({ entityId }) => entityId)).toEqual(['kept-1', 'kept-2']);
  });

  it('gives the entry back whose idempotency key it is, of this transaction or another, and the transaction goes on', async () => {
    const keyed = (idempotencyKey: string, message: string) => entry('keyed', { message, idempotencyKey });
    const there = await logActivity(keyed('before', 'first'), { swallowErrors: false });
    await client.query('BEGIN');
    const log = (key: string, message: string, swallowErrors = false) =>
      logActivity(keyed(key, message), { tx: client, swallowErrors });
    expect(await log('before', 'first')).toEqual(there);
    const own = await log('own', 'first');
    expect(await log('own', 'first')).toEqual(own);
    expect(await log('own', 'second', true)).toEqual(own);
    for (const key of ['own', 'before']) {
      await expect(log(key, 'second')).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'idempotencyKey' });
    }
    await write('behind');
    await client.query('COMMIT');
    expect(await business()).toEqual(['behind']);
    expect((await trail('keyed')).map(({ id }) => id)).toEqual([there?.id, own?.id]);
  });

  it('shows an entry to live subscribers when its transaction commits, and never one that is rolled back', async () => {
    const live = server.socket(await server.token());
    const { data } = await server.graphql('{ timeline(workspaceId: "w1", first: 0) { liveCursor } }');
    const followed = live.iterate<Added>({
      query: `subscription ($after: String) {
        activityAdded(workspaceId: "w1", after: $after) { activity { entityId payload } } }`,
      variables: { after: data?.['timeline'].liveCursor },
    });
    onTestFinished(async () => {
      await followed.return?.();
      await live.dispose();
    });
    const next = async () => ((await followed.next()).value as { data: Added }).data.activityAdded.activity;
    const first = next();
    // This one waits while another that begins after it commits first.
    await client.query('BEGIN');
    await logActivity(entry('live-late'), { tx: client });
    const other = await pool.connect();
    onTestFinished(() => other.release());
    for (const [key, how] of [
      ['live-never', 'ROLLBACK'],
      ['live-early', 'COMMIT'],
    ] as const) {
      await other.query('BEGIN');
      await logActivity(entry(key), { tx: other });
      await other.query(how);
    }
    expect(await first).toEqual({ entityId: 'live-early', payload: entry('live-early').payload });
    await client.query('COMMIT');
    expect(await next()).toEqual({ entityId: 'live-late', payload: entry('live-late').payload });
  });

  it('neither minds how the application has its values read, nor changes it', async () => {
    const oids = [16, 20, 23, 25, 114, 1009, 1114, 1184, 5069];
    const before = oids.map((oid) => pg.types.getTypeParser(oid));
    const mine = (text: string) => `mine: ${text}`;
    for (const oid of oids) pg.types.setTypeParser(oid, mine);
    onTestFinished(() => {
      for (const [at, oid] of oids.entries()) pg.types.setTypeParser(oid, before[at] as typeof mine);
    });
    const keyed = entry('parsed', { idempotencyKey: 'k', createdAt: '2026-01-31T23:59:59.123Z' });
    await client.query('BEGIN');
    const logged = await logActivity(keyed, { tx: client, swallowErrors: false });
    const found = await logActivity(keyed, { tx: client, swallowErrors: false });
    const { rows } = await client.query(
      `SELECT "createdAt" AS at, "sequence" AS n, "payload" AS json, "message" AS text FROM "ActivityLog"`,
    );
    await client.query('COMMIT');
    expect(logged).toMatchObject({ payload: keyed.payload, createdAt: new Date('2026-01-31T23:59:59.123Z') });
    expect(found).toEqual(logged);
    expect(rows).toEqual([
      {
        at: 'mine: 2026-01-31 23:59:59.123',
        n: `mine: ${logged?.sequence}`,
        json: `mine: ${JSON.stringify(keyed.payload)}`,
        text: 'mine: parsed',
      },
    ]);
    for (const oid of oids) expect(pg.types.getTypeParser(oid)).toBe(mine);
  });
});
