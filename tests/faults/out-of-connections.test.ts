/** Others take every connection that PostgreSQL has: the service says so, and goes on by itself when they are free. */
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ServerProcess } from '../support/server-process.ts';
import { healthOf, untilReady } from './health.ts';
import { startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

/** Sessions of others, of which there are as many as the server takes. */
class Others {
  readonly #url: string;
  readonly #clients: pg.Client[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  /** Takes every connection, those of the service too, which must not do anything meanwhile. */
  async takeAll(): Promise<void> {
    while (await this.#takeOne());
    const [first] = this.#clients;
    await first?.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'activity-log%'`,
    );
    while (await this.#takeOne());
  }

  async free(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.end();
  }

  async #takeOne(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.#url, application_name: 'others' });
    try {
      await client.connect();
      this.#clients.push(client);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code !== '53300') throw error;
      return false;
    }
  }
}

test('PostgreSQL has no connection left, twice: requests are refused clearly, and all goes on when there are some', async () => {
  const { url } = await startOwnPostgres(['max_connections=24', 'superuser_reserved_connections=0']);
  const server = await ServerProcess.start({ DATABASE_URL: url, ACTIVITY_POOL_SIZE: '4' });
  onTestFinished(async () => void (await server.stop()));
  const others = new Others(url);
  onTestFinished(async () => await others.free());
  const token = await server.token();
  const subscriber = await SteadySubscriber.start(server.url, token);
  const writers = new SteadyWriters({ url: () => server.url, token, name: 'w' });
  for (let round = 1; round <= 2; round += 1) {
    await writers.more(50);
    server.pause();
    await others.takeAll();
    server.goOn();
    // Each caller once: from then on nothing is under way from before.
    await writers.fail(4);
    const acknowledged = writers.acknowledged.size;
    const failures = await writers.fail(20);
    expect(new Set(failures.map(({ message }) => message))).toEqual(
      new Set(['The database cannot be reached. Nothing was written; try again.']),
    );
    expect(writers.acknowledged.size).toBe(acknowledged);
    expect(await healthOf(server.url)).toEqual({ live: 200, ready: 503 });
    expect(subscriber.ends).toEqual([]);

    await others.free();
    await writers.more(50);
    await untilReady(server.url, 200);
  }
  await writers.stop();
  await expectNothingLost(url, [writers], [subscriber]);
  expect(subscriber.ends).toEqual([]);
});
