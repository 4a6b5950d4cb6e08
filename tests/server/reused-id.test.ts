import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { readMetric, untilMetric } from './live-metrics.ts';
import { entityIdsOf, feedOf, logEntries } from './logged-entries.ts';
import { RawSocket } from './raw-socket.ts';

/** The protocol lets a client use an id again as soon as it has said `complete`. */
describe('a subscription by an id that was in use a moment ago', () => {
  let server: TestServer;
  let socket: RawSocket;
  beforeEach(async () => {
    server = await startTestServer(await openTestPglite());
    socket = await RawSocket.open(server.url, await server.token());
    socket.subscribe('a', feedOf(), { variables: { w: 'w1' } });
    await untilMetric(server, 'live_subscribers', 1);
    // In one go, so that the service has both before the first has ended.
    socket.send({ id: 'a', type: 'complete' });
    socket.subscribe('a', feedOf(), { variables: { w: 'w1' } });
    socket.subscribe('query', '{ __typename }');
    await socket.until(({ id, type }) => id === 'query' && type === 'complete');
    await untilMetric(server, 'live_subscribers', 1);
  });
  afterEach(async () => {
    await socket.close();
    await server.close();
  });

  it('goes on, and is not told the end of the other', async () => {
    await logEntries(server, 'w1', ['1']);
    expect(entityIdsOf(await socket.results('a', 1))).toEqual(['1']);
    expect(socket.of('a').map(({ type }) => type)).toEqual(['next']);
  });

  it('ends where the client says so', async () => {
    socket.send({ id: 'a', type: 'complete' });
    socket.subscribe('after', '{ __typename }');
    await socket.until(({ id, type }) => id === 'after' && type === 'complete');
    expect(await readMetric(server, 'live_subscribers')).toBe(0);
  });

  it('leaves nothing behind where its socket is closed', async () => {
    await socket.close();
    await untilMetric(server, 'websockets', 0);
    expect(await readMetric(server, 'live_subscribers')).toBe(0);
  });
});
