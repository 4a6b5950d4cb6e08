/**
 * The promise of the live feed under everything at once: writers that linger, nest and roll back, straight into the table
 * and by mutation; subscribers of a few classes, over three transports, behind proxies that cut, delay, split, half-close
 * and stall; each server killed once, and PostgreSQL with all its processes.
 */
import { expect, onTestFinished, test } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { crashPostgres } from '../support/crash-postgres.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { type FaultPlan, startFaultyProxy } from '../support/faulty-proxy.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { ServerProcess } from '../support/server-process.ts';
import { gatherAudience } from './audience.ts';
import { expectExactlyOnce, readTable } from './exactly-once.ts';
import type { Follower } from './followers.ts';
import { Ledger } from './ledger.ts';
import { writeByMutation, writeStraight } from './surviving-writers.ts';
import { writeSentinel } from './torture-writers.ts';

const entries = 20_000;
/** The writers wait where everybody who sees everything is further behind: otherwise nobody would ever be live. */
const longestLag = 500;

const settings = {
  ACTIVITY_POLL_INTERVAL_MS: '20',
  // Small, so that falling behind and catching up, and sockets that stall for too long, happen all the time.
  ACTIVITY_FEED_QUEUE: '50',
  ACTIVITY_LIVE_BUFFER_BYTES: '16384',
  ACTIVITY_LIVE_STALL_MS: '2000',
};

const plan: FaultPlan = {
  rates: { reset: 0.002, end: 0.002, halfClose: 0.002, stall: 0.002, delay: 0.03, split: 0.15 },
  longestStall: 3_000,
  longestDelay: 20,
};

/** A server process behind a proxy of its own. */
async function startServer(databaseUrl: string, random: SeededRandom, signal: AbortSignal) {
  const server = await ServerProcess.start({ DATABASE_URL: databaseUrl, ...settings });
  onTestFinished(async () => void (await server.stop()));
  const proxy = await startFaultyProxy({ port: server.port, random, plan });
  onTestFinished(async () => await proxy.close());
  const ready = async () => {
    signal.throwIfAborted();
    await server.ready;
  };
  return { server, proxy, road: { url: proxy.url, ready } };
}

/** A token for the follower, and the live cursor of now. */
async function signIn(server: ServerProcess, { reader }: Follower) {
  const token = await server.token(reader.grant);
  const client = createActivityLogClient({ url: server.url, token });
  return { token, after: (await client.timeline({ workspaceId: 'torture', first: 0 })).liveCursor };
}

test('20,000 entries reach 24 subscribers behind faulty connections, each once and in order, while servers and PostgreSQL are killed', async () => {
  const random = seededRandom();
  // What only the WAL writer puts on the disk is lost with certainty.
  const postgres = await startPostgresServer(['wal_writer_delay=10s']);
  onTestFinished(async () => await postgres.stop());
  const { url } = await createDatabaseOn(postgres.url, 'template1');
  // Where the test has failed, nobody goes on trying.
  const ending = new AbortController();
  const one = await startServer(url, random.fork(1), ending.signal);
  const two = await startServer(url, random.fork(2), ending.signal);
  // Behind the servers, so that it comes before them.
  onTestFinished(() => ending.abort());
  const roads = [one.road, two.road];

  const audience = gatherAudience();
  const followers = audience.map(({ follower }) => follower);
  const starts = await Promise.all(
    followers.map(async (follower, at) => await signIn(at % 2 === 0 ? one.server : two.server, follower)),
  );
  const following = Promise.all(
    audience.map(async ({ follow }, at) => {
      const own = random.fork(100 + at);
      const { token, after } = starts[at] as (typeof starts)[number];
      await follow({ roads, token, after, last: 'sentinel 2', random: own, signal: ending.signal });
    }),
  );

  const ledger = new Ledger();
  let database = Promise.resolve();
  const seeEverything = followers.filter(({ reader }) => reader.name === 'operator');
  const ready = async () => {
    ending.signal.throwIfAborted();
    await database;
    // Around the moment when PostgreSQL is killed they do not wait: it is to find COMMITs under way.
    if (Math.abs(ledger.acknowledged.size / entries - 0.5) < 0.05) return;
    // Not all of them are of the workspace.
    const due = () => ledger.acknowledged.size * 0.85 - longestLag;
    await Promise.any(seeEverything.map(async (one) => await one.until(() => one.received.length >= due())));
  };
  const writing = Promise.all([
    ...Array.from({ length: 8 }, async (_, at) => await writeStraight(url, `writer ${at}`, { ledger, entries, ready })),
    ...Array.from({ length: 3 }, async (_, at) => {
      const own = random.fork(200 + at);
      const token = await one.server.token();
      const service = async () => {
        const road = own.pick(roads);
        await road.ready();
        return road.url;
      };
      await writeByMutation({ ledger, entries, ready, name: `user ${at}`, random: own, token, service });
    }),
  ]);
  const crashing = (async () => {
    await ledger.reached(entries * 0.25);
    await one.server.crash();
    await ledger.reached(entries * 0.5);
    database = crashPostgres(postgres).then(() => postgres.restart());
    await database;
    await ledger.reached(entries * 0.75);
    await two.server.crash();
  })();
  // A follower that has failed ends it: the others would wait in vain.
  await Promise.race([Promise.all([writing, crashing]), following]);
  await writeSentinel(url, 'sentinel 1');
  const isLast = ({ received }: Follower) => received.at(-1)?.databaseId === 'sentinel 1';
  await Promise.race([
    Promise.all(followers.map(async (follower) => await follower.until(() => isLast(follower)))),
    following,
  ]);
  await writeSentinel(url, 'sentinel 2');
  await following;

  const rows = await readTable(url);
  const stored = new Set(rows.map(({ id }) => id));
  const lost = [...ledger.acknowledged].filter((id) => !stored.has(id));
  expect(lost, 'acknowledged and lost').toEqual([]);
  expect(ledger.acknowledged.size).toBeGreaterThanOrEqual(entries);
  for (const follower of followers) {
    expectExactlyOnce(follower, rows, ledger);
    expect(follower.received.slice(-2).map(({ databaseId }) => databaseId)).toEqual(['sentinel 1', 'sentinel 2']);
  }
  // It did happen.
  for (const { proxy, server } of [one, two]) {
    for (const [fault, count] of Object.entries(proxy.faults)) expect(count, fault).toBeGreaterThan(0);
    expect(await server.metric('activity_log_live_fell_behind_total')).toBeGreaterThan(0);
  }
}, 120_000);
