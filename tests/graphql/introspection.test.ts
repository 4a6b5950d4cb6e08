import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let shown: TestServer;
let hidden: TestServer;
beforeAll(async () => {
  shown = await startTestServer(await openTestPglite());
  hidden = await startTestServer(await openTestPglite(), { introspection: 'off' });
});
afterAll(async () => {
  await shown.close();
  await hidden.close();
});

const asking = [getIntrospectionQuery(), '{ __schema { types { name } } }', '{ __type(name: "Viewer") { name } }'];

it('shows the schema, and names that are like one that is wrong, where that is not switched off', async () => {
  for (const query of asking) expect((await shown.graphql(query)).errors).toBeUndefined();
  expect((await shown.graphql('{ viever { subject } }')).errors?.[0]?.message).toContain('Did you mean "viewer"?');
});

it('shows neither where it is switched off, on any way', async () => {
  const token = await hidden.token();
  const client = hidden.socket(token);
  for (const query of asking) {
    const answer = await hidden.graphql(query);
    expect([answer.data, answer.errors?.[0]?.extensions.code]).toEqual([undefined, 'BAD_USER_INPUT']);
    const headers = { authorization: `Bearer ${token}` };
    const byGet = await fetch(`${hidden.url}/graphql?query=${encodeURIComponent(query)}`, { headers });
    expect(await byGet.text()).not.toContain('"data"');
    await expect(client.iterate({ query }).next()).rejects.toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
  await client.dispose();
  for (const query of [
    '{ viever { subject } }',
    '{ timeline(workspaceld: "w1") { liveCursor } }',
    '{ viewer { subjekt } }',
  ])
    for (const { message } of (await hidden.graphql(query)).errors ?? [])
      expect(message).not.toMatch(/Did you mean|viewer"/);
  expect((await hidden.graphql('{ __typename viewer { subject } }')).data).toEqual({
    __typename: 'Query',
    viewer: { subject: 'u1' },
  });
});
