/**
 * What acknowledged means: an entry whose caller was told that it is written is in the trail afterwards, once, whichever
 * process is killed (SIGKILL) at that moment; what was not answered is there once or not at all.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ActivityLogClientError, type ActivityLogInput, createActivityLogClient } from '../../src/client/client.ts';
import { ApplicationProcess } from '../support/application-process.ts';
import { crashPostgres } from '../support/crash-postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { ServerProcess } from '../support/server-process.ts';
import {
  expectOnceAndInOrder,
  expectWritten,
  readEmbeddedTrail,
  readTrail,
  type TrailEntry,
} from '../support/trail.ts';
import { startOwnPostgres, temporaryDirectory } from './own-postgres.ts';

const endless = 1_000_000;

interface Place {
  env: Record<string, string>;
  read(): Promise<TrailEntry[]>;
}

const places: Record<'postgres' | 'pglite', () => Promise<Place>> = {
  postgres: async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const env = { DATABASE_URL: url, ACTIVITY_SPOOL_DIR: temporaryDirectory() };
    return { env, read: async () => await readTrail(url) };
  },
  pglite: async () => {
    const dataDir = temporaryDirectory();
    return { env: { ACTIVITY_DATA_DIR: dataDir }, read: async () => await readEmbeddedTrail(dataDir) };
  },
};

test.each(['postgres', 'pglite'] as const)(
  'a process with 16 callers is killed three times on the same database (%s): what it acknowledged is there',
  async (kind) => {
    const random = seededRandom();
    const { env, read } = await places[kind]();
    const killed: ApplicationProcess[] = [];
    for (let round = 1; round <= 3; round++) {
      const application = await ApplicationProcess.start({ name: `killed-${round}`, callers: 16, env });
      killed.push(application);
      void application.log(endless);
      const written = random.whole(100, 1_000);
      await application.until(() => application.written.size >= written);
      await application.kill();
      // They were killed in the middle of it: all of them, as a rule.
      expect(application.unanswered.length).toBeGreaterThan(0);
      expect(application.kept.size).toBe(0);

      const trail = await read();
      for (const one of killed) expectOnceAndInOrder(trail, one);
      const called = killed.reduce((sum, one) => sum + one.called.size, 0);
      expect(trail.length).toBeLessThanOrEqual(called);
    }
  },
  60_000,
);

test.each([
  ['postgres', 16],
  ['pglite', 16],
  ['pglite', 1],
] as const)(
  'a process gets its turns for everything else while callers never pause (%s, %i)',
  async (kind, callers) => {
    const { env } = await places[kind]();
    const application = await ApplicationProcess.start({ name: 'app', callers, env });
    void application.log(endless);
    await application.until(() => application.written.size >= 100);
    const answered = application.ping().then(() => 'answered');
    expect(await Promise.race([answered, delay(5_000, 'no answer', { ref: false })])).toBe('answered');
  },
);

test('PostgreSQL is killed four times under 16 callers, the postmaster alone or with all its processes: what was acknowledged is there', {
  timeout: 60_000,
}, async () => {
  // What only the WAL writer puts on the disk is lost with certainty.
  const { postgres, url } = await startOwnPostgres(['wal_writer_delay=10s']);
  const env = { DATABASE_URL: url, ACTIVITY_SPOOL_DIR: temporaryDirectory() };
  const applications: ApplicationProcess[] = [];
  for (const end of [crashPostgres, postgres.kill, crashPostgres, postgres.kill]) {
    const name = `application-${applications.length}`;
    const application = await ApplicationProcess.start({ name, callers: 16, env });
    applications.push(application);
    void application.log(endless);
    await application.until(() => application.written.size >= 500);
    await end(postgres);
    await application.until(() => application.kept.size >= 100);
    await application.kill();
    await postgres.restart();
    // Before anybody delivers what was kept.
    const trail = await readTrail(url);
    for (const one of applications) expectWritten(trail, one);
  }
  const last = await ApplicationProcess.start({ name: 'last', env });
  await last.log(1);
  await last.flush();
  const trail = await readTrail(url);
  for (const application of [...applications, last]) expectOnceAndInOrder(trail, application);
});

/** The ids that clients were told, by key. */
class Answers {
  readonly ids = new Map<string, string>();
  #waiting: { count: number; resolve: () => void }[] = [];

  note(key: string, id: string): void {
    this.ids.set(key, id);
    for (const { resolve } of this.#waiting.filter(({ count }) => this.ids.size >= count)) resolve();
    this.#waiting = this.#waiting.filter(({ count }) => this.ids.size < count);
  }

  /** Resolves once so many more entries were answered. */
  async more(count: number): Promise<void> {
    await new Promise<void>((resolve) => void this.#waiting.push({ count: this.ids.size + count, resolve }));
  }
}

interface ClientOptions {
  name: string;
  server: ServerProcess;
  token: string;
  random: SeededRandom;
  answers: Answers;
  calls: number;
}

/** Logs by `activityLog` and `activityLogMany`, and repeats each call with the same keys until it is answered. @returns how often it did */
async function writeThroughCrashes({ name, server, token, random, answers, calls }: ClientOptions): Promise<number> {
  let repeated = 0;
  const client = createActivityLogClient({ url: server.url, token });
  for (let call = 0; call < calls; call++) {
    const count = random.chance(0.5) ? 1 : random.whole(2, 60);
    const entries = Array.from({ length: count }, (_, place): ActivityLogInput => {
      const key = `${name}/${call}/${place}`;
      const what = { entityType: 'OTHER', entityId: key, eventKey: 'call.made', idempotencyKey: key } as const;
      return { workspaceId: 'w1', ...what, actorType: 'SYSTEM', actorLabel: name };
    });
    for (;;) {
      await server.ready;
      try {
        const results =
          count === 1 ? [await client.log(entries[0] as ActivityLogInput)] : await client.logMany(entries);
        for (const { activity } of results) answers.note(activity?.entityId ?? '', activity?.databaseId ?? 'refused');
        break;
      } catch (error) {
        if (!(error instanceof ActivityLogClientError && error.code === 'UNAVAILABLE')) throw error;
        repeated += 1;
      }
    }
  }
  return repeated;
}

test.each(['postgres', 'pglite'] as const)(
  'the service is killed three times under 12 clients (%s): each key is there once, with the id that was answered',
  async (kind) => {
    const random = seededRandom();
    const { env, read } = await places[kind]();
    const server = await ServerProcess.start(env);
    const token = await server.token();
    const answers = new Answers();
    const repeated = Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const own = random.fork(at);
        return await writeThroughCrashes({ name: `client-${at}`, server, token, random: own, answers, calls: 30 });
      }),
    );
    for (let round = 1; round <= 3; round++) {
      await Promise.race([answers.more(800), repeated]);
      await server.crash();
    }
    const times = (await repeated).reduce((sum, count) => sum + count, 0);
    expect(await server.stop()).toBe(0);

    const trail = await read();
    expect(Object.fromEntries(trail.map(({ key, id }) => [key, id]))).toEqual(Object.fromEntries(answers.ids));
    expect(trail).toHaveLength(answers.ids.size);
    // It did happen.
    expect(times).toBeGreaterThan(0);
  },
  60_000,
);
