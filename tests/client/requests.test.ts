import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActivityLogClient,
  ActivityLogClientError,
  type ActivityLogInput,
  createActivityLogClient,
  type ExportLinkOptions,
} from '../../src/client/client.ts';
import { ConnectionLost } from '../../src/client/live-socket.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const entry = (entityId: string, rest: object = {}): ActivityLogInput => ({
  workspaceId: 'w1',
  entityType: 'CONTENT',
  entityId,
  eventKey: 'content.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
  ...rest,
});

const refusal = async (work: Promise<unknown>) =>
  await work.then(
    () => expect.unreachable('it was not refused'),
    (error: ActivityLogClientError) => error,
  );

describe('the requests of the client', () => {
  let server: TestServer;
  let client: ActivityLogClient;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    client = createActivityLogClient({ url: server.url, token: await server.token() });
  });
  afterEach(() => {
    expect(server.lines.splice(0).filter((line) => line.includes('"level":50'))).toEqual([]);
  });
  afterAll(async () => {
    client.close();
    await server.close();
  });

  it('logs an entry, and gives the one that is there for the same idempotency key', async () => {
    const first = await client.log(entry('e1', { idempotencyKey: 'k1', payload: { b: 1, a: [null] } }));
    expect(first).toMatchObject({ duplicate: false, activity: { entityId: 'e1', severity: 'INFO' } });
    expect(JSON.stringify(first.activity.payload)).toBe('{"b":1,"a":[null]}');
    const second = await client.log(entry('e1', { idempotencyKey: 'k1' }));
    expect(second).toEqual({
      duplicate: true,
      activity: first.activity,
      error: expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'idempotencyKey' }),
    });
    const third = await client.log(entry('e1', { idempotencyKey: 'k1', payload: { a: [null], b: 1 } }));
    expect(third).toEqual({ duplicate: true, activity: first.activity, error: null });
  });

  it('gives links to exports, and such for the moment of an earlier one', async () => {
    await client.log(entry('x1', { workspaceId: 'exported' }));
    const wanted = {
      workspaceId: 'exported',
      format: 'CSV',
      filter: { eventKeys: ['content.*'] },
    } satisfies ExportLinkOptions;
    const { url, expiresAt } = await client.exportLink(wanted);
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    const first = await fetch(url);
    await client.log(entry('x2', { workspaceId: 'exported' }));
    const ticket = first.headers.get('activity-log-export') ?? '';
    const again = await fetch((await client.exportLink({ ...wanted, export: ticket })).url);
    expect(await again.text()).toBe(await first.text());
  });

  it('logs more entries than one call takes, in their order, with every refusal at its place', async () => {
    const entries = Array.from({ length: 2_345 }, (_, i) => entry(`m${i}`, { workspaceId: 'many' }));
    entries[7] = entry('bad key', { workspaceId: 'many', eventKey: 'Nope' });
    // GraphQL itself refuses these two, and would refuse the whole call.
    entries[1_100] = entry('bad enum', { workspaceId: 'many', severity: 'LOUD' });
    entries[1_200] = entry('bad time', { workspaceId: 'many', createdAt: 'yesterday' });
    const results = await client.logMany(entries);
    expect(results).toHaveLength(entries.length);
    const refused = results.flatMap(({ error }, place) => (error === null ? [] : [[place, error.code, error.field]]));
    expect(refused).toEqual([
      [7, 'BAD_USER_INPUT', 'eventKey'],
      [1_100, 'BAD_USER_INPUT', 'severity'],
      [1_200, 'BAD_USER_INPUT', 'createdAt'],
    ]);
    for (const [place, { activity }] of results.entries()) {
      if (activity !== null) expect(activity.entityId).toBe(`m${place}`);
    }
  });

  it('splits by size too, and refuses an entry that no call takes', async () => {
    const large = Array.from({ length: 150 }, (_, i) =>
      entry(`l${i}`, { workspaceId: 'large', payload: 'ü'.repeat(32_000) }),
    );
    large.push(entry('huge', { workspaceId: 'large', payload: 'x'.repeat(7_000_000) }));
    const results = await client.logMany(large);
    expect(results.filter(({ activity }) => activity !== null)).toHaveLength(150);
    expect(results.at(-1)?.error?.code).toBe('LIMIT_EXCEEDED');
  });

  it('reads a page, and all pages without missing or repeating an entry', async () => {
    await client.logMany(Array.from({ length: 95 }, (_, i) => entry(`p${i}`, { workspaceId: 'pages' })));
    const page = await client.timeline({ workspaceId: 'pages', first: 10 });
    expect(page.activities).toHaveLength(10);
    expect(page.pageInfo.hasNextPage).toBe(true);
    const ids: string[] = [];
    for await (const { activities } of client.pages({ workspaceId: 'pages', pageSize: 10 })) {
      ids.push(...activities.map((activity) => activity.entityId));
    }
    expect(ids.toSorted()).toEqual(Array.from({ length: 95 }, (_, i) => `p${i}`).toSorted());
  });

  it('says what the service refused: code, field and status', async () => {
    const input = await refusal(client.log(entry('e2', { eventKey: 'Nope' })));
    expect(input).toMatchObject({ name: 'ActivityLogClientError', code: 'BAD_USER_INPUT', field: 'input.eventKey' });
    const stranger = createActivityLogClient({ url: server.url, token: await server.token({ workspace: 'other' }) });
    expect(await refusal(stranger.timeline({ workspaceId: 'w1' }))).toMatchObject({ code: 'FORBIDDEN' });
    const nobody = createActivityLogClient({ url: server.url, token: 'nonsense' });
    expect(await refusal(nobody.timeline({ workspaceId: 'w1' }))).toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
    });
  });

  it('asks for another token where one was refused, once, and keeps the good one', async () => {
    const tokens = ['nonsense', await server.token()];
    let asked = 0;
    const refusals: unknown[] = [];
    const renewing = createActivityLogClient({
      url: server.url,
      token: (refusal) => {
        refusals.push(refusal);
        return tokens[asked++] ?? 'too often';
      },
    });
    await Promise.all([renewing.timeline({ workspaceId: 'w1' }), renewing.timeline({ workspaceId: 'w1' })]);
    await renewing.timeline({ workspaceId: 'w1' });
    expect(asked).toBe(2);
    expect(refusals).toEqual([undefined, { token: 'nonsense', reason: expect.stringMatching(/\w/) }]);
  });

  it('knows its errors from those of others, also where another copy of it has made them', () => {
    class OfAnotherCopy extends Error {
      override readonly name = 'ActivityLogClientError';
    }
    expect(new OfAnotherCopy()).toBeInstanceOf(ActivityLogClientError);
    expect(new Error('other')).not.toBeInstanceOf(ActivityLogClientError);
    const error = new ActivityLogClientError('INTERNAL', 'x');
    expect(error).toBeInstanceOf(ActivityLogClientError);
    expect(error).not.toBeInstanceOf(ConnectionLost);
    expect(new ConnectionLost('ws://x', {}, false)).toBeInstanceOf(ConnectionLost);
  });

  it('hands on what the token function throws', async () => {
    const broken = createActivityLogClient({
      url: server.url,
      token: () => Promise.reject(new Error('the identity provider is away')),
    });
    await expect(broken.timeline({ workspaceId: 'w1' })).rejects.toThrow('the identity provider is away');
    await expect(broken.subscribe({ workspaceId: 'w1', after: 'x' }).next()).rejects.toThrow('identity provider');
  });

  it('says UNAVAILABLE with the reason where nobody listens, or no answer comes in time', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    const { port } = await new Promise<AddressInfo>((resolve) =>
      silent.once('listening', () => resolve(silent.address() as AddressInfo)),
    );
    const slow = createActivityLogClient({ url: `http://127.0.0.1:${port}`, token: 't', timeout: 50 });
    const late = await refusal(slow.timeline({ workspaceId: 'w1' }));
    expect(late).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('no answer within 50 ms') });
    await new Promise((resolve) => {
      silent.close(resolve);
      silent.closeAllConnections();
    });
    const nobody = await refusal(slow.timeline({ workspaceId: 'w1' }));
    expect(nobody).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('refuses a URL that is none', () => {
    expect(() => createActivityLogClient({ url: 'localhost:4000', token: 't' })).toThrow('http://127.0.0.1:4000');
  });
});
