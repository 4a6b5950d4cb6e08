/** Reads that PostgreSQL needs longer for than ACTIVITY_STATEMENT_TIMEOUT_MS: stopped, said so, and nothing is left of them. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/stored-entries.ts';
import { entry, globalId, logOne, many, nodes, page } from './hostile-request.ts';
import { expectNoData, expectSafeErrors, refusal } from './refusals.ts';

const config = readConfig({ PORT: '0', ACTIVITY_STATEMENT_TIMEOUT_MS: '300', ACTIVITY_POOL_SIZE: '4' });
const { statementTimeout, poolSize } = config;

let own: TestDatabase;
let server: TestServer;
let other: pg.Client;
let bearer: string;
beforeAll(async () => {
  own = await createTestDatabase();
  const database = await openPostgres({ url: own.url, applicationName: 'locked', statementTimeout, poolSize });
  server = await startTestServer(database, { statementTimeout, poolSize });
  bearer = await server.token();
  await server.graphql(logOne, { input: entry }, bearer);
  other = new pg.Client({ connectionString: own.url, application_name: 'holds the lock' });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await server.close();
  await own.drop();
});

const reads: [string, object][] = [
  [page, {}],
  [page, { filter: { search: 'brand', eventKeys: ['brand.*'] } }],
  ['{ timeline(workspaceId: "w1", first: 0) { count { value } } }', {}],
  [nodes, { ids: [globalId('ActivityLog', 'x')] }],
  ['{ workspace(id: "nameless") { id } }', {}],
];

/** Connections of the service that do something, or keep a transaction open. */
async function busyConnections(): Promise<string[]> {
  const { rows } = await other.query<{ said: string }>(
    `SELECT application_name || ': ' || state || ': ' || query AS said FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'locked%' AND state <> 'idle'`,
  );
  return rows.map(({ said }) => said);
}

it('is refused with LIMIT_EXCEEDED while the table is locked, and all is as before when it no longer is', async () => {
  await other.query('BEGIN');
  await other.query('LOCK TABLE "ActivityLog" IN ACCESS EXCLUSIVE MODE');
  // More at once than there are connections.
  const asking = many(poolSize, () => reads)
    .flat()
    .map(async ([query, variables]) => [query, await server.graphql(query, variables, bearer)] as const);
  const viewer = await server.graphql('{ viewer { subject } }', {}, bearer);
  expect(viewer.data).toEqual({ viewer: { subject: 'u1' } });
  for (const [query, answer] of await Promise.all(asking)) {
    const [error] = expectSafeErrors(answer.errors, [own.url]);
    expect([query, answer.status, ...refusal(answer)]).toEqual([query, 200, 'LIMIT_EXCEEDED', undefined]);
    expect(error?.message).toContain(`longer than ${statementTimeout} ms`);
    expectNoData(answer);
  }
  await other.query('COMMIT');

  await until(busyConnections, (busy) => busy.length === 0);
  const answers = await Promise.all(reads.map(([query, variables]) => server.graphql(query, variables, bearer)));
  expect(answers.map(({ status, errors }) => [status, errors])).toEqual(reads.map(() => [200, undefined]));
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
});

it('says UNAVAILABLE to who writes meanwhile, so that it is tried again', async () => {
  await other.query('BEGIN');
  await other.query('LOCK TABLE "ActivityLog" IN ACCESS EXCLUSIVE MODE');
  const answer = await server.graphql(logOne, { input: { ...entry, idempotencyKey: 'k1' } }, bearer);
  expectSafeErrors(answer.errors, [own.url]);
  expect([answer.status, refusal(answer)[0]]).toEqual([503, 'UNAVAILABLE']);
  await other.query('COMMIT');

  const again = await server.graphql(logOne, { input: { ...entry, idempotencyKey: 'k1' } }, bearer);
  expect(again.errors).toBeUndefined();
  await until(busyConnections, (busy) => busy.length === 0);
});
