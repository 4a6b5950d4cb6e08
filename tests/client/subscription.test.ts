import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActivityLogClient,
  type ActivityLogInput,
  createActivityLogClient,
  type Delivery,
  type Retry,
} from '../../src/client/client.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { signal } from '../support/signal.ts';
import { watchSockets } from './watched-sockets.ts';

const entry = (entityId: string, rest: object = {}): ActivityLogInput => ({
  workspaceId: 'w1',
  entityType: 'CONTENT',
  entityId,
  eventKey: 'content.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
  ...rest,
});

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

/** The entity ids of the next so many entries. */
async function take(feed: AsyncIterator<Delivery, undefined>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await feed.next();
    if (done) throw new Error(`it ended after ${taken.length}`);
    taken.push(value.activity.entityId);
  }
  return taken;
}

describe('a subscription of the client', () => {
  let server: TestServer;
  const clients: ActivityLogClient[] = [];
  const open = (options: Omit<Parameters<typeof createActivityLogClient>[0], 'url'>) => {
    const client = createActivityLogClient({ url: server.url, ...options });
    clients.push(client);
    return client;
  };
  const log = async (...entityIds: string[]) => {
    const writer = open({ token: await server.token() });
    await writer.logMany(entityIds.map((id) => entry(id)));
  };
  const liveCursor = async () => {
    const reader = open({ token: await server.token() });
    return (await reader.timeline({ workspaceId: 'w1', first: 0 })).liveCursor;
  };

  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    return server.close;
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    expect(server.lines.splice(0).filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it('delivers what is committed after a cursor, in its order, with the filter applied', async () => {
    const client = open({ token: await server.token() });
    const after = await liveCursor();
    await client.logMany([
      entry('a'),
      entry('b', { severity: 'ERROR' }),
      entry('c'),
      entry('d', { severity: 'ERROR' }),
    ]);
    const feed = client.subscribe({ workspaceId: 'w1', after, filter: { severities: ['ERROR'] } });
    expect(await take(feed, 2)).toEqual(['b', 'd']);
    await feed.return?.();
  });

  it('takes every condition of a filter, times too', async () => {
    const client = open({ token: await server.token() });
    const after = await liveCursor();
    const filter = { from: '2020-01-01T00:00:00Z', to: '9999-01-01T00:00:00Z', contexts: ['cron'] };
    const feed = client.subscribe({ workspaceId: 'w1', after, filter });
    await client.logMany([
      entry('too early', { context: 'cron', createdAt: '2019-12-31T23:59:59.999Z' }),
      entry('elsewhere'),
      entry('in time', { context: 'cron' }),
    ]);
    expect(await take(feed, 1)).toEqual(['in time']);
  });

  it('goes on behind the last entry that it gave out when the connection is cut', async () => {
    const watched = watchSockets();
    const retries: Retry[] = [];
    const client = open({ token: await server.token(), webSocket: watched.webSocket });
    const feed = client.subscribe({
      workspaceId: 'w1',
      after: await liveCursor(),
      onRetry: (retry) => void retries.push(retry),
    });
    await log(...ids(0, 10));
    expect(await take(feed, 5)).toEqual(ids(0, 5));
    watched.cut();
    await log(...ids(10, 20));
    expect(await take(feed, 15)).toEqual(ids(5, 20));
    expect(watched.sockets).toHaveLength(2);
    expect(retries).toMatchObject([{ attempt: 1, error: { code: 'UNAVAILABLE' } }]);
    expect(retries[0]?.delay).toBeLessThanOrEqual(100);
  });

  it('loses nothing that is committed between a cut and the reconnect, even before its first delivery', async () => {
    const watched = watchSockets();
    const token = await server.token();
    const gate = signal();
    const held = signal();
    let asked = 0;
    const client = open({
      webSocket: watched.webSocket,
      token: async () => {
        asked += 1;
        // The first request, the first connection, and then the reconnect: held back until the entry is committed.
        if (asked < 3) return token;
        held.fire();
        await gate.fired;
        return token;
      },
    });
    const subscribed = watched.sends('subscribe');
    const feed = client.subscribe({ workspaceId: 'w1' });
    const next = take(feed, 2);
    await subscribed;
    watched.cut();
    await held.fired;
    await log('in the gap');
    gate.fire();
    await log('later');
    expect(await next).toEqual(['in the gap', 'later']);
  });

  it('lets go of the connection when the reader is too slow, and loses nothing', async () => {
    const watched = watchSockets();
    const client = open({ token: await server.token(), webSocket: watched.webSocket });
    const feed = client.subscribe({ workspaceId: 'w1', after: await liveCursor(), buffer: 5 });
    const complete = watched.sends('complete');
    await log(...ids(0, 40));
    expect(await take(feed, 1)).toEqual(['e0']);
    await complete;
    expect(await take(feed, 39)).toEqual(ids(1, 40));
  });

  it('asks for a new token when the service closes the socket of an expired one', async () => {
    const tokens = [await server.token({ ttl: 2 })];
    const expired = signal();
    const [first] = tokens;
    const refusals: unknown[] = [];
    const watched = watchSockets();
    const client = open({
      webSocket: watched.webSocket,
      token: async (refusal) => {
        refusals.push(refusal);
        // Whoever takes their time keeps no socket waiting.
        if (refusal !== undefined) await watched.closed();
        return tokens.shift() ?? (await server.token());
      },
    });
    const codes: (string | number | undefined)[] = [];
    const feed = client.subscribe({
      workspaceId: 'w1',
      after: await liveCursor(),
      onRetry: ({ error }) => {
        codes.push(error.code, error.status);
        expired.fire();
      },
    });
    const next = take(feed, 1);
    await expired.fired;
    await log('after the token');
    expect(await next).toEqual(['after the token']);
    expect(codes).toEqual(['UNAUTHENTICATED', 4403]);
    expect(refusals).toEqual([undefined, { token: first, reason: 'The token has expired' }]);
    expect(watched.sockets).toHaveLength(2);
  });

  it('throws what trying again would not heal', async () => {
    const client = open({ token: await server.token({ workspace: 'w1' }) });
    const refused = async (options: Parameters<typeof client.subscribe>[0]) =>
      await client
        .subscribe(options)
        .next()
        .catch((error: unknown) => error);
    const after = await liveCursor();
    expect(await refused({ workspaceId: 'w1', after: 'nonsense' })).toMatchObject({ code: 'LIVE_CURSOR_EXPIRED' });
    expect(await refused({ workspaceId: 'w2', after })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refused({ workspaceId: 'w1', after, filter: { eventKeys: ['*'] } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'filter.eventKeys',
    });
    let asked = 0;
    const nobody = open({ token: () => `nonsense ${asked++}` });
    const feed = nobody.subscribe({ workspaceId: 'w1', after });
    await expect(feed.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 4403 });
    expect(asked).toBe(2);
    expect(await feed.next()).toEqual({ done: true, value: undefined });
  });

  it('gives up after so many tries where it is told to', async () => {
    const nowhere = createActivityLogClient({ url: 'http://127.0.0.1:9', token: 't' });
    await expect(nowhere.subscribe({ workspaceId: 'w1', retries: 1 }).next()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('ends at once by the signal, while it waits, and closes the socket that was for it alone', async () => {
    const watched = watchSockets();
    const client = open({ token: await server.token(), webSocket: watched.webSocket });
    const controller = new AbortController();
    const subscribed = watched.sends('subscribe');
    const ended = (async () => {
      for await (const _ of client.subscribe({ workspaceId: 'w1', signal: controller.signal })) expect.unreachable();
    })();
    await subscribed;
    controller.abort();
    await ended;
    await watched.closed();
  });

  it('shares one socket, which stays open until the last loop is left', async () => {
    const watched = watchSockets();
    const client = open({ token: await server.token(), webSocket: watched.webSocket });
    const after = await liveCursor();
    const one = client.subscribe({ workspaceId: 'w1', after });
    const other = client.subscribe({ workspaceId: 'w1', after });
    const both = [take(one, 1), take(other, 1)];
    await log('first');
    expect(await Promise.all(both)).toEqual([['first'], ['first']]);
    await one.return?.();
    await log('second');
    expect(await take(other, 1)).toEqual(['second']);
    expect(watched.sockets).toHaveLength(1);
    await log('third');
    for await (const { activity } of other) {
      expect(activity.entityId).toBe('third');
      break;
    }
    await watched.closed();
  });

  it('leaves every loop when the client is closed', async () => {
    const watched = watchSockets();
    const client = open({ token: await server.token(), webSocket: watched.webSocket });
    const subscribed = watched.sends('subscribe');
    const next = client.subscribe({ workspaceId: 'w1' }).next();
    await subscribed;
    client.close();
    expect((await next).done).toBe(true);
    await watched.closed();
  });
});
