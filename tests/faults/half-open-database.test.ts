/** The network between the service and PostgreSQL swallows every packet without a word. */
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ServerProcess } from '../support/server-process.ts';
import { untilReady } from './health.ts';
import { startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';
import { proxyOf, swallow } from './swallowing-proxy.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

/** Milliseconds that a busy machine may take on top: what is waited for in vain takes minutes. */
const busy = 20_000;

/** The port of the connection that listens for hints, as PostgreSQL sees it. */
async function listenerPort(url: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: url, application_name: 'observer' });
  await client.connect();
  const { rows } = await client.query<{ port: number }>(
    `SELECT client_port AS port FROM pg_stat_activity WHERE application_name LIKE '% listener'`,
  );
  await client.end();
  return rows[0]?.port;
}

test('calls are refused in time, and all goes on over other connections', async () => {
  const { url } = await startOwnPostgres();
  const proxy = await proxyOf(Number(new URL(url).port));
  const throughProxy = new URL(url);
  throughProxy.port = String(proxy.port);
  const statementTimeout = 1_000;
  const server = await ServerProcess.start({
    DATABASE_URL: throughProxy.href,
    ACTIVITY_STATEMENT_TIMEOUT_MS: String(statementTimeout),
  });
  let isStopped = false;
  onTestFinished(async () => void (isStopped || (await server.stop())));
  const token = await server.token();
  const subscriber = await SteadySubscriber.start(server.url, token);
  const writers = new SteadyWriters({ url: () => server.url, token, name: 'w' });
  await writers.more(50);

  const listening = await listenerPort(url);
  const swallowed = swallow(proxy);
  const began = performance.now();
  await writers.fail(1);
  // The statement's own time, and 5 s for the word of the server.
  expect(performance.now() - began).toBeLessThan(statementTimeout + 5_000 + busy);
  await writers.more(50);
  await untilReady(server.url, 200);
  await writers.stop();
  await expectNothingLost(url, [writers], [subscriber]);
  expect(subscriber.ends).toEqual([]);
  // Those that nobody has asked anything, too: they are ended when they have been idle for 10 s. The one that listens for
  // hints is left to the keep-alive of the operating system; entries are found by polling meanwhile.
  for (const { serverSidePort, leftByClient } of swallowed)
    if ((await serverSidePort) !== listening) await leftByClient;

  // Nobody waits for the farewell of a network that is gone, either.
  swallow(proxy);
  const told = performance.now();
  isStopped = true;
  expect(await server.stop()).toBe(0);
  expect(performance.now() - told).toBeLessThan(statementTimeout + 5_000 + busy);
});
