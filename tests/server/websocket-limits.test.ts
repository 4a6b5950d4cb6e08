import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openTestPglite } from '../support/databases.ts';
import { readMetrics } from '../support/prometheus.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { untilMetric } from './live-metrics.ts';
import { RawSocket } from './raw-socket.ts';

const live = 'subscription { activityAdded(workspaceId: "w1") { liveCursor } }';
const query = '{ viewer { subject } }';

let server: TestServer;
let opened: RawSocket[] = [];
beforeAll(async () => {
  server = await startTestServer(await openTestPglite(), {
    websocketsPerToken: 2,
    subscriptionsPerWebsocket: 3,
    rateLimit: 20,
    anonymousRateLimit: 4,
    allowedOrigins: ['https://front.example'],
  });
});
afterEach(async () => {
  for (const socket of opened.splice(0)) await socket.close();
  await untilMetric(server, 'websockets', 0);
});
afterAll(() => server.close());

async function open(token: string, headers: Record<string, string> = {}): Promise<RawSocket> {
  const socket = await RawSocket.open(server.url, token, { headers });
  opened = [...opened, socket];
  return socket;
}

/** Says hello, and waits for the end. */
async function refusal(token: string): Promise<[code: number, reason: string]> {
  const socket = new RawSocket(server.url);
  await once(socket.websocket, 'open');
  const closed = once(socket.websocket, 'close') as Promise<[number, Buffer]>;
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  const [code, reason] = await closed;
  return [code, String(reason)];
}

it('closes the socket that is one too many for its token, until another one has closed, and no socket of others', async () => {
  const [token, other] = [await server.token({ subject: 'a' }), await server.token({ subject: 'b' })];
  const [first] = [await open(token), await open(token), await open(other)];
  expect(await refusal(token)).toEqual([1013, 'A token takes at most 2 WebSockets at once.']);
  await first.close();
  await untilMetric(server, 'websockets', 2);
  await open(token);
  expect((await readMetrics(server))('websockets_refused_total{by="sockets"}')).toBe(1);
});

it('refuses the operation that is one too many on its socket, until another one is complete', async () => {
  const socket = await open(await server.token({ subject: 'c' }));
  // At once: the first three are in time, whatever comes behind.
  for (const id of ['1', '2', '3', '4']) socket.subscribe(id, live);
  await untilMetric(server, 'live_subscribers', 3);
  const [refused] = await socket.until(({ id }) => id === '4');
  expect(refused).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'LIMIT_EXCEEDED', field: 'id' } }] });
  socket.send({ id: '1', type: 'complete' });
  await untilMetric(server, 'live_subscribers', 2);
  socket.subscribe('5', live);
  await untilMetric(server, 'live_subscribers', 3);
  expect((await readMetrics(server))('websockets_refused_total{by="operations"}')).toBe(1);
});

it('counts operations with the requests of their token', async () => {
  const token = await server.token({ subject: 'd' });
  const socket = await open(token);
  // The hello was one of twenty.
  for (let n = 1; n <= 19; n += 1) {
    socket.subscribe(`${n}`, query);
    await socket.until(({ id, type }) => id === `${n}` && type === 'complete');
  }
  socket.subscribe('20', query);
  const [refused] = await socket.until(({ type }) => type === 'error');
  expect(refused).toMatchObject({
    id: '20',
    payload: [{ extensions: { code: 'LIMIT_EXCEEDED', retryAfter: expect.any(Number) } }],
  });
  expect((await server.graphql(query, {}, token)).status).toBe(429);
});

it('counts hellos without a valid token for the address that they come from', async () => {
  for (let n = 0; n < 4; n += 1) expect(await refusal('a.b.c')).toEqual([4403, 'The token is not a valid JWT.']);
  const [code, reason] = await refusal('a.b.c');
  expect([code, reason]).toEqual([1013, expect.stringContaining('try again in')]);
});

it('opens no socket for a page of another origin than those that are named', async () => {
  const token = await server.token({ subject: 'e' });
  await open(token, { origin: 'https://front.example' });
  await open(token, { origin: server.url });
  const socket = new RawSocket(server.url, { headers: { origin: 'https://evil.example' } });
  const [error] = (await once(socket.websocket, 'error')) as [Error];
  expect(error.message).toBe('Unexpected server response: 403');
  expect((await readMetrics(server))('websockets_refused_total{by="origin"}')).toBe(1);
});
