import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { createTestDatabase, openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { startTraceReceiver } from './trace-receiver.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const log = `mutation LogOne($input: ActivityLogInput!) { activityLog(input: $input) { activity { id } } }`;
const input = {
  workspaceId: 'w1',
  entityType: 'BRAND',
  entityId: 'e1',
  eventKey: 'brand.created',
  message: 'said in confidence',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
  payload: { word: 'confidential' },
};
const kinds = { internal: 1, server: 2, client: 3 } as const;

async function post(server: TestServer, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await server.token()}`, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as { data?: unknown; errors?: unknown }) };
}

it.each(['pglite', 'postgres'] as const)('a trace goes from the request to the SQL of it (%s)', async (kind) => {
  const receiver = await startTraceReceiver();
  const own = kind === 'postgres' ? await createTestDatabase() : undefined;
  const database: Database = own
    ? await openPostgres({ url: own.url, applicationName: 'tracing' })
    : await openTestPglite();
  const server = await startTestServer(database, { traceEndpoint: `${receiver.url}/`, serviceName: 'trail' });
  const headers = { traceparent: `00-${traceId}-${parentId}-01`, 'x-request-id': 'traced-1' };
  const timeline =
    'query Page { timeline(workspaceId: "w1", filter: { search: "confidence" }) { edges { node { id } } } }';
  await post(server, { query: log, variables: { input } });
  expect((await post(server, { query: timeline }, headers)).errors).toBeUndefined();
  await post(server, { query: '{ viewer { nothing } }' }, { 'x-request-id': 'wrong' });
  await fetch(`${server.url}/metrics`);
  await server.close();
  await own?.drop();

  expect(new Set(receiver.paths)).toEqual(new Set(['/v1/traces']));
  const { spans } = receiver;
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['trail']));
  const byRequest = (id: string) => spans.find(({ attributes }) => attributes['activity_log.request_id'] === id);
  const root = byRequest('traced-1');
  expect(root).toMatchObject({
    name: 'POST /graphql',
    kind: kinds.server,
    traceId,
    parentSpanId: parentId,
    attributes: { 'http.request.method': 'POST', 'http.route': '/graphql', 'http.response.status_code': 200 },
  });
  const operation = spans.find(({ parentSpanId }) => parentSpanId === root?.spanId);
  expect(operation).toMatchObject({
    name: 'GraphQL query',
    kind: kinds.internal,
    traceId,
    attributes: { 'graphql.operation.type': 'query', 'graphql.operation.name': 'Page' },
  });
  const statements = spans.filter(({ parentSpanId }) => parentSpanId === operation?.spanId);
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements)
    expect(statement).toMatchObject({
      kind: kinds.client,
      traceId,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': expect.stringContaining('$1') },
    });
  expect(statements.some(({ name }) => name === 'SELECT')).toBe(true);
  const written = spans.find(({ name, parentSpanId }) => name === 'INSERT' && parentSpanId !== undefined);
  expect(written?.attributes['db.query.text']).toContain('"ActivityLog"');
  expect(byRequest('wrong')?.traceId).not.toBe(traceId);

  // What it does by itself (the index, the feed, health) begins no traces, and nothing of what was said is in any.
  expect(spans.filter(({ parentSpanId }) => !parentSpanId).map(({ name }) => name)).toEqual([
    'POST /graphql',
    'POST /graphql',
  ]);
  expect(receiver.texts.join('')).not.toMatch(/confiden|eyJ|e1"/);
  const line = server.lines.find((one) => one.includes('"requestId":"traced-1"'));
  expect(JSON.parse(line as string)).toMatchObject({ traceId });
});

it('a collector that is away costs no request, and is told of once', async () => {
  const receiver = await startTraceReceiver();
  await receiver.close();
  const server = await startTestServer(await openTestPglite(), { traceEndpoint: receiver.url });
  expect((await post(server, { query: '{ viewer { subject } }' })).data).toEqual({ viewer: { subject: 'u1' } });
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(10_000);
  // Its spans were sent at the end, and nobody took them in time.
  expect(server.lines.filter((line) => line.includes('traces cannot be sent')).length).toBeLessThanOrEqual(1);
});

// Its API alone comes with prom-client.
it('nothing of the SDK of OpenTelemetry is loaded where traces are sent nowhere', () => {
  const program = `
    const { createRequire } = await import('node:module');
    await import('./dist/cli/serve.js');
    const { openTracing } = await import('./dist/tracing/tracing.js');
    const tracing = await openTracing({ serviceName: 'x', traceEndpoint: process.argv[1] });
    await tracing?.close();
    const paths = Object.keys(createRequire(import.meta.url).cache);
    process.stdout.write(String(paths.filter((path) => /@opentelemetry.(?!api\\/)/.test(path)).length));
  `;
  const loaded = (...endpoint: string[]) => {
    const args = ['--input-type=module', '-e', program, ...endpoint];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (stdout === '') throw new Error(stderr);
    return Number(stdout);
  };
  expect(loaded()).toBe(0);
  expect(loaded('http://127.0.0.1:1')).toBeGreaterThan(0);
});
