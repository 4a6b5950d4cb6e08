/** Operations as nearly all clients send them do not go through yoga: the answers must be those that it gives. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const timeline =
  'query T($w: String!, $first: Int) { timeline(workspaceId: $w, first: $first) { edges { node { eventKey } } } }';
const log =
  'mutation ($input: ActivityLogInput!) { activityLog(input: $input) { duplicate activity { eventKey payload } error { code } } }';
const input = {
  workspaceId: 'w1',
  entityType: 'CONTENT',
  entityId: 'c1',
  eventKey: 'content.created',
  actorType: 'WORKER',
  actorLabel: 'tests',
  payload: { nested: ['é', null, 1.5] },
  idempotencyKey: 'k1',
};
const two = 'query A { viewer { subject } } query B { timeline(workspaceId: "w1") { edges { cursor } } }';

const requests: Record<string, unknown> = {
  'a query': { query: timeline, variables: { w: 'w1' } },
  'a query with everything that may be null': {
    query: '{ viewer { subject } }',
    variables: null,
    operationName: null,
    extensions: null,
  },
  'one of two operations': { query: two, operationName: 'B' },
  'an operation that is not there': { query: two, operationName: 'C' },
  'none of two operations': { query: two },
  'a mutation that was done before': { query: log, variables: { input } },
  'a mutation whose key is taken': { query: log, variables: { input: { ...input, message: 'another' } } },
  'a mutation that is refused': { query: log, variables: { input: { ...input, eventKey: 'Wrong' } } },
  'a refusal of an argument': { query: timeline, variables: { w: 'w1', first: -1 } },
  'a refusal for its size': { query: timeline, variables: { w: 'w1', first: 501 } },
  'a workspace that is not there for the token': { query: timeline, variables: { w: 'w2' } },
  'half an answer': { query: '{ viewer { subject } node(id: "nothing") { id } }' },
  'a variable of the wrong type': { query: timeline, variables: { w: 7 } },
  'a variable that is missing': { query: timeline },
  'variables that are no object': { query: timeline, variables: [] },
  'a null for a variable that has a default': {
    query: 'query ($w: String = "w1") { timeline(workspaceId: $w) { liveCursor } }',
    variables: { w: null },
  },
  'a document that is not valid': { query: '{ nothing }' },
  'a document that is none': { query: '{' },
  'no document': { variables: {} },
  'a parameter of another name': { query: '{ viewer { subject } }', other: 1 },
  'extensions that are no object': { query: '{ viewer { subject } }', extensions: 'x' },
  'an array': [{ query: '{ viewer { subject } }' }],
  'a subscription': { query: 'subscription { activityAdded(workspaceId: "w1") { liveCursor } }' },
};

describe('an operation by POST', () => {
  let server: TestServer;
  let token: string;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    token = await server.token({ workspace: 'w1' });
    await server.graphql(log, { input }, token);
  });
  afterAll(() => server.close());

  async function ask(body: unknown, headers: Record<string, string>) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'one', ...headers },
      body: JSON.stringify(body),
    });
    const { date: _, ...answered } = Object.fromEntries(response.headers);
    return { status: response.status, headers: answered, body: await response.text() };
  }

  const types = ['application/json', 'application/graphql-response+json'];
  const cases = Object.keys(requests).flatMap((name) => types.map((type) => ({ name, type })));

  it.each(cases)('is answered as yoga answers it: $name, as $type', async ({ name, type }) => {
    const body = requests[name];
    for (const bearer of [token, undefined]) {
      const authorization: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      for (const other of [{}, { origin: 'https://front.example' }] as Record<string, string>[]) {
        const headers = { ...authorization, ...other };
        // The parameter changes nothing of what is asked for, but it is none of the forms that most clients send.
        const byYoga = await ask(body, { ...headers, accept: `${type}; charset=utf-8` });
        const plain = await ask(body, { ...headers, accept: type });
        expect(plain).toEqual(byYoga);
      }
    }
  });

  it('is answered as JSON to who takes anything', async () => {
    for (const accept of ['*/*', undefined]) {
      const answer = await ask(
        { query: '{ viewer { subject } }' },
        { authorization: `Bearer ${token}`, ...(accept && { accept }) },
      );
      expect(answer).toMatchObject({ status: 200, body: '{"data":{"viewer":{"subject":"u1"}}}' });
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });
});
