import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import type { Database } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { readMigrations } from '../../src/storage/migrations.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { numberOf, until } from '../support/stored-entries.ts';

/** What the next build may do to a database that older ones are using: it adds. */
const tables = ['ActivityLog', 'Workspace', 'Brand', 'FeedEpoch', 'TermIndex', 'TermRun', 'TermPage'];
const next = {
  name: '90000000000000_next',
  sql: [
    ...tables.map((table) => `ALTER TABLE "${table}" ADD COLUMN "later" TEXT NOT NULL DEFAULT 'later';`),
    'CREATE TABLE "Later" (id INTEGER PRIMARY KEY);',
    `ALTER TYPE "ActivityEntityType" ADD VALUE 'LATER';`,
  ].join('\n'),
  checksum: 'next',
};

let stored: TestDatabase;
beforeAll(async () => {
  stored = await createTestDatabase();
});
afterAll(async () => await stored.drop());

/** One connection of each kind, so that every statement is prepared on it before the upgrade and used on it behind. */
const open = async (applicationName: string) => await openPostgres({ url: stored.url, applicationName, poolSize: 1 });

const input = (entityId: string, more: object = {}) => ({
  ...{ workspaceId: 'w1', entityType: 'OTHER', entityId, eventKey: 'a.b', actorType: 'SYSTEM', actorLabel: 'test' },
  ...more,
});
const log =
  'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate error { code } activity { id entityId } } } }';

/** Fills a workspace that nothing else is written to, so far that a part of it is in the term index. */
async function fillStill(server: TestServer, database: Database): Promise<void> {
  const entries = Array.from({ length: 900 }, (_, n) =>
    input(`e${n}`, {
      workspaceId: 'still',
      message: `word${n % 7}`,
      brandId: `b${n % 2}`,
      severity: n % 90 === 0 ? 'ERROR' : 'INFO',
      visibility: n % 3 === 0 ? 'CLIENT' : 'INTERNAL',
      idempotencyKey: `k${n}`,
    }),
  );
  await server.graphql(log, { input: entries });
  await until(
    async () => await numberOf(database, 'SELECT count(*) FROM "TermRun" WHERE "ready"'),
    (runs) => runs > 0,
  );
}

const fields = 'edges { node { id entityId message brandId payload } } pageInfo { hasNextPage endCursor }';
const questions = [
  `{ timeline(workspaceId: "still", first: 5) { ${fields} } }`,
  `{ timeline(workspaceId: "still", last: 5) { ${fields} count { value exact } } }`,
  `{ timeline(workspaceId: "still", first: 5, filter: { search: "word3" }) { ${fields} count { value exact } } }`,
  `{ timeline(workspaceId: "still", first: 5, filter: { severities: [ERROR], eventKeys: ["a.*"] }) { ${fields} } }`,
  `{ timeline(workspaceId: "still", first: 5, filter: { entities: [{ type: OTHER, id: "e7" }] }) { ${fields} } }`,
  `{ activityStats(workspaceId: "still", interval: DAY) { total exact } }`,
  `{ workspace(id: "still") { id name brands { id name } } brand(workspaceId: "still", id: "b1") { id name } }`,
];

/** Everything that is read, as each role sees it; asked again and again, so that the statements are kept on the connection. */
async function readAll(server: TestServer): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const role of ['operator', 'admin', 'client'] as const) {
    const token = await server.token({ workspace: 'still', role, brands: role === 'client' ? ['b0', 'b1'] : [] });
    for (const question of questions) {
      let answer: unknown;
      for (let times = 0; times < 6; times++) {
        const { errors, data } = await server.graphql(question, {}, token);
        expect(errors, `${role}: ${question}`).toBeUndefined();
        answer = data;
      }
      answers.push(answer);
    }
  }
  // Keys that are there are looked for, and nothing is written.
  const again = await server.graphql(log, { input: [input('e1', { workspaceId: 'still', idempotencyKey: 'k1' })] });
  answers.push(again.data?.['activityLogMany'].results.map(({ duplicate }: { duplicate: boolean }) => duplicate));
  return answers;
}

describe('an upgrade while the service is in use', () => {
  it('leaves what an older instance reads and writes as it was, and a subscriber that moves misses nothing', {
    timeout: 120_000,
  }, async () => {
    const olderDatabase = await open('older');
    const older = await startTestServer(olderDatabase);
    onTestFinished(older.close);
    await fillStill(older, olderDatabase);
    const before = await readAll(older);

    const written: string[] = [];
    const write = async (server: TestServer, count: number) => {
      for (let n = 0; n < count; n++) {
        const ids = [`e${written.length}`, `e${written.length + 1}`];
        // One, and several, are written by different statements.
        const batch = n % 2 === 0 ? ids.slice(0, 1) : ids;
        const { data, errors } = await server.graphql(log, { input: batch.map((id) => input(id)) });
        expect(errors).toBeUndefined();
        const { results } = data?.['activityLogMany'] ?? {};
        expect(results.map(({ error }: { error: unknown }) => error)).toEqual(batch.map(() => null));
        written.push(...results.map(({ activity }: { activity: { entityId: string } }) => activity.entityId));
      }
    };
    const received: string[] = [];
    let cursor = (await older.graphql('{ timeline(workspaceId: "w1", first: 1) { liveCursor } }')).data?.['timeline']
      .liveCursor;
    const follow = async (server: TestServer, enough: () => boolean) => {
      const client = createActivityLogClient({ url: server.url, token: () => server.token() });
      for await (const { activity, liveCursor } of client.subscribe({ workspaceId: 'w1', after: cursor })) {
        received.push(activity.entityId);
        cursor = liveCursor;
        if (enough()) break;
      }
      await client.close();
    };

    // The older one writes and feeds all the time, while the newer one migrates and starts.
    let upgraded = false;
    const writing = (async () => {
      await write(older, 10);
      while (!upgraded) await write(older, 1);
      await write(older, 10);
    })();
    const following = follow(older, () => upgraded && received.length >= 20);
    const newerDatabase = await open('newer');
    expect((await migrate(newerDatabase, [...readMigrations(), next])).applied).toEqual([next.name]);
    const newer = await startTestServer(newerDatabase);
    onTestFinished(newer.close);
    upgraded = true;
    await writing;
    await following;
    expect(await readAll(older)).toEqual(before);
    expect(await readAll(newer)).toEqual(before);

    // It moves while entries are written at both, and the older one goes.
    const total = written.length + 30;
    const moved = follow(newer, () => received.length >= total);
    await write(older, 5);
    await older.close();
    while (written.length < total) await write(newer, 1);
    await moved;
    await newer.close();
    expect(received).toEqual(written.slice(0, received.length));
    expect(received.length).toBeGreaterThanOrEqual(total);
    const complaints = older.lines.filter((line) => /"level":[56]0/.test(line));
    expect(complaints).toEqual([]);
    expect(newer.lines.some((line) => line.includes('migrated by a newer build'))).toBe(true);
  });
});
