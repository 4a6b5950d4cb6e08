/** What waits for an answer, or writes to one, leaves no listener behind on it: an export waits a hundred thousand times. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { openTestPglite } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { EventReader } from './event-reader.ts';

const entries = 3_000;
const payloadText = JSON.stringify('x'.repeat(2_000));
const began = 'http.server.request.start';

let server: TestServer;
let token: string;
const answers: ServerResponse[] = [];
const warnings: Error[] = [];
const note = (message: unknown) => void answers.push((message as { response: ServerResponse }).response);
const warned = (warning: Error) => void warnings.push(warning);

beforeAll(async () => {
  const database = await openTestPglite();
  server = await startTestServer(database, { liveBuffer: 4_096 });
  token = await server.token();
  const numbers = Array.from({ length: entries }, (_, place) => place);
  await createActivityWriter(database).write(numbers.map((place) => entryOf({ id: `e${place}`, payloadText })));
  subscribe(began, note);
  process.on('warning', warned);
});
afterAll(async () => {
  unsubscribe(began, note);
  process.off('warning', warned);
  await server.close();
});

/** How many listeners there are, of each event that has some. */
function listeners(emitter: EventEmitter | null): Record<string, number> {
  const names = emitter?.eventNames() ?? [];
  return Object.fromEntries(names.map((name) => [String(name), emitter?.listenerCount(name) ?? 0]));
}

/** The most listeners that an answer and its socket had of one event. */
function most(answer: ServerResponse): number {
  return Math.max(...[answer, answer.socket].flatMap((one) => Object.values(listeners(one))));
}

it.each(['', 'gzip'])('an export that waits for its reader again and again (%s)', async (encoding) => {
  answers.length = 0;
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': encoding };
  const outgoing = request(`${server.url}/export?workspaceId=w1&format=json`, { headers });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const [answer] = answers as [ServerResponse];
  // Each wait begins with a listener for `drain`, of the answer or of what compresses it.
  let waits = 0;
  answer.on('newListener', (name) => {
    if (name === 'close' || name === 'drain') waits += 1;
  });
  const seen: number[] = [];
  for await (const _ of response) seen.push(most(answer));
  expect(response.trailers['activity-log-count']).toBeDefined();
  expect(waits).toBeGreaterThan(50);
  expect(Math.max(...seen)).toBeLessThan(8);
  expect(warnings).toEqual([]);
});

it('events that fill their connection again and again', async () => {
  answers.length = 0;
  const query = 'subscription { activityAdded(workspaceId: "live") { activity { payload } } }';
  const body = JSON.stringify({ query });
  const reader = await EventReader.open({ url: `${server.url}/graphql`, token, body });
  const [answer] = answers as [ServerResponse];
  const seen: number[] = [];
  const input = Array.from({ length: 100 }, (_, place) => ({
    workspaceId: 'live',
    entityType: 'CONTENT',
    entityId: `c${place}`,
    eventKey: 'content.created',
    actorType: 'SYSTEM',
    actorLabel: 'test',
    payload: 'x'.repeat(10_000),
  }));
  const mutation =
    'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate } } }';
  for (let turn = 1; turn <= 4; turn += 1) {
    await server.graphql(mutation, { input });
    await reader.until(() => reader.events.length >= turn * input.length);
    seen.push(most(answer));
  }
  reader.leave();
  expect(Math.max(...seen)).toBeLessThan(8);
  expect(warnings).toEqual([]);
});

it('operations one after the other on one connection', async () => {
  answers.length = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const seen: number[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    // The other way to answer, by yoga, now and then.
    const query = turn % 3 === 0 ? '{ viewer { subject } ' : '{ viewer { subject } }';
    const outgoing = request(`${server.url}/graphql`, { method: 'POST', agent, headers });
    outgoing.end(JSON.stringify({ query }));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    for await (const _ of response) seen.push(most(answers.at(-1) as ServerResponse));
  }
  agent.destroy();
  expect(new Set(answers.map(({ req }) => req.socket)).size).toBe(1);
  expect(Math.max(...seen)).toBeLessThan(8);
  expect(warnings).toEqual([]);
});
