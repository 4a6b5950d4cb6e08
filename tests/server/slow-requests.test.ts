/** Clients that take for ever to send a request hold a connection no longer than they may. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(await openTestPglite(), { requestTimeout: 1_500 });
});
afterAll(() => server.close());

it.each([
  ['the headers', 'POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  [
    'the body',
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query":',
  ],
])('is hung up on: %s do not come to an end', async (_, beginning) => {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  const began = performance.now();
  socket.write(beginning);
  await once(socket, 'close');
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout/);
  expect(text).not.toMatch(/at \/|Error:/);
});

it('is no matter for an answer that takes longer: a stream goes on', async () => {
  const query = 'subscription { activityAdded(workspaceId: "w1") { activity { entityId } } }';
  const stop = new AbortController();
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: `Bearer ${await server.token()}`,
  };
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
    signal: stop.signal,
  });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  // Two connections that are hung up on, one after the other, are longer than the limit.
  for (let n = 0; n < 2; n += 1) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nX: ');
    socket.resume();
    await once(socket, 'close');
  }
  const input = {
    workspaceId: 'w1',
    entityType: 'BRAND',
    entityId: 'late',
    eventKey: 'brand.created',
    actorType: 'SYSTEM',
    actorLabel: 'x',
  };
  await server.graphql('mutation ($input: ActivityLogInput!) { activityLog(input: $input) { duplicate } }', { input });
  let text = '';
  while (!text.includes('late')) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The stream ended: ${text}`);
    text += Buffer.from(value).toString();
  }
  stop.abort();
});
