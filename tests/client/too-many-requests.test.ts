import { expect, it, onTestFinished } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer } from '../support/server.ts';

const entry = (entityId: string) =>
  ({
    workspaceId: 'w1',
    entityType: 'OTHER',
    entityId,
    eventKey: 'client.step',
    actorType: 'SYSTEM',
    actorLabel: 'client',
  }) as const;

it('a client that is told that its token sends too much is refused for now alone: what it keeps is delivered later', async () => {
  const server = await startTestServer(await openTestPglite(), { rateLimit: 3 });
  onTestFinished(async () => await server.close());
  const client = createActivityLogClient({ url: server.url, token: await server.token() });
  onTestFinished(async () => await client.close());
  for (const id of ['a', 'b', 'c']) await client.log(entry(id));
  await expect(client.log(entry('refused'))).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 429 });
  expect(await client.logActivity(entry('kept'))).toBeNull();
  const query = '{ timeline(workspaceId: "w1") { edges { node { entityId } } } }';
  let readers = 0;
  const trail = async () => {
    readers += 1;
    const { data } = await server.graphql(query, {}, await server.token({ subject: `reader ${readers}` }));
    return data?.['timeline'].edges.map(({ node }: { node: { entityId: string } }) => node.entityId);
  };
  expect(await trail()).toEqual(['c', 'b', 'a']);
  // When the window of ten seconds is over.
  await expect.poll(trail, { timeout: 25_000, interval: 250 }).toEqual(['kept', 'c', 'b', 'a']);
});
