/** The wall clock of one process goes back by an hour, while those of the database and of all others go on. */
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import { type Activity, createActivityLogClient } from '../../src/client/client.ts';
import { ApplicationProcess } from '../support/application-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { expectOnceAndInOrder, readTrail } from '../support/trail.ts';
import { spoolFiles, startOwnPostgres, temporaryDirectory } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

const settable = { NODE_OPTIONS: `--import=${new URL('../support/settable-clock.mjs', import.meta.url)}` };

async function setBack(process: { signal(name: NodeJS.Signals): void; readonly stderr: string }): Promise<void> {
  process.signal('SIGUSR2');
  await vi.waitFor(() => expect(process.stderr).toContain('the clock was set back'), { timeout: 5_000, interval: 10 });
}

/** A socket with this token; resolves with what it was closed with. */
async function openSocket(url: string, token: string): Promise<{ closed: Promise<unknown> }> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => undefined,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  onTestFinished(async () => await client.dispose());
  const closed = new Promise((resolve) => void client.on('closed', resolve));
  await new Promise<void>((resolve) => void client.on('connected', () => resolve()));
  return { closed };
}

async function walk(pages: AsyncIterable<{ activities: Activity[] }>): Promise<Activity[]> {
  const all: Activity[] = [];
  for await (const { activities } of pages) all.push(...activities);
  return all;
}

test('of a server: nothing is lost from feed, pages and cursors of before; sockets end with their tokens all the same', async () => {
  const { url } = await startOwnPostgres();
  const [server, other] = await Promise.all([
    ServerProcess.start({ DATABASE_URL: url, ...settable }),
    ServerProcess.start({ DATABASE_URL: url }),
  ]);
  onTestFinished(async () => void (await Promise.all([server.stop(), other.stop()])));
  const token = await server.token();
  const client = createActivityLogClient({ url: server.url, token });
  const subscribers = [await SteadySubscriber.start(server.url, token), await SteadySubscriber.start(other.url, token)];
  const before = new SteadyWriters({ url: () => server.url, token, name: 'before' });
  await before.more(60);
  await before.stop();
  const first = await client.timeline({ workspaceId: 'w1', first: 10 });
  const ending = await server.token({ ttl: 3 });
  const { closed } = await openSocket(server.url, ending);

  await setBack(server);
  const after = new SteadyWriters({ url: () => server.url, token, name: 'after' });
  await after.more(60);
  await after.stop();

  const keysOf = (activities: readonly Activity[]) => activities.map(({ entityId }) => entityId).sort();
  const all = [...before.acknowledged.keys(), ...after.acknowledged.keys()].sort();
  // The page of before goes on as if nothing had happened: what is written now is an hour older.
  const rest = await walk(client.pages({ workspaceId: 'w1', after: first.pageInfo.endCursor ?? '', pageSize: 7 }));
  expect(keysOf([...first.activities, ...rest])).toEqual(all);
  expect(keysOf(rest.slice(-after.acknowledged.size))).toEqual([...after.acknowledged.keys()].sort());
  const filter = { eventKeys: ['call.made'] };
  expect(keysOf(await walk(client.pages({ workspaceId: 'w1', filter, pageSize: 7 })))).toEqual(all);

  // The live cursor of before, too: the feed goes by transactions, not by clocks.
  const resumed: string[] = [];
  for await (const { activity } of client.subscribe({ workspaceId: 'w1', after: first.liveCursor }))
    if (resumed.push(activity.entityId) === after.acknowledged.size) break;
  expect(resumed.toSorted()).toEqual([...after.acknowledged.keys()].sort());
  await expectNothingLost(url, [before, after], subscribers);

  // A token lives as long as the clock says: a socket was told its time, a request asks again.
  expect(await closed).toMatchObject({ code: 4403 });
  const asked = async (at: ServerProcess) =>
    await createActivityLogClient({ url: at.url, token: ending }).timeline({ workspaceId: 'w1', first: 1 });
  await expect(asked(other)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect((await asked(server)).activities).toHaveLength(1);
});

test('of an application, while its entries are kept: each is delivered once, in the order of the calls, with the time of its clock', async () => {
  const { postgres, url } = await startOwnPostgres();
  const env = { DATABASE_URL: url, ACTIVITY_SPOOL_DIR: temporaryDirectory(), ...settable };
  const application = await ApplicationProcess.start({ name: 'app', callers: 4, env });
  await application.log(20);
  // In order: of a server that is killed some processes still answer until they notice.
  await postgres.shutDown();
  await application.log(50);
  await setBack(application);
  await application.log(50);
  expect(application.kept.size).toBe(400);
  await postgres.restart();
  await application.flush();
  await application.log(20);

  const trail = await readTrail(url);
  expectOnceAndInOrder(trail, application);
  expect(trail).toHaveLength(application.called.size);
  expect(trail.at(-1)?.at).toBeLessThan((trail[0]?.at ?? 0) - 3_000_000);
  expect(spoolFiles(env)).toEqual([]);
});
