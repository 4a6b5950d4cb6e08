import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer, type TokenGrant } from '../support/server.ts';
import { EventReader, type EventRequest } from './event-reader.ts';
import { readMetric, untilMetric } from './live-metrics.ts';
import { entityIdsOf, feedOf, idsFrom, liveCursor, logEntries } from './logged-entries.ts';
import { RawSocket } from './raw-socket.ts';

let runs = 0;

describe('a subscription as server-sent events', () => {
  let server: TestServer;
  let w = '';
  const readers: EventReader[] = [];
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
  });
  beforeEach(() => {
    runs += 1;
    w = `w${runs}`;
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.leave();
    // Whoever leaves takes nothing of the service with him.
    await untilMetric(server, 'live_subscribers', 0);
    await untilMetric(server, 'live_groups', 0);
    expect(server.lines.splice(0).filter((line) => line.includes('"level":50'))).toEqual([]);
  });
  afterAll(async () => {
    await server.close();
  });

  async function open(rest: Partial<EventRequest> & { grant?: TokenGrant } = {}): Promise<EventReader> {
    const { grant, ...request } = rest;
    const token = await server.token(grant);
    const reader = await EventReader.open({ url: `${server.url}/graphql`, token, ...request });
    readers.push(reader);
    return reader;
  }
  const bodyOf = (variables: object = {}, query = feedOf()) =>
    JSON.stringify({ query, variables: { w, ...variables } });
  const urlOf = (variables: object = {}, query = feedOf(), rest = '') =>
    `${server.url}/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify({ w, ...variables }))}${rest}`;
  const ways: [string, (variables?: object) => Partial<EventRequest>][] = [
    ['POST', (variables) => ({ body: bodyOf(variables) })],
    ['GET', (variables) => ({ method: 'GET', url: urlOf(variables) })],
  ];

  it.each(ways)('begins with a byte at once, and has an event for each entry, by %s', async (_way, ask) => {
    const reader = await open(ask());
    expect([reader.response.statusCode, reader.contentType]).toEqual([200, 'text/event-stream']);
    expect(reader.response.headers['cache-control']).toBe('no-cache');
    await reader.until(() => reader.text.length > 0);
    expect(reader.text).toMatch(/^(:\n\n)+$/);
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, w, idsFrom(0, 3));
    expect(entityIdsOf(await reader.results(3))).toEqual(idsFrom(0, 3));
    const event = (id: string) => `event: next\ndata: {"data":{"activityAdded":{"activity":{"entityId":"${id}"}}}}`;
    expect(reader.events).toEqual(idsFrom(0, 3).map(event));
  });

  it('says any text to the letter', async () => {
    const reader = await open({ body: bodyOf({}, feedOf('activity { message payload }')) });
    await untilMetric(server, 'live_subscribers', 1);
    const message = 'data: x\n\nevent: complete\n\r "quoted" \\ ü \u2028 😀 \u0085';
    await logEntries(server, w, ['1'], { message, payload: { [message]: [message] } });
    const [result] = await reader.results(1);
    const { activity } = JSON.parse(result as string).data.activityAdded;
    expect(activity).toEqual({ message, payload: { [message]: [message] } });
  });

  it.each(ways)('resumes after the entry whose cursor it has, by %s', async (_way, ask) => {
    const after = await liveCursor(server, w);
    await logEntries(server, w, idsFrom(0, 5));
    const fields = feedOf('activity { entityId } liveCursor');
    const first = await open({ body: bodyOf({ after }, fields) });
    const results = await first.results(5);
    expect(entityIdsOf(results)).toEqual(idsFrom(0, 5));
    first.leave();
    await logEntries(server, w, idsFrom(5, 8));
    const again = await open(ask({ after: JSON.parse(results[2] as string).data.activityAdded.liveCursor }));
    expect(entityIdsOf(await again.results(5))).toEqual(idsFrom(3, 8));
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, w, idsFrom(8, 9));
    expect(entityIdsOf(await again.results(6))).toEqual(idsFrom(3, 9));
  });

  it('shares a group with WebSockets, and gets the same bytes from one execution', async () => {
    const query = feedOf('liveCursor activity { id message createdAt }');
    const executions = await readMetric(server, 'live_executions_total');
    const reader = await open({ body: bodyOf({}, query.replaceAll(' ', '\n ')) });
    const socket = await RawSocket.open(server.url, await server.token({ subject: 'u2' }));
    socket.subscribe('a', query, { variables: { w } });
    await untilMetric(server, 'live_subscribers', 2);
    expect(await readMetric(server, 'live_groups')).toBe(1);
    await logEntries(server, w, ['1', '2'], { message: 'ü😀\u2028' });
    expect(await reader.results(2)).toEqual(await socket.results('a', 2));
    expect((await readMetric(server, 'live_executions_total')) - executions).toBe(2);
    await socket.close();
  });

  it('gets a burst in one write', async () => {
    const reader = await open({ body: bodyOf() });
    await untilMetric(server, 'live_subscribers', 1);
    const [messages, writes] = [
      await readMetric(server, 'live_messages_total'),
      await readMetric(server, 'live_writes_total'),
    ];
    await logEntries(server, w, idsFrom(0, 100));
    expect(entityIdsOf(await reader.results(100))).toEqual(idsFrom(0, 100));
    expect((await readMetric(server, 'live_messages_total')) - messages).toBe(100);
    expect((await readMetric(server, 'live_writes_total')) - writes).toBe(1);
  });

  it.each([
    ['a workspace that is not its own', { workspace: 'other' }, {}, 'FORBIDDEN', 'workspaceId'],
    ['a cursor that is none', {}, { after: 'nonsense' }, 'LIVE_CURSOR_EXPIRED', 'after'],
    ['a variable of another kind', {}, { w: 7 }, 'BAD_USER_INPUT', 'w'],
  ] as [string, TokenGrant, object, string, string][])(
    'ends at once with what is wrong: %s',
    async (_what, grant, variables, code, field) => {
      for (const [, ask] of ways) {
        const reader = await open({ ...ask(variables), grant });
        const [ping, next, complete, rest] = (await reader.whole()).split('\n\n');
        expect([reader.response.statusCode, ping, complete, rest]).toEqual([200, ':', 'event: complete\ndata:', '']);
        const [, data] = /^event: next\ndata: (.*)$/.exec(next as string) ?? [];
        expect(JSON.parse(data as string)).toMatchObject({ errors: [{ extensions: { code, field } }] });
      }
    },
  );

  it('ends with UNAUTHENTICATED where nobody signed in', async () => {
    const reader = await EventReader.open({ url: `${server.url}/graphql`, body: bodyOf() });
    expect(await reader.whole()).toMatch(
      /^:\n\nevent: next\ndata: .*"UNAUTHENTICATED".*\n\nevent: complete\ndata:\n\n$/,
    );
  });

  it('ends with UNAUTHENTICATED when its token expires, and with nothing behind that', async () => {
    const expires = Math.floor(Date.now() / 1_000) + 3;
    const reader = await open({ body: bodyOf(), grant: { ttl: 3 } });
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, w, ['1']);
    await reader.results(1);
    await reader.whole();
    expect(Date.now()).toBeGreaterThanOrEqual(expires * 1_000);
    const [first, last, complete, ...rest] = reader.events;
    expect(first).toContain('"entityId":"1"');
    expect(JSON.parse((last as string).replace('event: next\ndata: ', ''))).toEqual({
      errors: [{ message: 'The token has expired. Get a new one.', extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect([complete, rest]).toEqual(['event: complete\ndata:', []]);
    await untilMetric(server, 'live_subscribers', 0);
  });

  it('frees its place when it leaves, and others go on', async () => {
    const [one, other] = [await open({ body: bodyOf() }), await open({ body: bodyOf() })];
    await untilMetric(server, 'live_subscribers', 2);
    one.leave();
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, w, ['1']);
    expect(entityIdsOf(await other.results(1))).toEqual(['1']);
  });

  it('is begun by the word written with escapes, too', async () => {
    const body = bodyOf().replace('subscription', '\\u0073ubscriptio\\u006e');
    expect(body).not.toContain('subscription');
    const reader = await open({ body });
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, w, ['1']);
    expect(entityIdsOf(await reader.results(1))).toEqual(['1']);
  });

  it('is the operation that is named, of several', async () => {
    const query = `${feedOf().replace('subscription', 'subscription A')} query B { viewer { subject } }`;
    const named = (operationName: string) => JSON.stringify({ query, operationName, variables: { w } });
    const reader = await open({ body: named('A') });
    const got = await open({ method: 'GET', url: urlOf({}, query, '&operationName=A') });
    await untilMetric(server, 'live_subscribers', 2);
    await logEntries(server, w, ['1']);
    for (const one of [reader, got]) expect(entityIdsOf(await one.results(1))).toEqual(['1']);
    const other = await open({ body: named('B') });
    expect(await other.whole()).toContain('{"data":{"viewer":{"subject":"u1"}}}');
  });

  it.each(['application/json', '*/*', 'text/html', 'application/graphql-response+json, application/json'])(
    'is refused, with what would be right, to who takes %s',
    async (accept) => {
      for (const [, ask] of ways) {
        const { url = `${server.url}/graphql`, ...rest } = ask();
        // A browser's own page is asked for without a query.
        const reader = await open({ url, ...rest, headers: { accept } });
        expect([reader.response.statusCode, reader.contentType]).toEqual([406, 'application/json; charset=utf-8']);
        expect(JSON.parse(await reader.whole())).toEqual({
          errors: [
            {
              message: 'A subscription is answered as text/event-stream, or over a WebSocket.',
              extensions: { code: 'BAD_USER_INPUT', field: 'accept' },
            },
          ],
        });
      }
      expect(await readMetric(server, 'live_subscribers')).toBe(0);
    },
  );

  const form = () => `query=${encodeURIComponent(feedOf())}&variables=${encodeURIComponent(JSON.stringify({ w }))}`;
  it.each([
    ['text/plain', bodyOf, 415],
    ['application/json-seq', bodyOf, 415],
    ['application/json+x', bodyOf, 415],
    ['application/graphql', () => feedOf().replace('$w: String!', '$w: String! = "w1"'), 415],
    ['application/x-www-form-urlencoded', form, 415],
  ] as const)('is not begun by a body of %s', async (type, body, status) => {
    const reader = await open({ body: body(), headers: { 'content-type': type } });
    expect(reader.response.statusCode).toBe(status);
    expect(await reader.whole()).toContain('must be application/json');
    expect(await readMetric(server, 'live_subscribers')).toBe(0);
  });

  it.each(['PUT', 'PATCH'])('is not begun by %s', async (method) => {
    const reader = await open({ method, body: bodyOf() });
    expect(reader.response.statusCode).toBe(405);
    expect(await reader.whole()).toContain('GraphQL only supports GET and POST requests.');
  });
});
