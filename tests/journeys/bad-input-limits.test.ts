/** Requests that ask for too much, or are too large: refused with LIMIT_EXCEEDED, and the next one is answered. */
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type GraphqlAnswer, startTestServer, type TestServer } from '../support/server.ts';
import { expectNoData, expectSafeErrors, expectStillWell, overSocket, refusal } from './refusals.ts';

const nineMiB = 9 * 1024 * 1024;
const entry = {
  workspaceId: 'w1',
  entityType: 'BRAND',
  entityId: 'e1',
  eventKey: 'brand.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
};
const logOne = 'mutation ($input: ActivityLogInput!) { activityLog(input: $input) { activity { id } } }';
const page = 'query ($filter: ActivityFilter) { timeline(workspaceId: "w1", filter: $filter) { liveCursor } }';
const many = <T>(count: number, make: (number: number) => T) =>
  Array.from({ length: count }, (_, number) => make(number));
const lists = {
  brandIds: 'x',
  eventKeys: 'a.b',
  actorUserIds: 'x',
  actorLabels: 'x',
  contexts: 'x',
  entities: { type: 'BRAND' },
  severities: 'INFO',
  actorTypes: 'USER',
  visibilities: 'CLIENT',
};

const tooManyTokens = `{ viewer { ${'subject '.repeat(20_001)} } }`;
/** Comparing them all with each other is what graphql-js gives up. */
const tooManyOfOneName = `{ viewer { ${'subject '.repeat(1_001)} } }`;
const tooDeep = `${'{ viewer '.repeat(9_000)}{ subject }${' }'.repeat(9_000)}`;

