import type { TestServer } from '../support/server.ts';

export type LiveMetric =
  | 'live_subscribers'
  | 'live_groups'
  | 'live_executions_total'
  | 'live_messages_total'
  | 'live_writes_total'
  | 'live_stalls_total'
  | 'unexpected_errors_total'
  | 'websockets';

/** One metric of the service, as Prometheus reads it. */
export async function readMetric({ url }: Pick<TestServer, 'url'>, name: LiveMetric): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const [, value] = new RegExp(`^activity_log_${name} (\\S+)$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`there is no metric ${name}`);
  return Number(value);
}

/** Asks until a metric has a value: what it counts happens without a word to the test. */
export async function untilMetric(server: Pick<TestServer, 'url'>, name: LiveMetric, value: number): Promise<void> {
  while ((await readMetric(server, name)) !== value);
}
