/**
 * A server that does nothing for a while, with all that it holds, as in a debugger, a virtual machine that is moved, or where
 * its event loop is blocked: longer than every heartbeat. Then it goes on.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import { ServerProcess } from '../support/server-process.ts';
import { healthOf, untilReady } from './health.ts';
import { startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

test('one of two servers stands still until its subscriber has given it up: the other is not disturbed, and all go on when it does', async () => {
  const { url } = await startOwnPostgres();
  const settings = { DATABASE_URL: url };
  const [still, moving] = await Promise.all([ServerProcess.start(settings), ServerProcess.start(settings)]);
  onTestFinished(async () => {
    still.goOn();
    await Promise.all([still.stop(), moving.stop()]);
  });
  const token = await still.token();
  const [cut, undisturbed] = [
    await SteadySubscriber.start(still.url, token),
    await SteadySubscriber.start(moving.url, token),
  ];
  const atStill = new SteadyWriters({ url: () => still.url, token, name: 'still', timeout: 5_000 });
  const atMoving = new SteadyWriters({ url: () => moving.url, token, name: 'moving', callers: 2 });
  await Promise.all([atStill.more(50), atMoving.more(50)]);

  still.pause();
  // After 15 s without a word it asks, and after 10 s without an answer it gives up: longer than the server's own beats.
  await Promise.all([cut.until(() => cut.ends.length > 0), atStill.fail(4), atMoving.more(200)]);
  const before = undisturbed.received.length;
  await undisturbed.until(() => undisturbed.received.length > before);
  expect(await healthOf(moving.url)).toEqual({ live: 200, ready: 200 });

  still.goOn();
  await untilReady(still.url, 200);
  await Promise.all([atStill.more(50), atMoving.more(50)]);
  await Promise.all([atStill.stop(), atMoving.stop()]);
  await expectNothingLost(url, [atStill, atMoving], [cut, undisturbed]);
  expect(undisturbed.ends).toEqual([]);
  expect(atMoving.failures).toEqual([]);
});
