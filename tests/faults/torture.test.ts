import { expect, test } from 'vitest';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { outOfOrder } from './commit-order.ts';
import { operator, type Reader, readers } from './torture-readers.ts';
import { writeLikeMad, writeSentinel } from './torture-writers.ts';

const subscription = /* GraphQL */ `
  subscription ($filter: ActivityFilter, $after: String) {
    activityAdded(workspaceId: "torture", filter: $filter, after: $after) {
      liveCursor
      activity { databaseId }
    }
  }`;

interface Added {
  activityAdded: { liveCursor: string; activity: { databaseId: string } };
}

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;

/** Follows the feed until `last` has come: cut at random, now gently, now not, and resumed at whichever server. */
async function follow(servers: TestServer[], reader: Reader, start: string, last: string) {
  const received: string[] = [];
  let after = start;
  let cuts = 0;
  while (received.at(-1) !== last) {
    const server = pick(servers);
    const client = server.socket(await server.token(reader.grant));
    const patience = 1 + Math.floor(Math.random() * 300);
    let count = 0;
    for await (const result of client.iterate<Added>({
      query: subscription,
      variables: { filter: reader.filter, after },
    })) {
      if (result.errors) throw new Error(JSON.stringify(result.errors));
      const { liveCursor, activity } = (result.data as Added).activityAdded;
      received.push(activity.databaseId);
      after = liveCursor;
      count += 1;
      if (activity.databaseId === last || count >= patience) break;
    }
    cuts += 1;
    if (Math.random() < 0.5) client.terminate();
    await client.dispose();
  }
  return { received, after, cuts };
}

async function startLiveCursor(server: TestServer, reader: Reader) {
  const answer = await server.graphql(
    'query ($filter: ActivityFilter) { timeline(workspaceId: "torture", first: 500, filter: $filter) { liveCursor edges { node { databaseId } } } }',
    { filter: reader.filter },
    await server.token(reader.grant),
  );
  const timeline: { liveCursor: string; edges: { node: { databaseId: string } }[] } = answer.data?.['timeline'];
  return { liveCursor: timeline.liveCursor, page: timeline.edges.map((edge) => edge.node.databaseId) };
}

test('20,000 entries of writers that linger, nest and roll back reach subscribers that are cut and resumed at two servers, each once and in order', async () => {
  const database = await createTestDatabase();
  const servers = await Promise.all(
    // A short queue, so that falling behind and catching up happens all the time.
    ['one', 'two'].map(async (name) =>
      startTestServer(await openPostgres({ url: database.url, applicationName: `torture server ${name}` }), {
        feedQueue: 50,
      }),
    ),
  );
  try {
    const writing = writeLikeMad(database.url, 10, 20_000);
    const following = Promise.all(
      [...readers, { ...operator, name: 'another operator' }].map(async (reader) => {
        const { liveCursor, page } = await startLiveCursor(pick(servers), reader);
        return { reader, page, ...(await follow(servers, reader, liveCursor, 'sentinel 1')) };
      }),
    );
    const { committed, transactions } = await writing;
    await writeSentinel(database.url, 'sentinel 1');
    const followed = await following;
    await writeSentinel(database.url, 'sentinel 2');

    for (const { reader, page, received, after, cuts } of followed) {
      const mine = [...committed.values()].filter((row) => row.workspaceId === 'torture' && reader.sees(row));
      expect(page.length, `${reader.name}: the first page held all there was`).toBeLessThan(500);
      const all = [...page, ...received];
      expect(new Set(all).size, `${reader.name}: doubled`).toBe(all.length);
      const had = new Set(all);
      expect(mine.filter((row) => !had.has(row.id)).length, `${reader.name}: missed`).toBe(0);
      expect(all.length, `${reader.name}: more than there is`).toBe(mine.length + 1);
      expect(outOfOrder(received, transactions), `${reader.name}: out of order`).toBe(0);
      expect(cuts, `${reader.name}: was never cut`).toBeGreaterThan(2);
      const { received: rest } = await follow(servers, reader, after, 'sentinel 2');
      expect(rest, `${reader.name}: behind the end`).toEqual(['sentinel 2']);
    }
    expect(committed.size).toBeGreaterThanOrEqual(20_000);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    await database.drop();
  }
}, 120_000);