describeOnEachDatabase('a request for too much', (open) => {
  let server: TestServer;
  let bearer: string;
  beforeAll(async () => {
    server = await startTestServer(await open());
    bearer = await server.token();
  });
  afterEach(async () => await expectStillWell(server));
  afterAll(async () => await server.close());

  const nested = (levels: number) =>
    `${'{ workspace(id: "w1") { brands { workspace '.repeat(1)}${'{ brands { workspace '.repeat(levels)}{ id }${' } }'.repeat(levels)} } } }`;

  it.each<[string, string, object, string]>([
    ['deep', nested(20), {}, 'query'],
    [
      'broad',
      `{ ${many(31, (number) => `a${number}: viewer { a: subject b: subject c: subject d: subject e: subject f: subject g: subject h: subject i: subject j: subject }`).join(' ')} }`,
      {},
      'query',
    ],
    [
      'complex',
      '{ timeline(workspaceId: "w1", first: 500) { edges { node { workspace { brands(first: 500) { id } } } } } }',
      {},
      'query',
    ],
    [
      'complex by its entries',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: many(60_000, () => btoa('Workspace:w')) },
      'query',
    ],
    ['with 51 aliases', `{ ${many(51, (number) => `a${number}: __typename`).join(' ')} }`, {}, 'query'],
    ['of more than 20,000 tokens', tooManyTokens, {}, 'query'],
    ['of more than 500,000 characters', `{ viewer { subject } ${'\n'.repeat(500_000)} }`, {}, 'query'],
    ['of 1,001 fields of one name', tooManyOfOneName, {}, 'query'],
    ['with first: 501', '{ timeline(workspaceId: "w1", first: 501) { liveCursor } }', {}, 'first'],
    ['with last: 501', '{ timeline(workspaceId: "w1", last: 501) { liveCursor } }', {}, 'last'],
    [
      'to count to 100,001',
      '{ timeline(workspaceId: "w1", first: 0) { count(limit: 100001) { value } } }',
      {},
      'limit',
    ],
    [
      'for 501 nodes',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: many(501, () => btoa('Workspace:w')) },
      'ids',
    ],
    ['of 65 words', page, { filter: { search: many(65, (number) => `w${number}`).join(' ') } }, 'filter.search'],
    ...Object.entries(lists).map(([field, value]): [string, string, object, string] => [
      `with 101 ${field}`,
      page,
      { filter: { [field]: many(101, () => value) } },
      `filter.${field}`,
    ]),
  ])('is refused: %s', async (_, query, variables, field) => {
    const answer = await server.graphql(query, variables, bearer);
    expectSafeErrors(answer.errors);
    expect(refusal(answer)).toEqual(['LIMIT_EXCEEDED', field]);
    expectNoData(answer);
  });

  it('is answered where it is just within', async () => {
    const within = [
      `{ ${many(50, (number) => `a${number}: __typename`).join(' ')} }`,
      '{ timeline(workspaceId: "w1", first: 500) { liveCursor } }',
      '{ timeline(workspaceId: "w1", first: 0) { count(limit: 100000) { value } } }',
    ];
    for (const query of within) expect((await server.graphql(query, {}, bearer)).errors).toBeUndefined();
    for (const [field, value] of Object.entries(lists)) {
      expect(
        (await server.graphql(page, { filter: { [field]: many(100, () => value) } }, bearer)).errors,
      ).toBeUndefined();
    }
  });

  it('writes nothing of 1,001 entries', async () => {
    const query =
      'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate } } }';
    const answer = await server.graphql(query, { input: many(1_001, () => entry) }, bearer);
    expectSafeErrors(answer.errors);
    expect(refusal(answer)).toEqual(['LIMIT_EXCEEDED', 'input']);
    const { data } = await server.graphql('{ timeline(workspaceId: "w1") { count { value } } }', {}, bearer);
    expect(data?.['timeline'].count.value).toBe(0);
  });

  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each([101, 1_000, 20_000, 200_000])('refuses a payload of %i levels in variables', async (levels) => {
    // Written by hand: JSON.stringify itself would run out of stack.
    const body = JSON.stringify({ query: logOne, variables: { input: { ...entry, payload: '@' } } }).replace(
      '"@"',
      deep(levels),
    );
    const answer = await postRaw(body);
    expectSafeErrors(answer.errors);
    expect(refusal(answer)).toEqual(['BAD_USER_INPUT', 'input.payload']);
  });

  it.each([101, 1_000, 4_000, 9_000, 20_000])('refuses a payload of %i levels as a literal', async (levels) => {
    const fields = Object.entries(entry).map(
      ([name, value]) => `${name}: ${name.endsWith('Type') ? value : JSON.stringify(value)}`,
    );
    const query = `mutation { activityLog(input: { ${fields.join(' ')} payload: ${deep(levels)} }) { activity { id } } }`;
    const answer = await server.graphql(query, {}, bearer);
    expectSafeErrors(answer.errors);
    expect(['BAD_USER_INPUT', 'LIMIT_EXCEEDED']).toContain(refusal(answer)[0]);
  });

  it.each([1_000, 6_000, 9_000])('refuses a query of %i nested fields', async (levels) => {
    const answer = await server.graphql(`${'{ viewer '.repeat(levels)}{ subject }${' }'.repeat(levels)}`, {}, bearer);
    expectSafeErrors(answer.errors);
    expect(['BAD_USER_INPUT', 'LIMIT_EXCEEDED']).toContain(refusal(answer)[0]);
  });

  async function postRaw(body: string): Promise<GraphqlAnswer> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
    return { status: response.status, ...((await response.json()) as object) };
  }

  /** A body of 9 MiB, with its length or in chunks; the answer may come before all of it is sent. */
  async function upload(headers: Record<string, string | number>): Promise<GraphqlAnswer> {
    const outgoing = request(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}`, ...headers },
    });
    // The server hangs up on a client that goes on after it was refused.
    outgoing.on('error', () => undefined);
    const answered = once(outgoing, 'response');
    const piece = Buffer.alloc(64 * 1024, ' ');
    for (let sent = 0; sent < nineMiB && !outgoing.destroyed; sent += piece.length) outgoing.write(piece);
    outgoing.end();
    const [response] = (await answered) as [import('node:http').IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, ...(JSON.parse(text) as object) };
  }

  it.each([
    ['with its length', { 'content-length': nineMiB }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('is refused: a body of 9 MiB %s', async (_, headers) => {
    const answer = await upload(headers as Record<string, string | number>);
    expectSafeErrors(answer.errors);
    expect([answer.status, ...refusal(answer)]).toEqual([413, 'LIMIT_EXCEEDED', 'body']);
  });

  it('is refused: a body of 9 MiB, sent by fetch', async () => {
    const answer = await postRaw(JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(nineMiB) } }));
    expect([answer.status, ...refusal(answer)]).toEqual([413, 'LIMIT_EXCEEDED', 'body']);
  });

  it('is answered: a body of almost 8 MiB', async () => {
    const answer = await postRaw(
      JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(8 * 1024 * 1024 - 100) } }),
    );
    expect([answer.status, answer.data]).toEqual([200, { __typename: 'Query' }]);
  });

  it('closes a WebSocket that sends a message of 9 MiB with 1009, and no other', async () => {
    const other = server.socket(bearer);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${bearer}` } }));
    await once(socket, 'message');
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: 'x'.repeat(nineMiB) } }));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
    const { value } = await other.iterate({ query: '{ viewer { subject } }' }).next();
    expect(value).toEqual({ data: { viewer: { subject: 'u1' } } });
    await other.dispose();
  });

  it.each([
    ['no JSON', 'x', 4400],
    ['an unknown message', '{"type":"hello"}', 4400],
    ['a subscription before its hello', '{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}', 4401],
  ])('closes a WebSocket that sends %s', async (_, message, expected) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(message);
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect(code).toBe(expected);
    expect(reason.toString()).not.toMatch(/at |\/work/);
  });

  it('has the same limits over WebSocket', async () => {
    const client = server.socket(bearer);
    const aliases = many(51, (number) => `a${number}: __typename`).join(' ');
    for (const query of [nested(20), `{ ${aliases} }`, tooManyTokens, tooManyOfOneName, tooDeep]) {
      const answer = await overSocket(client, query);
      expectSafeErrors(answer.errors);
      expect(refusal(answer)).toEqual(['LIMIT_EXCEEDED', 'query']);
    }
    await client.dispose();
  });
});
