/** Requests that are wrong in themselves: each is refused in words of the catalogue, and the server goes on. */
import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
} from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectNoData, expectSafeErrors, expectStillWell, overSocket, refusal, send } from './refusals.ts';

const entry = {
  workspaceId: 'w1',
  entityType: 'BRAND',
  entityId: 'e1',
  eventKey: 'brand.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
};
const logOne = 'mutation ($input: ActivityLogInput!) { activityLog(input: $input) { activity { id } } }';
const logMany =
  'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { error { code field } } } }';
const page = `query ($first: Int, $last: Int, $after: String, $before: String, $filter: ActivityFilter) {
  timeline(workspaceId: "w1", first: $first, last: $last, after: $after, before: $before, filter: $filter) {
    liveCursor edges { cursor } } }`;

/** A literal that a type takes. */
function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return (type as GraphQLEnumType).getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${needed.map((field) => `${field.name}: ${literal(field.type)}`).join(' ')} }`;
  }
  return (
    { Int: '1', Float: '1', Boolean: 'true', DateTime: '"2026-01-31T12:00:00Z"', ID: `"${btoa('Workspace:w1')}"` }[
      type.name
    ] ?? '"w1"'
  );
}

const callOf = (name: string, args: readonly GraphQLArgument[]) => {
  const needed = args.filter((arg) => isNonNullType(arg.type));
  return needed.length === 0 ? name : `${name}(${needed.map((arg) => `${arg.name}: ${literal(arg.type)}`).join(' ')})`;
};

/** Every field of the three root types, with arguments that it takes. A new field is here without anybody's doing. */
const rootFields = (['query', 'mutation', 'subscription'] as const).flatMap((operation) => {
  const type = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return Object.values(type[operation]?.getFields() ?? {}).map((field) => {
    const isLeaf = isInputType(isNonNullType(field.type) ? field.type.ofType : field.type);
    return [
      `${operation} ${field.name}`,
      `${operation} { ${callOf(field.name, field.args)} ${isLeaf ? '' : '{ __typename }'} }`,
    ];
  });
}) as [string, string][];

describeOnEachDatabase('a request that is wrong', (open) => {
  let server: TestServer;
  let bearer: string;
  beforeAll(async () => {
    server = await startTestServer(await open());
    bearer = await server.token();
  });
  afterEach(async () => await expectStillWell(server));
  afterAll(async () => await server.close());

  const post = async (body: string, headers: Record<string, string> = {}) =>
    await send(server, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}`, ...headers },
      body,
    });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['malformed JSON', '{ "query": ', {}, 400, 'body'],
    ['no body', '', {}, 400, 'body'],
    ['a body that is no object', '7', {}, 400, 'body'],
    ['a batch', '[{ "query": "{ viewer { subject } }" }]', {}, 400, 'body'],
    ['a body of bytes that are no text', '\u0000\u0001', {}, 400, 'body'],
    ['no query', '{}', {}, 400, 'body'],
    ['a query that is no text', '{ "query": 7 }', {}, 400, 'query'],
    ['variables that are no object', '{ "query": "{ __typename }", "variables": "x" }', {}, 400, 'variables'],
    ['another content type', '{ "query": "{ __typename }" }', { 'content-type': 'text/plain' }, 415, 'content-type'],
    ['an accept that cannot be met', '{ "query": "{ __typename }" }', { accept: 'image/png' }, 406, 'accept'],
    ['an unknown parameter', '{ "query": "{ __typename }", "q": 1 }', {}, 400, 'body'],
  ])('is refused: %s', async (_, body, headers, status, field) => {
    const answer = await post(body, headers);
    expectSafeErrors(answer.errors);
    expect([answer.status, ...refusal(answer)]).toEqual([status, 'BAD_USER_INPUT', field]);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('is refused: the method %s', async (method) => {
    const answer = await send(server, { method, headers: { authorization: `Bearer ${bearer}` } });
    expectSafeErrors(answer.errors);
    expect([answer.status, ...refusal(answer)]).toEqual([405, 'BAD_USER_INPUT', 'method']);
  });

  it('is refused: a mutation by GET', async () => {
    const query = encodeURIComponent('mutation { workspaceUpsert(input: { id: "w1", name: "x" }) { id } }');
    const answer = await send(server, { headers: { authorization: `Bearer ${bearer}` } }, `/graphql?query=${query}`);
    expectSafeErrors(answer.errors);
    expect([answer.status, refusal(answer)[0]]).toEqual([405, 'BAD_USER_INPUT']);
  });

  it('is refused: a path where there is nothing', async () => {
    const answer = await send(server, {}, '/nothing/../there?query=x');
    expectSafeErrors(answer.errors);
    expect([answer.status, ...refusal(answer)]).toEqual([404, 'BAD_USER_INPUT', 'path']);
  });

  it.each<[string, string, object, string]>([
    ['a syntax error', '{ viewer { ', {}, 'query'],
    ['an unknown field', '{ viewer { password } }', {}, 'password'],
    ['an unknown root field', '{ users { id } }', {}, 'users'],
    ['an unknown argument', '{ timeline(workspaceId: "w1", limit: 5) { liveCursor } }', {}, 'limit'],
    ['an unknown field of an input', logOne, { input: { ...entry, color: 'red' } }, 'input'],
    ['a wrong type', logOne, { input: { ...entry, entityId: 7 } }, 'input.entityId'],
    ['a wrong type of a list', logMany, { input: 'x' }, 'input'],
    ['an unknown enum value', logOne, { input: { ...entry, severity: 'FATAL' } }, 'input.severity'],
    [
      'an enum value in lower case',
      '{ timeline(workspaceId: "w1", filter: { severities: [info] }) { liveCursor } }',
      {},
      'query',
    ],
    ['null where something is needed', logOne, { input: { ...entry, eventKey: null } }, 'input.eventKey'],
    ['a field that is missing', logOne, { input: { workspaceId: 'w1' } }, 'input'],
    ['a variable that is missing', logOne, {}, 'input'],
    [
      'a null for a variable that has a default',
      'query ($w: String = "w1") { timeline(workspaceId: $w) { liveCursor } }',
      { w: null },
      'workspaceId',
    ],
    ['a time that is none', logOne, { input: { ...entry, createdAt: 'yesterday' } }, 'input.createdAt'],
    ['a time without a zone', logOne, { input: { ...entry, createdAt: '2026-01-31T12:00:00' } }, 'input.createdAt'],
    ['a time as a number', logOne, { input: { ...entry, createdAt: 1_700_000_000 } }, 'input.createdAt'],
    ['two operations and no name', 'query A { __typename } query B { __typename }', {}, 'operationName'],
    ['an unknown fragment', '{ viewer { ...Nobody } }', {}, 'query'],
    ['a fragment that holds itself', '{ viewer { ...A } } fragment A on Viewer { ...A }', {}, 'A'],
    ['first: -1', page, { first: -1 }, 'first'],
    ['last: -1', page, { last: -1 }, 'last'],
    ['first and last', page, { first: 1, last: 1 }, 'last'],
    ['first that is no integer', page, { first: 1.5 }, 'first'],
    ['first beyond 32 bits', page, { first: 2 ** 40 }, 'first'],
    ['a count limit below 0', '{ timeline(workspaceId: "w1") { count(limit: -1) { value } } }', {}, 'limit'],
    ['an event key with a star inside', page, { filter: { eventKeys: ['a.*.b'] } }, 'filter.eventKeys'],
    ['a node that is none', '{ node(id: "garbage") { id } }', {}, 'id'],
    ['a node with text behind', `{ node(id: "${btoa('ActivityLog:x')}!") { id } }`, {}, 'id'],
    ['nodes with one that is none', `{ nodes(ids: ["${btoa('ActivityLog:x')}", ""]) { id } }`, {}, 'id'],
    ['an entry with an empty id', logOne, { input: { ...entry, entityId: '' } }, 'input.entityId'],
    ['an entry with a bad event key', logOne, { input: { ...entry, eventKey: 'Brand Created' } }, 'input.eventKey'],
    ['an entry without its actor', logOne, { input: { ...entry, actorLabel: null } }, 'input.actorLabel'],
    [
      'an entry before the year 1',
      logOne,
      { input: { ...entry, createdAt: '0000-01-01T00:00:00Z' } },
      'input.createdAt',
    ],
    ['an empty name', 'mutation { workspaceUpsert(input: { id: "w1", name: "" }) { id } }', {}, 'input.name'],
  ])('is refused: %s', async (_, query, variables, field) => {
    const answer = await server.graphql(query, variables, bearer);
    expectSafeErrors(answer.errors, [bearer]);
    expect(refusal(answer)).toEqual(['BAD_USER_INPUT', field]);
    expectNoData(answer);
  });

  it('says null for a node of a type that is none, as for one that does not exist', async () => {
    const ids = ['User:1', 'ActivityLog:nothing', 'Brand:not json', 'Workspace:nowhere', '__proto__:x'].map((id) =>
      btoa(id),
    );
    const { data, errors } = await server.graphql('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }, bearer);
    expect([errors, data]).toEqual([undefined, { nodes: ids.map(() => null) }]);
  });

  describe('by its cursor', () => {
    let cursors: { page: string; other: string; live: string };
    beforeAll(async () => {
      for (const entityId of ['e1', 'e2']) await server.graphql(logOne, { input: { ...entry, entityId } }, bearer);
      const { data } = await server.graphql(page, { first: 2 }, bearer);
      const [one, other] = data?.['timeline']?.edges ?? [];
      cursors = { page: one.cursor, other: other.cursor, live: data?.['timeline'].liveCursor };
    });

    /** A cursor with each of its characters changed, cut at each of its places, joined, and made longer. */
    const spoil = (cursor: string, other: string) => [
      ...Array.from(cursor, (letter, at) => cursor.slice(0, at) + (letter === 'A' ? 'B' : 'A') + cursor.slice(at + 1)),
      ...Array.from(cursor, (_, at) => cursor.slice(0, at)).filter((cut) => cut !== ''),
      `${cursor}A`,
      `${cursor}=`,
      ` ${cursor}`,
      `${cursor.slice(0, 10)}${other.slice(10)}`,
      btoa('{"id":1}'),
      '\u0000',
      '💩',
      '',
    ];

    it('is refused: a page cursor that was changed, cut or joined, as `after` and as `before`', async () => {
      for (const cursor of spoil(cursors.page, cursors.other).filter((one) => one !== cursors.other)) {
        for (const field of ['after', 'before']) {
          const answer = await server.graphql(page, { [field]: cursor }, bearer);
          expectSafeErrors(answer.errors);
          expect([cursor, ...refusal(answer)]).toEqual([cursor, 'BAD_USER_INPUT', field]);
        }
      }
    });

    it('is refused: a live cursor as a page cursor', async () => {
      const answer = await server.graphql(page, { after: cursors.live }, bearer);
      expect(refusal(answer)).toEqual(['BAD_USER_INPUT', 'after']);
    });

    it('is refused: a live cursor that was changed, cut or joined, and a page cursor in its place', async () => {
      const client = server.socket(bearer);
      const { live } = cursors;
      const second = (await server.graphql(page, {}, bearer)).data?.['timeline'].liveCursor as string;
      for (const after of [...spoil(live, second), cursors.page]) {
        const query =
          'subscription ($after: String) { activityAdded(workspaceId: "w1", after: $after) { liveCursor } }';
        const answer = await overSocket(client, query, { after });
        expectSafeErrors(answer.errors);
        expect([after, ...refusal(answer)]).toEqual([after, 'LIVE_CURSOR_EXPIRED', 'after']);
      }
      await client.dispose();
    });
  });

  it.each(rootFields)('is refused without a token: %s', async (name, query) => {
    if (name.startsWith('subscription')) {
      const accept = { accept: 'text/event-stream', 'content-type': 'application/json' };
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: accept,
        body: JSON.stringify({ query }),
      });
      expect(await response.text()).toContain('"code":"UNAUTHENTICATED"');
      return;
    }
    const answer = await server.graphql(query, {}, null);
    expectSafeErrors(answer.errors);
    expect([answer.status, refusal(answer)[0]]).toEqual([401, 'UNAUTHENTICATED']);
    expectNoData(answer);
  });

  it('has all the root fields in the test before this one, with arguments that they take', async () => {
    expect(rootFields.length).toBeGreaterThanOrEqual(11);
    for (const [name, query] of rootFields.filter(([one]) => one.startsWith('query'))) {
      const { errors } = await server.graphql(query, {}, bearer);
      expect([
        name,
        (errors ?? []).filter(({ extensions }) => extensions.field !== 'id' && extensions.field !== 'ids'),
      ]).toEqual([name, []]);
    }
  });
});
