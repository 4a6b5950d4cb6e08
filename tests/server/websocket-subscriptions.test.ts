import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { readMetric, untilMetric } from './live-metrics.ts';
import { entityIdsOf, feedOf, idsFrom, logEntries } from './logged-entries.ts';
import { RawSocket } from './raw-socket.ts';

let runs = 0;

describe.each(['off', 'on'] as const)('subscriptions over a WebSocket, compression %s', (liveCompression) => {
  let server: TestServer;
  let socket: RawSocket;
  let w = '';
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite(), { liveCompression });
  });
  beforeEach(async () => {
    runs += 1;
    w = `w${runs}`;
    socket = await RawSocket.open(server.url, await server.token());
    expect(socket.websocket.extensions).toBe(liveCompression === 'on' ? 'permessage-deflate' : '');
  });
  afterEach(async () => {
    await socket.close();
    await untilMetric(server, 'live_subscribers', 0);
    expect(server.lines.splice(0).filter((line) => line.includes('"level":50'))).toEqual([]);
  });
  afterAll(async () => {
    await server.close();
  });

  const follow = async (ids: readonly string[], query = feedOf()) => {
    for (const id of ids) socket.subscribe(id, query, { variables: { w } });
    await untilMetric(server, 'live_subscribers', ids.length);
  };

  it('each get their own, several on one socket, whatever their ids', async () => {
    const ids = ['1', '"', '\\"', "'", '{"id":"1"}', 'é', '\u2028', '😀', '\n', '\u0001', '__proto__', 'x'.repeat(256)];
    await follow(ids, feedOf('liveCursor activity { entityId message payload }'));
    const message = 'quoted " and \\, é, \u2028, 😀';
    await logEntries(server, w, ['a'], { message, payload: { [message]: [message, 1.5, null] } });
    const first = await socket.results('1', 1);
    expect(JSON.parse(first[0] as string).data.activityAdded).toEqual({
      liveCursor: expect.any(String),
      activity: { entityId: 'a', message, payload: { [message]: [message, 1.5, null] } },
    });
    for (const id of ids) expect([id, await socket.results(id, 1)]).toEqual([id, first]);
    expect(socket.messages).toHaveLength(1 + ids.length);
  });

  it('go with answers to queries, pings and pongs on the same socket', async () => {
    await follow(['feed'], feedOf('activity { entityId payload }'));
    const pongs: string[] = [];
    socket.websocket.on('pong', (data) => void pongs.push(String(data)));
    const rounds = 20;
    for (let round = 0; round < rounds; round += 1) {
      const logged = logEntries(server, w, idsFrom(round * 10, round * 10 + 10), { payload: 'ü'.repeat(round * 400) });
      for (let n = 0; n < 3; n += 1) {
        socket.subscribe(`query ${round} ${n}`, `{ viewer { subject } q: __typename }`);
        socket.send({ type: 'ping', payload: { round, n, text: '😀\u2028' } });
        socket.websocket.ping(`${round} ${n}`);
      }
      await logged;
    }
    const results = await socket.results('feed', rounds * 10);
    await socket.until(({ type }) => type === 'complete', rounds * 3);
    await socket.until(({ type }) => type === 'pong', rounds * 3);
    expect(entityIdsOf(results)).toEqual(idsFrom(0, rounds * 10));
    expect(JSON.parse(results.at(-1) as string).data.activityAdded.activity.payload).toBe('ü'.repeat(19 * 400));
    const turns = Array.from({ length: rounds * 3 }, (_, at) => ({ round: Math.floor(at / 3), n: at % 3 }));
    for (const { round, n } of turns) {
      const id = `query ${round} ${n}`;
      const payload = { data: { viewer: { subject: 'u1' }, q: 'Query' } };
      expect(socket.of(id)).toEqual([
        { id, type: 'next', payload },
        { id, type: 'complete' },
      ]);
    }
    expect(socket.messages.flatMap(({ type, payload }) => (type === 'pong' ? [payload] : []))).toEqual(
      turns.map((turn) => ({ ...turn, text: '😀\u2028' })),
    );
    expect(pongs).toEqual(turns.map(({ round, n }) => `${round} ${n}`));
  });

  it('get a burst in one write, or, compressed, in one for each message', async () => {
    await follow(['a', 'b']);
    const [messages, writes] = [
      await readMetric(server, 'live_messages_total'),
      await readMetric(server, 'live_writes_total'),
    ];
    await logEntries(server, w, idsFrom(0, 200));
    for (const id of ['a', 'b']) expect(entityIdsOf(await socket.results(id, 200))).toEqual(idsFrom(0, 200));
    expect((await readMetric(server, 'live_messages_total')) - messages).toBe(400);
    expect((await readMetric(server, 'live_writes_total')) - writes).toBe(liveCompression === 'on' ? 400 : 2);
  });

  it('stop where the client says so, and no other one does', async () => {
    await follow(['stays', 'goes']);
    await logEntries(server, w, ['1']);
    await socket.results('goes', 1);
    socket.send({ id: 'goes', type: 'complete' });
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, w, ['2', '3']);
    expect(entityIdsOf(await socket.results('stays', 3))).toEqual(['1', '2', '3']);
    expect(socket.of('goes').map(({ type }) => type)).toEqual(['next']);
    // Its id is free again.
    socket.subscribe('goes', feedOf(), { variables: { w } });
    await untilMetric(server, 'live_subscribers', 2);
    await logEntries(server, w, ['4']);
    expect(entityIdsOf(await socket.results('goes', 2))).toEqual(['1', '4']);
  });

  it('stop before they have begun where the client says so at once', async () => {
    for (let n = 0; n < 20; n += 1) {
      socket.subscribe(`${n}`, feedOf(), { variables: { w } });
      socket.send({ id: `${n}`, type: 'complete' });
    }
    socket.subscribe('last', '{ __typename }');
    await socket.until(({ id, type }) => id === 'last' && type === 'complete');
    await untilMetric(server, 'live_subscribers', 0);
    await follow(['stays']);
    await logEntries(server, w, ['1']);
    await socket.results('stays', 1);
    expect(socket.messages.filter(({ id }) => id !== undefined && id !== 'stays' && id !== 'last')).toEqual([]);
  });

  it('go on beside a subscription that is refused', async () => {
    await follow(['good']);
    socket.subscribe('forbidden', feedOf().replace('after: $after', 'filter: { eventKeys: ["*"] }, after: $after'), {
      variables: { w },
    });
    socket.subscribe('expired', feedOf(), { variables: { w, after: 'nonsense' } });
    await socket.until(({ type }) => type === 'complete', 2);
    for (const [id, code] of [
      ['forbidden', 'BAD_USER_INPUT'],
      ['expired', 'LIVE_CURSOR_EXPIRED'],
    ] as const) {
      const [next, complete] = socket.of(id);
      expect(next).toMatchObject({ type: 'next', payload: { errors: [{ extensions: { code } }] } });
      expect(complete).toEqual({ id, type: 'complete' });
    }
    await logEntries(server, w, ['1']);
    expect(entityIdsOf(await socket.results('good', 1))).toEqual(['1']);
  });

  it.each([
    ['an id that is too long', 'x'.repeat(257), feedOf(), {}, { code: 'LIMIT_EXCEEDED', field: 'id' }],
    [
      'an operationName that names nothing',
      'a',
      feedOf(),
      { operationName: 'Nobody' },
      { code: 'BAD_USER_INPUT', field: 'operationName' },
    ],
    [
      'several operations and no name',
      'a',
      `${feedOf().replace('subscription', 'subscription A')} query B { viewer { subject } }`,
      {},
      { code: 'BAD_USER_INPUT', field: 'operationName' },
    ],
    ['no document', 'a', '}', {}, { code: 'BAD_USER_INPUT' }],
    ['a field that is not there', 'a', feedOf('nothing'), {}, { code: 'BAD_USER_INPUT' }],
  ])('are refused with %s, and the socket goes on', async (_what, id, query, rest, extensions) => {
    socket.subscribe(id, query, { variables: { w }, ...rest });
    const [error] = await socket.until((message) => message.type === 'error');
    expect(error).toMatchObject({ id, payload: [{ extensions }] });
    await follow(['after']);
    await logEntries(server, w, ['1']);
    expect(entityIdsOf(await socket.results('after', 1))).toEqual(['1']);
  });

  it('run the operation that is named, of several', async () => {
    const query = `${feedOf().replace('subscription', 'subscription A')} query B { viewer { subject } }`;
    socket.subscribe('a', query, { variables: { w }, operationName: 'A' });
    socket.subscribe('b', query, { variables: { w }, operationName: 'B' });
    await socket.until(({ id, type }) => id === 'b' && type === 'complete');
    await untilMetric(server, 'live_subscribers', 1);
    await logEntries(server, w, ['1']);
    expect(entityIdsOf(await socket.results('a', 1))).toEqual(['1']);
    expect(socket.of('b')[0]?.payload).toEqual({ data: { viewer: { subject: 'u1' } } });
  });
});
