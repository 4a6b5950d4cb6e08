/** An error that nobody foresaw is masked for the client, and logged with the id of its request. */
import { once } from 'node:events';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Database } from '@/storage/database.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const query = '{ timeline(workspaceId: "w1") { edges { node { id } } } }';

let database: Database;
let server: TestServer;
let token: string;
beforeAll(async () => {
  database = await openTestPglite();
  server = await startTestServer(database, {}, { index: () => ({ close: async () => {} }) });
  token = await server.token();
  await database.query(sql`ALTER TABLE "ActivityLog" RENAME TO "Elsewhere"`);
});
beforeEach(() => void server.lines.splice(0));
afterAll(() => server.close());

const masked = {
  message: 'Something unexpected went wrong. It has been logged.',
  extensions: { code: 'INTERNAL' },
};

/** What was logged about the error. */
function logged() {
  const lines = server.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.filter(({ level }) => Number(level) >= 50);
}

it.each([
  ['as most clients ask', 'application/json'],
  ['as only yoga answers', 'application/json; charset=utf-8'],
])('over HTTP, %s', async (_, accept) => {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      accept,
      'x-request-id': 'request-7',
    },
    body: JSON.stringify({ query }),
  });
  const text = await answer.text();
  expect(JSON.parse(text).errors).toMatchObject([masked]);
  expect(text).not.toMatch(/ActivityLog"|relation|at \//);
  expect(answer.headers.get('x-request-id')).toBe('request-7');
  expect(logged()).toEqual([
    expect.objectContaining({ requestId: 'request-7', msg: 'an unexpected error was masked', err: expect.anything() }),
  ]);
});

it('over a WebSocket, with the id of the request that opened it', async () => {
  const headers = { 'x-request-id': 'socket-7' };
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  await once(socket, 'open');
  const next = async () => JSON.parse(String(((await once(socket, 'message')) as [Buffer])[0])) as { payload: unknown };
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await next();
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  expect((await next()).payload).toMatchObject({ errors: [masked] });
  expect(logged()).toEqual([expect.objectContaining({ requestId: 'socket-7', msg: 'an unexpected error was masked' })]);
  const closed = once(socket, 'close');
  socket.close();
  await closed;
});
