/** PostgreSQL ends under writers and a subscriber, by force or in order, and comes back: nobody has to help. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PostgresServer } from '../support/postgres-server.ts';
import { ServerProcess } from '../support/server-process.ts';
import { healthOf, untilReady } from './health.ts';
import { startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

const ends: Record<string, (postgres: PostgresServer) => Promise<void>> = {
  'is killed': async (postgres) => await postgres.kill(),
  'is shut down in order': async (postgres) => await postgres.shutDown(),
};

test.each(Object.keys(ends))(
  'PostgreSQL %s and started again, twice: what was acknowledged is there, and everybody goes on by himself',
  async (end) => {
    const { postgres, url } = await startOwnPostgres();
    const server = await ServerProcess.start({ DATABASE_URL: url });
    onTestFinished(async () => void (await server.stop()));
    const token = await server.token();
    const subscriber = await SteadySubscriber.start(server.url, token);
    const writers = new SteadyWriters({ url: () => server.url, token, name: 'w' });
    for (let round = 1; round <= 2; round += 1) {
      await writers.more(50);
      await ends[end]?.(postgres);
      await writers.fail(8);
      expect(await healthOf(server.url)).toEqual({ live: 200, ready: 503 });
      await postgres.restart();
      await writers.more(50);
      await untilReady(server.url, 200);
    }
    await writers.stop();
    await expectNothingLost(url, [writers], [subscriber]);
    // The subscription of a service whose database is away goes on over the same socket.
    expect(subscriber.ends).toEqual([]);
  },
);
