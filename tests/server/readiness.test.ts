import { randomUUID } from 'node:crypto';
import pg from 'pg';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ReadinessCheck } from '@/server/readiness.ts';
import type { Database } from '@/storage/database.ts';
import { readMigrations } from '@/storage/migrations.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { createTestDatabase, openTestPglite, type TestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { untilMetric } from './live-metrics.ts';
import { RawSocket } from './raw-socket.ts';

const live = 'subscription { activityAdded(workspaceId: "w1") { liveCursor } }';

let own: TestDatabase;
let server: TestServer;
let database: Database;
let other: pg.Client;
beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPostgres({ url: own.url, applicationName: 'readiness', poolSize: 2 });
  server = await startTestServer(database);
  other = new pg.Client({ connectionString: own.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await server.close();
  await own.drop();
});

const ready = async () => {
  const answer = await fetch(`${server.url}/health/ready`);
  return { ...((await answer.json()) as object), status: answer.status };
};
const well = { process: 'ok', database: 'ok', migrations: 'ok', feed: 'idle' };

it('is said with what was looked at, the feed while anyone is subscribed', async () => {
  expect(await ready()).toEqual({ status: 200, checks: well });
  const socket = await RawSocket.open(server.url, await server.token());
  socket.subscribe('1', live);
  await untilMetric(server, 'live_subscribers', 1);
  expect(await ready()).toEqual({ status: 200, checks: { ...well, feed: 'ok' } });
  await socket.close();
  await untilMetric(server, 'live_subscribers', 0);
});

it('is not said where a migration of this build is not in the database, and one of a newer build is no harm', async () => {
  const insert = (name: string) =>
    sql`INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name) VALUES (${randomUUID()}, 'x', now(), ${name})`;
  await database.query(insert('20991231000000_newer'));
  expect((await ready()).status).toBe(200);
  const [first] = readMigrations();
  const name = first?.name ?? '';
  await database.query(sql`UPDATE "_prisma_migrations" SET finished_at = NULL WHERE migration_name = ${name}`);
  expect(await ready()).toMatchObject({
    status: 503,
    checks: { ...well, migrations: 'missing' },
    errors: [{ message: 'Not ready: migrations (missing).', extensions: { code: 'UNAVAILABLE' } }],
  });
  await database.query(sql`UPDATE "_prisma_migrations" SET finished_at = now() WHERE migration_name = ${name}`);
  expect((await ready()).status).toBe(200);
});

it('is not said where the database does not answer in time, and asks it once for all who ask meanwhile', async () => {
  const began = performance.now();
  await other.query('BEGIN');
  // What is read last is held: every connection of the service waits for it.
  await other.query('LOCK TABLE "_prisma_migrations" IN ACCESS EXCLUSIVE MODE');
  const answers = await Promise.all(Array.from({ length: 20 }, () => ready()));
  expect(performance.now() - began).toBeLessThan(5_000);
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 503,
      checks: { database: 'no answer', migrations: 'unknown' },
      errors: [{ message: 'Not ready: database (no answer), migrations (unknown).' }],
    });
  }
  const { rows } = await other.query(
    `SELECT 1 FROM pg_stat_activity WHERE application_name = 'readiness' AND query LIKE '%_prisma_migrations%' AND state = 'active'`,
  );
  expect(rows).toHaveLength(1);
  await other.query('COMMIT');
  await expect.poll(async () => (await ready()).status).toBe(200);
});

it('is not said where the feed has not come to the end for long, or while the process ends', async () => {
  const embedded = await openTestPglite();
  const parts = { database: embedded, migrations: readMigrations(), pollInterval: 50, isClosing: () => false };
  const look = (more: object) => new ReadinessCheck({ ...parts, feed: { age: undefined }, ...more }).look();
  expect(await look({})).toEqual({ isReady: true, checks: well });
  expect(await look({ feed: { age: 1_000 } })).toMatchObject({ isReady: true, checks: { feed: 'ok' } });
  expect(await look({ feed: { age: 20_000 } })).toMatchObject({ isReady: false, checks: { feed: 'behind' } });
  expect(await look({ isClosing: () => true })).toMatchObject({ isReady: false, checks: { process: 'shutting down' } });
  await embedded.close();
  expect(await look({})).toMatchObject({ isReady: false, checks: { database: 'unavailable' } });
});
