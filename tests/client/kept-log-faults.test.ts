/** `client.logActivity` under a steady load, while the service, its answers or the client's own process are lost. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ClientProblem, createActivityLogClient } from '../../src/client/client.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { ApplicationProcess } from '../support/application-process.ts';
import { createTestDatabase } from '../support/databases.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { startTestServer } from '../support/server.ts';
import { ServerProcess } from '../support/server-process.ts';
import { signal } from '../support/signal.ts';
import { expectOnceAndInOrder, readTrail, type TrailEntry } from '../support/trail.ts';

async function createDatabase(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  return url;
}

/** Callers in this process who await their calls one after the other, until they are stopped. */
async function startCallers(url: string, token: string, count: number) {
  const problems: ClientProblem[] = [];
  const client = createActivityLogClient({ url, token, onProblem: (problem) => void problems.push(problem) });
  onTestFinished(async () => await client.close());
  const called: string[] = [];
  /** The ids by key; undefined for those that were kept. */
  const answers = new Map<string, string | undefined>();
  let stopped = false;
  let written = 0;
  let next = { count: 0, reached: signal() };
  const calling = Array.from({ length: count }, async (_, caller) => {
    for (let number = 0; !stopped; number++) {
      const key = `client/${caller}/${number}`;
      called.push(key);
      const what = { workspaceId: 'w1', entityType: 'OTHER', entityId: key, eventKey: 'client.step' } as const;
      const activity = await client.logActivity({ ...what, actorType: 'SYSTEM', actorLabel: 'client' });
      answers.set(key, activity?.databaseId);
      if (activity !== null) written += 1;
      if (written >= next.count) next.reached.fire();
      // So that what waits meanwhile does not come near the 10,000 that the memory holds.
      await delay(3);
    }
  });
  return {
    client,
    called,
    answers,
    problems,
    /** Resolves once so many more entries were answered with themselves. */
    written: async (more: number) => {
      next = { count: written + more, reached: signal() };
      await next.reached.fired;
    },
    stop: async () => {
      stopped = true;
      await Promise.all(calling);
      await client.flush();
    },
  };
}

const callerOf = (key: string) => key.split('/')[1];

/** Each entry is there once, under the id that was answered, and each caller's in their order. */
function expectAll(trail: readonly TrailEntry[], called: readonly string[], answers: Map<string, string | undefined>) {
  expect(trail.map(({ key }) => key).toSorted()).toEqual(called.toSorted());
  for (const { key, id } of trail) expect(answers.get(key) ?? id).toBe(id);
  for (const caller of new Set(called.map(callerOf))) {
    const inOrder = (keys: readonly string[]) => keys.filter((key) => callerOf(key) === caller);
    expect(inOrder(trail.map(({ key }) => key)), `caller ${caller}`).toEqual(inOrder(called));
  }
}

test('the service is killed twice under six callers: each entry is in the trail once, in order, and it is said once an episode', async () => {
  const url = await createDatabase();
  const server = await ServerProcess.start({ DATABASE_URL: url });
  onTestFinished(async () => void (await server.stop()));
  const callers = await startCallers(server.url, await server.token(), 6);
  for (let round = 1; round <= 2; round++) {
    await callers.written(300);
    await server.crash();
  }
  await callers.written(300);
  await callers.stop();

  expectAll(await readTrail(url), callers.called, callers.answers);
  expect(callers.problems.map(({ kind }) => kind)).toEqual(['away', 'back', 'away', 'back']);
  const kept = [...callers.answers.values()].filter((id) => id === undefined).length;
  const delivered = callers.problems.reduce((sum, one) => sum + (one.kind === 'back' ? one.delivered : 0), 0);
  expect(kept).toBeGreaterThan(0);
  expect(delivered).toBe(kept);
});

test('answers are lost ten times, connections being cut after the commit: nothing is doubled', async () => {
  const url = await createDatabase();
  const server = await ServerProcess.start({ DATABASE_URL: url });
  onTestFinished(async () => void (await server.stop()));
  const proxy = await startFaultyProxy({ port: server.port, random: new SeededRandom(1) });
  onTestFinished(async () => await proxy.close());
  const callers = await startCallers(proxy.url, await server.token(), 6);
  const lost = new Set<string>();
  for (let round = 1; round <= 10; round++) {
    await callers.written(40);
    for (const connection of proxy.connections) connection.stall('toClient');
    const unanswered = await vi.waitFor(
      async () => {
        const found = (await readTrail(url)).filter(({ key }) => !callers.answers.has(key));
        expect(found).not.toEqual([]);
        return found;
      },
      { timeout: 5_000, interval: 10 },
    );
    for (const { key } of unanswered) lost.add(key);
    for (const connection of proxy.connections) connection.cut('reset');
  }
  await callers.stop();

  expectAll(await readTrail(url), callers.called, callers.answers);
  // It did happen: they stood in the trail, and were kept all the same.
  const keptThough = [...lost].filter((key) => callers.answers.get(key) === undefined);
  expect(keptThough.length).toBeGreaterThanOrEqual(10);
  expect(callers.problems.map(({ kind }) => kind)).toEqual(Array.from({ length: 10 }, () => ['away', 'back']).flat());
});

test('the client is killed while the service is away: the next process delivers what waits in its files, in order and once', async () => {
  const url = await createDatabase();
  const start = async (port = 0) =>
    await startTestServer(await openPostgres({ url, applicationName: 'client faults' }), { port });
  let server = await start();
  onTestFinished(async () => await server.close());
  const spool = mkdtempSync(join(tmpdir(), 'activity-log-client-'));
  onTestFinished(() => rmSync(spool, { recursive: true, force: true }));
  const env = { URL: server.url, TOKEN: await server.token(), SPOOL: spool };
  const startClient = async (name: string) =>
    await ApplicationProcess.start({ program: 'logging-client', name, callers: 1, env });

  const killed = await startClient('killed');
  await killed.log(20);
  await server.close();
  void killed.log(1_000_000);
  await killed.until(() => killed.kept.size >= 300);
  await killed.kill();
  const other = await startClient('other');
  void other.log(1_000_000);
  await other.until(() => other.kept.size >= 300);
  await other.kill();
  expect(readdirSync(spool)).toHaveLength(2);

  server = await start(Number(new URL(server.url).port));
  const next = await startClient('next');
  await next.log(20);
  await next.flush();
  const trail = await readTrail(url);
  for (const one of [killed, other, next]) expectOnceAndInOrder(trail, one);
  const places = trail.map(({ key }) => [killed, other, next].findIndex(({ called }) => called.has(key)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(readdirSync(spool)).toEqual([]);
  expect(killed.problems).toEqual(['away']);
  await next.close();
});
