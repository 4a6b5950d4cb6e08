import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { untilMetric } from './live-metrics.ts';
import { entityIdsOf, feedOf, liveCursor, logEntries } from './logged-entries.ts';
import { RawSocket } from './raw-socket.ts';

describe('a token that expires', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
  });
  afterAll(async () => {
    await server.close();
  });

  it('closes its WebSocket with 4403, not before its time, and leaves others open', async () => {
    const other = await RawSocket.open(server.url, await server.token({ ttl: 3600 }));
    const expires = Math.floor(Date.now() / 1_000) + 3;
    const socket = await RawSocket.open(server.url, await server.token({ ttl: 3 }));
    for (const one of [socket, other]) one.subscribe('a', feedOf(), { variables: { w: 'w1' } });
    await untilMetric(server, 'live_subscribers', 2);
    await logEntries(server, 'w1', ['before']);
    expect(entityIdsOf(await socket.results('a', 1))).toEqual(['before']);
    const [code, reason] = await once(socket.websocket, 'close');
    expect(Date.now()).toBeGreaterThanOrEqual(expires * 1_000);
    expect([code, String(reason)]).toEqual([4403, 'The token has expired']);
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, 'w1', ['after']);
    expect(entityIdsOf(await other.results('a', 2))).toEqual(['before', 'after']);
    await other.close();
  });

  it('costs a client with a token function nothing: it goes on with another one, nothing missed or doubled', async () => {
    const expired: unknown[] = [];
    let asked = 0;
    const client = createActivityLogClient({
      url: server.url,
      token: async () => {
        asked += 1;
        return await server.token({ ttl: 2 });
      },
    });
    const after = await liveCursor(server, 'w2');
    const written: string[] = [];
    const got: string[] = [];
    // Written all the time, through two expiries and for a while after.
    const writing = (async () => {
      for (let left = 20; left > 0; left -= expired.length >= 2 ? 1 : 0) {
        const ids = [`${written.length}`, `${written.length + 1}`];
        await logEntries(server, 'w2', ids);
        written.push(...ids);
      }
      await logEntries(server, 'w2', ['last']);
    })();
    const feed = client.subscribe({
      workspaceId: 'w2',
      after,
      onRetry: ({ error }) => void expired.push([error.code, error.status]),
    });
    for await (const { activity } of feed) {
      if (activity.entityId === 'last') break;
      got.push(activity.entityId);
    }
    await writing;
    client.close();
    expect(got).toEqual(written);
    expect(expired.slice(0, 2)).toEqual(Array(2).fill(['UNAUTHENTICATED', 4403]));
    expect(asked).toBeGreaterThanOrEqual(3);
  });
});
