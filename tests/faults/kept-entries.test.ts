/**
 * What `logActivity` promises while PostgreSQL comes and goes under a steady load: every entry that it was ever given is in
 * the trail once, under the id that its caller was told, and each caller's in the order of its calls.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import { ApplicationProcess } from '../support/application-process.ts';
import { createTestDatabase } from '../support/databases.ts';
import { type FaultPlan, startFaultyProxy } from '../support/faulty-proxy.ts';
import { SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { expectOnceAndInOrder, readTrail } from '../support/trail.ts';
import { spoolFiles, startOwnPostgres, temporaryDirectory } from './own-postgres.ts';

const endless = 1_000_000;

/** A database of the run's server, and an application that reaches it through a proxy. */
async function startBehindProxy(random: SeededRandom, plan?: FaultPlan) {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const proxy = await startFaultyProxy({ port: Number(new URL(url).port), random, ...(plan && { plan }) });
  onTestFinished(async () => await proxy.close());
  const throughProxy = new URL(url);
  throughProxy.port = String(proxy.port);
  const env = { DATABASE_URL: throughProxy.href, ACTIVITY_SPOOL_DIR: temporaryDirectory() };
  const application = await ApplicationProcess.start({ name: 'app', callers: 8, pause: 1, env });
  return { url, proxy, application, env };
}

/** Everything that was called is there, and the application knows it. */
async function expectAll(application: ApplicationProcess, url: string): Promise<void> {
  await application.flush();
  const trail = await readTrail(url);
  expectOnceAndInOrder(trail, application);
  expect(trail).toHaveLength(application.called.size);
  await application.close();
  for (const words of ['has been refused', 'are lost', 'could not be logged'])
    expect(application.logged(words)).toEqual([]);
}

test.each(['files', 'memory'])(
  'PostgreSQL is killed twice under 8 callers, and entries are kept in %s: each is in the trail once, in order',
  async (place) => {
    const { postgres, url } = await startOwnPostgres();
    const env = { DATABASE_URL: url, ACTIVITY_SPOOL_DIR: place === 'files' ? temporaryDirectory() : 'off' };
    const application = await ApplicationProcess.start({ name: 'app', callers: 8, pause: 10, env });
    const { written, kept } = application;

    const logging = application.log(endless);
    for (let round = 1; round <= 2; round++) {
      const before = written.size;
      await application.until(() => written.size >= before + 300);
      await postgres.kill();
      const away = kept.size;
      await application.until(() => kept.size >= away + 300);
      await postgres.restart();
    }
    const before = written.size;
    await application.until(() => written.size >= before + 300);
    await application.stop();
    await logging;

    await expectAll(application, url);
    for (const words of ['the database is away', 'the database is back'])
      expect(application.logged(words), words).toHaveLength(2);
    if (place === 'files') expect(spoolFiles(env)).toEqual([]);
  },
);

test('callers that never pause get their entries back, not null, once the database is back', async () => {
  const { postgres, url } = await startOwnPostgres();
  const env = { DATABASE_URL: url, ACTIVITY_SPOOL_DIR: temporaryDirectory() };
  // Two are enough: one of their entries is always on its way into the files.
  const application = await ApplicationProcess.start({ name: 'app', callers: 2, env });
  const { called, written, kept } = application;
  const logging = application.log(endless);
  await application.until(() => written.size >= 300);
  await postgres.kill();
  await application.until(() => kept.size >= 100);
  await postgres.restart();
  const [calledBefore, writtenBefore] = [called.size, written.size];
  await application.until(() => written.size >= writtenBefore + 300 || called.size >= calledBefore + 10_000);
  const writtenSince = written.size - writtenBefore;
  await application.stop();
  await logging;
  await expectAll(application, url);
  expect(writtenSince, 'written since the database is back').toBeGreaterThanOrEqual(300);
});

test('connections are cut after a commit and before its answer, twelve times: what was kept then is there once', async () => {
  const { url, proxy, application, env } = await startBehindProxy(new SeededRandom(1));
  const { written, kept } = application;
  const logging = application.log(endless);
  const lost = new Set<string>();
  for (let round = 1; round <= 12; round++) {
    const before = written.size;
    await application.until(() => written.size >= before + 40);
    for (const connection of proxy.connections) connection.stall('toClient');
    const committed = await vi.waitFor(
      async () => {
        await application.ping();
        const unanswered = (await readTrail(url)).filter(({ key }) => !written.has(key) && !kept.has(key));
        expect(unanswered).not.toEqual([]);
        return unanswered;
      },
      { timeout: 5_000, interval: 10 },
    );
    for (const connection of proxy.connections) connection.cut('reset');
    for (const { key } of committed) lost.add(key);
  }
  await application.stop();
  await logging;

  await expectAll(application, url);
  expect(spoolFiles(env)).toEqual([]);
  // It did happen: they stood in the trail, and were kept all the same.
  expect([...lost].filter((key) => kept.has(key)).length).toBeGreaterThanOrEqual(12);
});

test('connections break by chance at any moment of their talk: each entry is in the trail once, in order', async () => {
  const plan: FaultPlan = {
    rates: { reset: 0.01, end: 0.01, halfClose: 0.01, stall: 0.01, delay: 0.05, split: 0.3 },
    longestStall: 50,
    longestDelay: 10,
  };
  const { url, proxy, application, env } = await startBehindProxy(seededRandom(), plan);
  const logging = application.log(endless);
  await application.until(() => Object.values(proxy.faults).every((count) => count >= 3) && application.kept.size > 0);
  await application.stop();
  await logging;
  proxy.calm();
  await expectAll(application, url);
  expect(spoolFiles(env)).toEqual([]);
});
