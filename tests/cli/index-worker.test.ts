import { pino } from 'pino';
import { expect, it } from 'vitest';
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
