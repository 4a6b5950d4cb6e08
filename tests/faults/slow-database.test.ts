/** PostgreSQL answers, but late: what takes too long is refused clearly, and what waits is bounded. */
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ActivityLogClientError, createActivityLogClient } from '../../src/client/client.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { ServerProcess } from '../support/server-process.ts';
import { healthOf, untilReady } from './health.ts';
import { startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

const never = { reset: 0, end: 0, halfClose: 0, stall: 0, delay: 0, split: 0 };

/** What calls were refused with, once all of them are over, and how many were answered. */
async function outcomeOf(calls: Promise<unknown>[]) {
  const settled = await Promise.allSettled(calls);
  const refusals = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as ActivityLogClientError] : []));
  const codes = [...new Set(refusals.map(({ code }) => code))].sort();
  return { answered: settled.length - refusals.length, codes, messages: refusals.map(({ message }) => message) };
}

test('every packet to and from PostgreSQL is up to 50 ms late: all goes on, only slower', async () => {
  const { url } = await startOwnPostgres();
  const proxy = await startFaultyProxy({ port: Number(new URL(url).port), random: new SeededRandom(1) });
  const throughProxy = new URL(url);
  throughProxy.port = String(proxy.port);
  const server = await ServerProcess.start({ DATABASE_URL: throughProxy.href });
  onTestFinished(async () => {
    await server.stop();
    await proxy.close();
  });
  const token = await server.token();
  const subscriber = await SteadySubscriber.start(server.url, token);
  const writers = new SteadyWriters({ url: () => server.url, token, name: 'w', callers: 8 });
  await writers.more(50);
  proxy.befall({ rates: { ...never, delay: 1 }, longestDelay: 50, longestStall: 0 });
  const client = createActivityLogClient({ url: server.url, token });
  const reading = Array.from({ length: 20 }, () => client.timeline({ workspaceId: 'w1', first: 10 }));
  expect(await outcomeOf(reading)).toEqual({ answered: 20, codes: [], messages: [] });
  await writers.more(50);
  expect(await healthOf(server.url)).toEqual({ live: 200, ready: 200 });
  await writers.stop();
  await expectNothingLost(url, [writers], [subscriber]);
  expect(proxy.faults.delay).toBeGreaterThan(100);
  expect(writers.failures).toEqual([]);
  expect(subscriber.ends).toEqual([]);
});

test('statements run into their time-out under 600 calls at once: all are refused in time, no more wait than may, and all goes on', async () => {
  const { url } = await startOwnPostgres();
  const server = await ServerProcess.start({
    DATABASE_URL: url,
    ACTIVITY_POOL_SIZE: '4',
    ACTIVITY_STATEMENT_TIMEOUT_MS: '300',
    ACTIVITY_WRITE_QUEUE: '50',
  });
  onTestFinished(async () => void (await server.stop()));
  const token = await server.token();
  const subscriber = await SteadySubscriber.start(server.url, token);
  const writers = new SteadyWriters({ url: () => server.url, token, name: 'w' });
  await writers.more(20);
  const other = new pg.Client({ connectionString: url, application_name: 'holds the lock' });
  await other.connect();
  onTestFinished(async () => await other.end());
  await other.query('BEGIN; LOCK TABLE "ActivityLog" IN ACCESS EXCLUSIVE MODE');

  const client = createActivityLogClient({ url: server.url, token });
  const what = {
    workspaceId: 'w1',
    entityType: 'OTHER',
    eventKey: 'a.b',
    actorType: 'SYSTEM',
    actorLabel: 'x',
  } as const;
  const writing = outcomeOf(
    Array.from({ length: 300 }, (_, at) =>
      client.log({ ...what, entityId: `late-${at}`, idempotencyKey: `late-${at}` }),
    ),
  );
  const reading = outcomeOf(Array.from({ length: 300 }, () => client.timeline({ workspaceId: 'w1', first: 10 })));
  const written = await writing;
  expect(written).toMatchObject({ answered: 0, codes: ['UNAVAILABLE'] });
  // At once: two batches are under way, and 50 entries wait.
  const atOnce = written.messages.filter((message) => message.includes('ACTIVITY_WRITE_QUEUE'));
  expect(atOnce.length).toBeGreaterThan(100);
  const read = await reading;
  expect(read.answered).toBe(0);
  expect(read.codes.filter((code) => code !== 'LIMIT_EXCEEDED' && code !== 'UNAVAILABLE')).toEqual([]);
  expect((await healthOf(server.url)).live).toBe(200);

  await other.query('COMMIT');
  await writers.more(20);
  await untilReady(server.url, 200);
  expect((await client.timeline({ workspaceId: 'w1', first: 10 })).activities).toHaveLength(10);
  await writers.stop();
  await expectNothingLost(url, [writers], [subscriber]);
});
