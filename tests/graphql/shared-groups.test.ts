import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readMetric, untilMetric } from '../server/live-metrics.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer, type TokenGrant } from '../support/server.ts';

/** Every shared field, and some of them twice. */
const everything = `__typename liveCursor activity { __typename id databaseId workspaceId brandId entityType entityId eventKey
  message context actorType actorUserId actorLabel payload visibility severity createdAt
  workspace { __typename id databaseId name }
  brand { __typename id databaseId workspaceId name workspace { id databaseId name } } }`;
const document = `subscription ($w: String!, $filter: ActivityFilter, $after: String) {
  activityAdded(workspaceId: $w, filter: $filter, after: $after) { ${everything} } }`;

let server: TestServer;
const sockets: RawSocket[] = [];
let runs = 0;
let workspaceId = '';

beforeAll(async () => {
  server = await startTestServer(await openTestPglite());
});
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  await untilMetric(server, 'live_groups', 0);
});
afterAll(async () => {
  await server.close();
});

async function open(grant: TokenGrant): Promise<RawSocket> {
  const socket = await RawSocket.open(server.url, await server.token(grant));
  sockets.push(socket);
  return socket;
}

/** A workspace of its own, with names for it and for the brand b1. */
async function newWorkspace(): Promise<string> {
  runs += 1;
  workspaceId = `w${runs}`;
  await server.graphql(
    `mutation ($w: String!) { workspaceUpsert(input: { id: $w, name: "Wörk 🏢" }) { id }
      brandUpsert(input: { workspaceId: $w, id: "b1", name: "Brand\u2028" }) { id } }`,
    { w: workspaceId },
  );
  return workspaceId;
}

async function log(...entries: object[]): Promise<void> {
  const input = entries.map((entry, at) => ({
    workspaceId,
    entityType: 'CONTENT',
    entityId: `e${at}`,
    eventKey: 'content.created',
    actorType: 'USER',
    actorUserId: 'somebody',
    context: 'secret',
    visibility: 'CLIENT',
    brandId: 'b1',
    payload: { text: 'ü"\\\u2028😀', list: [1, null] },
    ...entry,
  }));
  const { data } = await server.graphql(
    'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { error { message } } } }',
    { input },
  );
  const results: { error: unknown }[] = data?.['activityLogMany'].results ?? [];
  expect(results.map(({ error }) => error)).toEqual(entries.map(() => null));
}

/** Subscribes each with the document, one after the other, and waits until they are in the hub. */
async function follow(members: { socket: RawSocket; id: string; query?: string; variables?: object }[]) {
  const before = await readMetric(server, 'live_subscribers');
  for (const { socket, id, query = document, variables = {} } of members) {
    socket.subscribe(id, query, { variables: { w: workspaceId, ...variables } });
  }
  await untilMetric(server, 'live_subscribers', before + members.length);
}
const counts = async () => [await readMetric(server, 'live_groups'), await readMetric(server, 'live_executions_total')];

