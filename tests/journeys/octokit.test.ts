/** The 329 real webhook payloads of GitHub: they go through GraphQL and come back to the letter. */
import examples from '@octokit/webhooks-examples';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

interface Entry {
  workspaceId: string;
  entityType: 'OTHER';
  entityId: string;
  eventKey: string;
  message: string;
  actorType: 'INTEGRATION';
  actorLabel: 'GitHub';
  payload: object;
}

/** What an integration would log of a webhook. */
function toEntry(event: string, payload: object): Entry {
  const { action, repository, organization } = payload as {
    action?: unknown;
    repository?: { full_name?: string };
    organization?: { login?: string };
  };
  // `repository_dispatch` lets its sender choose the action: "on-demand-test".
  const verb = typeof action === 'string' ? action.replaceAll('-', '_') : 'received';
  return {
    workspaceId: 'github',
    entityType: 'OTHER',
    entityId: repository?.full_name ?? organization?.login ?? event,
    eventKey: `${event}.${verb}`,
    message: `${event} ${verb}`,
    actorType: 'INTEGRATION',
    actorLabel: 'GitHub',
    payload,
  };
}

const entries = examples.flatMap(({ name, examples: payloads }) => payloads.map((payload) => toEntry(name, payload)));

const logAll = `mutation ($input: [ActivityLogInput!]!) {
  activityLogMany(input: $input) { results { activity { id payload } duplicate error { code field message } } }
}`;

interface Node {
  id: string;
  entityId: string;
  eventKey: string;
  payload: object;
}

describeOnEachDatabase('the webhook examples of GitHub', (open) => {
  let server: TestServer;
  let ids: string[];
  const received: Node[] = [];

  beforeAll(async () => {
    server = await startTestServer(await open());
    const client = server.socket(await server.token({ workspace: 'github', role: 'admin' }));
    const { data } = await server.graphql('{ timeline(workspaceId: "github", first: 0) { liveCursor } }');
    const following = client.iterate<{ activityAdded: { activity: Node } }>({
      query: `subscription ($after: String) { activityAdded(workspaceId: "github", after: $after) {
        activity { id entityId eventKey payload } } }`,
      variables: { after: data?.['timeline'].liveCursor },
    });
    const writer = await server.token({ workspace: 'github', role: 'writer' });
    const answer = await server.graphql(logAll, { input: entries }, writer);
    const results: { activity: Node; duplicate: boolean; error: unknown }[] = answer.data?.['activityLogMany'].results;
    expect(results.filter(({ error, duplicate }) => error !== null || duplicate)).toEqual([]);
    ids = results.map(({ activity }) => activity.id);
    for (let left = entries.length; left > 0; left--) {
      const { value } = await following.next();
      received.push((value as { data: { activityAdded: { activity: Node } } }).data.activityAdded.activity);
    }
    await following.return?.();
    await client.dispose();
  });
  afterAll(async () => await server.close());

  const expectUnchanged = (nodes: readonly (Node | null)[]) => {
    expect(nodes).toHaveLength(entries.length);
    nodes.forEach((node, place) => {
      expect(JSON.stringify(node?.payload)).toBe(JSON.stringify(entries[place]?.payload));
      expect([node?.entityId, node?.eventKey]).toEqual([entries[place]?.entityId, entries[place]?.eventKey]);
    });
  };

  it('are the 329 that the package is known for', () => {
    expect(entries).toHaveLength(329);
    expect(new Set(ids).size).toBe(329);
  });

  it('come back to the letter by timeline, newest first', async () => {
    const { data } = await server.graphql(
      `{ timeline(workspaceId: "github", first: 500) { edges { node { id entityId eventKey payload createdAt } } count { value exact } } }`,
    );
    const nodes: (Node & { createdAt: string })[] = data?.['timeline'].edges.map(({ node }: { node: Node }) => node);
    expect(data?.['timeline'].count).toEqual({ value: 329, exact: true });
    const byId = new Map(nodes.map((node) => [node.id, node]));
    expectUnchanged(ids.map((id) => byId.get(id) ?? null));
    const times = nodes.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('come back to the letter by nodes', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ActivityLog { entityId eventKey payload } } }';
    const { data } = await server.graphql(query, { ids });
    expectUnchanged(data?.['nodes']);
  });

  it('come back to the letter by node, one by one', async () => {
    const bearer = await server.token();
    const query = 'query ($id: ID!) { node(id: $id) { id ... on ActivityLog { entityId eventKey payload } } }';
    const nodes: Node[] = [];
    for (const id of ids) nodes.push((await server.graphql(query, { id }, bearer)).data?.['node']);
    expectUnchanged(nodes);
  });

  it('reach a live subscriber to the letter, in the order they were written', () => {
    expect(received.map(({ id }) => id)).toEqual(ids);
    expectUnchanged(received);
  });

  it('are found by what they say', async () => {
    const { data } = await server.graphql(
      `{ timeline(workspaceId: "github", filter: { search: "Codertocat/Hello-World", eventKeys: ["pull_request.*"] }) {
        edges { node { id eventKey } } } }`,
    );
    const found: string[] = data?.['timeline'].edges.map(({ node }: { node: Node }) => node.id);
    const expected = ids.filter((_, place) => {
      const { eventKey, payload, entityId } = entries[place] as Entry;
      const text = `${JSON.stringify(payload)} ${entityId}`.toLowerCase();
      return eventKey.startsWith('pull_request.') && text.includes('codertocat/hello-world');
    });
    expect(expected.length).toBeGreaterThan(5);
    expect([...found].sort()).toEqual([...expected].sort());
  });
});
