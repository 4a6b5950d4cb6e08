import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { createTestDatabase } from '../support/databases.ts';
import { ServerProcess } from '../support/server-process.ts';
import { signal } from '../support/signal.ts';

it('a thread that cannot index is logged, without the password, and neither ends the process nor keeps it from closing', async () => {
  // Built: a thread of Node reads no TypeScript.
  const built = new URL('../../dist/cli/index-worker.js', import.meta.url).href;
  const { startIndexWorker } = (await import(/* @vite-ignore */ built)) as typeof import('@/cli/index-worker.ts');
  const failed = signal();
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    failed.fire();
  };
  // Nobody listens on port 1.
  const settings = { url: 'postgresql://u:hidden@127.0.0.1:1/x', statementTimeout: 1_000, logLevel: 'silent' };
  const indexing = startIndexWorker(settings, pino({}, { write }));
  await failed.fired;
  await indexing.close();
  await indexing.close();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('the indexing thread failed and is started again');
  expect(lines[0]).not.toContain('hidden');
});

it('what the thread does is counted by the process that serves', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const server = await ServerProcess.start({ DATABASE_URL: url, ACTIVITY_SPOOL_DIR: 'off' });
  const input = Array.from({ length: 700 }, (_, n) => ({
    workspaceId: 'w1',
    entityType: 'BRAND',
    entityId: `e${n}`,
    eventKey: 'brand.created',
    actorType: 'SYSTEM',
    actorLabel: 'Scheduler',
  }));
  const query = `mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate } } }`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await server.token()}` };
  await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables: { input } }),
  });
  await expect.poll(() => server.metric('activity_log_index_steps_total'), { timeout: 15_000 }).toBeGreaterThan(0);
  expect(await server.metric('activity_log_index_failures_total')).toBe(0);
  expect(await server.metric('activity_log_index_runs')).toBeGreaterThan(0);
  expect(await server.metric('activity_log_index_behind_entries')).toBe(0);
  expect(await server.stop()).toBe(0);
});
