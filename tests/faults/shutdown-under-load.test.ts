/** SIGTERM while everybody is at work: nothing acknowledged is lost, and everybody goes on at another instance. */
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import { createActivityLogClient } from '../../src/client/client.ts';
import { ServerProcess } from '../support/server-process.ts';
import { readTrail } from '../support/trail.ts';
import { startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

const document = `subscription ($after: String) { activityAdded(workspaceId: "w1", after: $after) { liveCursor activity { entityId } } }`;

interface Received {
  activityAdded: { liveCursor: string; activity: { entityId: string } };
}

test('one of two instances is told to end under 12 callers: every answer is kept, sockets are closed with 1001, and subscribers go on at the other', async () => {
  const { url } = await startOwnPostgres();
  const settings = { DATABASE_URL: url };
  const [leaving, staying] = await Promise.all([ServerProcess.start(settings), ServerProcess.start(settings)]);
  onTestFinished(async () => void (await staying.stop()));
  const token = await leaving.token();
  const elsewhere = await SteadySubscriber.start(staying.url, token);
  const { liveCursor } = await createActivityLogClient({ url: leaving.url, token }).timeline({
    workspaceId: 'w1',
    first: 0,
  });

  const socket = createClient({
    url: `${leaving.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const closed = new Promise<unknown>((resolve) => void socket.on('closed', resolve));
  const received: string[] = [];
  let after = liveCursor;
  const following = (async () => {
    for await (const { data } of socket.iterate<Received>({ query: document, variables: { after } })) {
      received.push(data?.activityAdded.activity.entityId ?? 'nothing');
      after = data?.activityAdded.liveCursor ?? after;
    }
  })();
  following.catch(() => undefined);
  let place = leaving.url;
  const writers = new SteadyWriters({ url: () => place, token, name: 'w', callers: 12 });
  await writers.more(200);

  const ending = leaving.stop();
  // Those who find it closed go to the other one, as behind a load balancer.
  void writers.fail(1).then(() => {
    place = staying.url;
  });
  expect(await ending).toBe(0);
  expect(await closed).toMatchObject({ code: 1001 });
  await expect(following).rejects.toMatchObject({ code: 1001 });
  // All had been answered before ACTIVITY_SHUTDOWN_TIMEOUT_MS was over.
  expect(leaving.stderr).not.toContain('their time was up');

  const resumed = await resume(staying.url, token, after, received);
  onTestFinished(async () => await resumed.dispose());
  await writers.more(100);
  await writers.stop();
  await expectNothingLost(url, [writers], [elsewhere]);
  await resumed.until(elsewhere.received.length);
  expect(received).toEqual(elsewhere.received);
  // What was refused was refused by nobody being there, or with the word that the service is leaving.
  for (const failure of writers.failures) expect(failure.code).toBe('UNAVAILABLE');
});

test('a server is told to end while calls wait for the database: each of them is answered before it ends', async () => {
  const { url } = await startOwnPostgres();
  const server = await ServerProcess.start({ DATABASE_URL: url });
  const client = createActivityLogClient({ url: server.url, token: await server.token() });
  const other = new pg.Client({ connectionString: url, application_name: 'holds the lock' });
  await other.connect();
  onTestFinished(async () => await other.end());
  await other.query('BEGIN; LOCK TABLE "ActivityLog" IN ACCESS EXCLUSIVE MODE');
  const what = {
    workspaceId: 'w1',
    entityType: 'OTHER',
    eventKey: 'a.b',
    actorType: 'SYSTEM',
    actorLabel: 'x',
  } as const;
  const writing = Array.from({ length: 8 }, (_, at) => client.log({ ...what, entityId: `e${at}` }));
  // One is under way, and the others wait for it.
  await vi.waitFor(async () => expect(await server.metric('activity_log_write_queue_entries')).toBe(7), {
    timeout: 10_000,
    interval: 20,
  });

  const ending = server.stop();
  await vi.waitFor(async () => await expect(fetch(`${server.url}/health/live`)).rejects.toThrow(), {
    timeout: 10_000,
    interval: 20,
  });
  await other.query('COMMIT');
  const answers = await Promise.all(writing);
  expect(answers.map(({ activity }) => activity.entityId)).toEqual(answers.map((_, at) => `e${at}`));
  expect(await ending).toBe(0);
  expect((await readTrail(url)).map(({ key }) => key).sort()).toEqual(answers.map((_, at) => `e${at}`));
});

/** Goes on at another instance behind the last entry that was received. */
async function resume(url: string, token: string, after: string, received: string[]) {
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const arrivals = new EventTarget();
  const take = ({ activityAdded }: Received) => {
    received.push(activityAdded.activity.entityId);
    arrivals.dispatchEvent(new Event('entry'));
  };
  socket.subscribe<Received>(
    { query: document, variables: { after } },
    { next: ({ data }) => data != null && take(data), error: () => undefined, complete: () => undefined },
  );
  return {
    until: async (count: number) => {
      while (received.length < count) await once(arrivals, 'entry');
    },
    dispose: async () => await socket.dispose(),
  };
}
