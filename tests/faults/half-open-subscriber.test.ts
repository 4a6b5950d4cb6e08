/** The network between a subscriber and the service swallows every packet without a word: each side finds out, and goes on. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { ServerProcess } from '../support/server-process.ts';
import { startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';
import { proxyOf, swallow } from './swallowing-proxy.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

test('the subscriber goes on without loss, and the service forgets the connection', async () => {
  const { url } = await startOwnPostgres();
  const server = await ServerProcess.start({ DATABASE_URL: url });
  onTestFinished(async () => void (await server.stop()));
  const proxy = await proxyOf(server.port);
  const token = await server.token();
  const subscriber = await SteadySubscriber.start(proxy.url, token);
  const writers = new SteadyWriters({ url: () => server.url, token, name: 'w', callers: 1 });
  await subscriber.until(() => subscriber.received.length >= 20);

  swallow(proxy);
  // 15 s without a word, and 10 s without an answer.
  await subscriber.until(() => subscriber.ends.length > 0);
  const before = subscriber.received.length;
  await subscriber.until(() => subscriber.received.length >= before + 20);
  // The service asks every 12 s, and ends what has not answered by the next time.
  await vi.waitFor(async () => expect(await server.metric('activity_log_websockets')).toBe(1), {
    timeout: 25_000,
    interval: 200,
  });
  await writers.stop();
  await expectNothingLost(url, [writers], [subscriber]);
});