describe('subscribers of one class', () => {
  it.each<[string, TokenGrant, TokenGrant]>([
    ['operators', { role: 'operator', subject: 'u1' }, { role: 'operator', subject: 'u2', workspace: 'own' }],
    ['admins', { role: 'admin', subject: 'u1' }, { role: 'admin', subject: 'u2', ttl: 7200 }],
    [
      'clients of the same brands',
      { role: 'client', subject: 'u1', brands: ['b1', 'b2'] },
      { role: 'client', subject: 'u2', brands: ['b2', 'b1', 'b1'], workspace: 'own' },
    ],
  ])('get the very same bytes, from one execution: %s', async (_who, one, other) => {
    const w = await newWorkspace();
    const grants = [one, other].map((grant) => ({ ...grant, ...(grant.workspace === 'own' ? { workspace: w } : {}) }));
    const [a, b] = [await open(grants[0] as TokenGrant), await open(grants[1] as TokenGrant)];
    const [, before] = await counts();
    await follow([
      { socket: a, id: 'a' },
      { socket: b, id: 'b' },
    ]);
    expect((await counts())[0]).toBe(1);
    await log({}, { brandId: 'b2', message: 'two' }, { message: 'three' });
    const [got, gotToo] = [await a.results('a', 3), await b.results('b', 3)];
    expect(gotToo).toEqual(got);
    expect(await counts()).toEqual([1, (before as number) + 3]);
    const first = JSON.parse(got[0] as string);
    expect(first.errors).toBeUndefined();
    expect(first.data.activityAdded.activity).toMatchObject({
      actorUserId: one.role === 'client' ? null : 'somebody',
      context: one.role === 'client' ? null : 'secret',
      workspace: { name: 'Wörk 🏢' },
      brand: { name: 'Brand\u2028', workspace: { databaseId: w } },
      payload: { text: 'ü"\\\u2028😀', list: [1, null] },
    });
  });

  it('are one group however the document is written and wherever they began', async () => {
    const w = await newWorkspace();
    const [a, b] = [await open({ subject: 'u1' }), await open({ subject: 'u2' })];
    const { data } = await server.graphql(
      'query ($w: String!) { timeline(workspaceId: $w, first: 0) { liveCursor } }',
      {
        w,
      },
    );
    const after = data?.['timeline'].liveCursor as string;
    await log({ message: 'before' });
    await follow([
      { socket: a, id: '1', variables: { filter: { severities: ['INFO', 'ERROR'] } } },
      { socket: a, id: '2', variables: { filter: { severities: ['ERROR', 'INFO', 'ERROR'], search: null }, after } },
      {
        socket: b,
        id: '3',
        query: `# mine\nsubscription Mine { activityAdded(filter: { severities: [ERROR, INFO] }, workspaceId: "${w}")\n\n{ ${everything} } }`,
      },
    ]);
    expect((await counts())[0]).toBe(1);
    await log({ message: 'live' });
    const [one, two, three] = [await a.results('1', 1), await a.results('2', 2), await b.results('3', 1)];
    expect([two[1], three[0]]).toEqual([one[0], one[0]]);
    expect(JSON.parse(two[0] as string).data.activityAdded.activity.message).toBe('before');
  });

  it('are one group where their variables say the same, and get what they asked for where not', async () => {
    await newWorkspace();
    const query = `subscription ($w: String!, $on: Boolean! = true) {
      activityAdded(workspaceId: $w) { activity { entityId message @include(if: $on) } } }`;
    const socket = await open({});
    await follow([
      { socket, id: 'on', query, variables: { on: true } },
      { socket, id: 'on too', query, variables: { on: true, unused: 1 } },
      { socket, id: 'off', query, variables: { on: false } },
      { socket, id: 'by default', query },
    ]);
    await log({ message: 'm' });
    const entry = async (id: string) =>
      JSON.parse((await socket.results(id, 1))[0] as string).data.activityAdded.activity;
    for (const id of ['on', 'on too', 'by default']) expect(await entry(id)).toEqual({ entityId: 'e0', message: 'm' });
    expect(await entry('off')).toEqual({ entityId: 'e0' });
    expect((await counts())[0]).toBeLessThanOrEqual(3);
  });

  it('do not share with one who says null where they leave a variable out: null is no condition, and is refused', async () => {
    await newWorkspace();
    const query = `subscription ($w: String!, $on: Boolean = true) {
      activityAdded(workspaceId: $w) { activity { entityId message @include(if: $on) } } }`;
    const [one, other] = [await open({ subject: 'u1' }), await open({ subject: 'u2' })];
    one.subscribe('null', query, { variables: { w: workspaceId, on: null } });
    const [refused] = await one.results('null', 1);
    expect(JSON.parse(refused as string).errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'on' });
    await follow([{ socket: other, id: 'by default', query }]);
    await log({ message: 'm' });
    const [result] = await other.results('by default', 1);
    expect(JSON.parse(result as string)).toEqual({
      data: { activityAdded: { activity: { entityId: 'e0', message: 'm' } } },
    });
  });
});

describe('subscribers of different classes', () => {
  it('are different groups, and each gets what its class may see', async () => {
    await newWorkspace();
    const classes: TokenGrant[] = [
      { role: 'operator' },
      { role: 'admin' },
      { role: 'client', brands: ['b1'] },
      { role: 'client', brands: ['b1', 'b2'] },
      { role: 'client', brands: [] },
    ];
    const people = await Promise.all(classes.map((grant) => open(grant)));
    await follow(people.map((socket) => ({ socket, id: 'x' })));
    expect((await counts())[0]).toBe(classes.length);
    await log({ message: '1' }, { message: '2', brandId: 'b2' }, { message: '3', visibility: 'SYSTEM' });
    const seen = [['1', '2', '3'], ['1', '2'], ['1'], ['1', '2'], []];
    for (const [at, expected] of seen.entries()) {
      const results = await (people[at] as RawSocket).results('x', expected.length);
      const entries = results.map((text) => JSON.parse(text).data.activityAdded.activity);
      expect(entries.map(({ message }) => message)).toEqual(expected);
      for (const { context } of entries) expect(context).toBe(at < 2 ? 'secret' : null);
    }
    // Nothing came besides.
    await Promise.all(people.map((socket) => socket.close()));
    expect(people.map((socket) => socket.of('x').length)).toEqual([3, 2, 1, 2, 0]);
  });
});

describe('a subscription with a field that depends on more', () => {
  it('is a group of its own, with the names that its viewer may see', async () => {
    await newWorkspace();
    const query = `subscription ($w: String!) { activityAdded(workspaceId: $w) {
      activity { entityId workspace { brands { databaseId } timeline(first: 0) { count { value } } } } } }`;
    const [one, other] = [await open({ subject: 'u1' }), await open({ subject: 'u2', role: 'client', brands: ['b2'] })];
    await follow([
      { socket: one, id: 'a', query },
      { socket: one, id: 'b', query },
      { socket: other, id: 'c', query },
    ]);
    expect((await counts())[0]).toBe(3);
    await log({ brandId: 'b1' }, { brandId: 'b2' });
    const brands = async (socket: RawSocket, id: string, count: number) =>
      (await socket.results(id, count)).map(
        (text) => JSON.parse(text).data.activityAdded.activity.workspace.brands.length,
      );
    expect([await brands(one, 'a', 2), await brands(one, 'b', 2), await brands(other, 'c', 1)]).toEqual([
      [1, 1],
      [1, 1],
      [0],
    ]);
  });
});
