import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '@/metrics.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { readMetrics } from '../support/prometheus.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const log = `mutation ($input: ActivityLogInput!) { activityLog(input: $input) { duplicate } }`;
const logMany = `mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate } } }`;
const timeline = '{ timeline(workspaceId: "w1") { edges { node { id } } } }';
const input = {
  workspaceId: 'w1',
  entityType: 'BRAND',
  entityId: 'e1',
  eventKey: 'brand.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
};

describeOnEachDatabase('/metrics', (open, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await open());
  });
  afterAll(() => server.close());

  /** What has come to each metric since the call before. */
  async function watch() {
    const before = await readMetrics(server);
    return async (name: string) => (await readMetrics(server))(name) - before(name);
  }

  it('counts operations by their type, and errors by their code', async () => {
    const grown = await watch();
    const operations = (type: string) => grown(`graphql_operation_seconds_count{type="${type}"}`);
    await server.graphql(timeline);
    await server.graphql(log, { input });
    await server.graphql(log, { input: { ...input, eventKey: 'Wrong' } });
    await server.graphql('{ nothing }');
    await server.graphql(timeline, {}, null);
    expect([await operations('query'), await operations('mutation')]).toEqual([2, 2]);
    expect(await grown('graphql_errors_total{code="BAD_USER_INPUT"}')).toBe(2);
    expect(await grown('graphql_errors_total{code="UNAUTHENTICATED"}')).toBe(1);
    const client = server.socket(await server.token());
    await client.iterate({ query: timeline }).next();
    await client.dispose();
    expect(await operations('query')).toBe(3);
  });

  it('measures SQL statements by what their connection is for, and shows the connections', async () => {
    const grown = await watch();
    await server.graphql(timeline);
    await server.graphql(log, { input });
    const [reading, writing] = kind === 'postgres' ? ['pages', 'writer'] : ['embedded', 'embedded'];
    expect(await grown(`sql_statement_seconds_count{pool="${reading}"}`)).toBeGreaterThanOrEqual(1);
    expect(await grown(`sql_statement_seconds_count{pool="${writing}"}`)).toBeGreaterThanOrEqual(1);
    const metric = await readMetrics(server);
    const states = ['max', 'open', 'in_use', 'waiting'].map((state) =>
      metric(`database_connections_${state}{pool="${writing}"}`),
    );
    expect(states).toEqual([1, 1, 0, 0]);
    if (kind === 'postgres') expect(metric('database_connections_max{pool="queries"}')).toBe(10);
  });

  it('shows how far the term index is, and counts its steps', async () => {
    const entries = Array.from({ length: 700 }, (_, n) => ({ ...input, entityId: `e${n}` }));
    await server.graphql(logMany, { input: entries });
    await expect.poll(async () => (await readMetrics(server))('index_steps_total')).toBeGreaterThan(0);
    // A window of the embedded database has 512.
    await expect.poll(async () => (await readMetrics(server))('index_behind_entries')).toBeLessThan(512);
    const metric = await readMetrics(server);
    expect(metric('index_runs')).toBeGreaterThan(0);
    expect(metric('index_failures_total')).toBe(0);
  });
});

describe('metrics of a database that does not answer', () => {
  it('are shown without what it would have to be asked for', async () => {
    const metrics = new Metrics();
    metrics.watchIndex(() => new Promise(() => {}));
    const began = performance.now();
    const text = await metrics.registry.metrics();
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(text).toMatch(/^activity_log_write_queue_entries 0$/m);
    expect(text).not.toMatch(/^activity_log_index_(behind_entries|runs) /m);
    metrics.watchIndex(() => Promise.reject(new Error('away')));
    expect(await new Metrics().registry.metrics()).not.toMatch(/^activity_log_index_runs /m);
  });
});
