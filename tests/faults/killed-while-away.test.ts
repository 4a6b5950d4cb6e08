/**
 * An application is killed (SIGKILL) while PostgreSQL is away and its entries wait in files. Each of them was answered
 * with null, so it was told that they are kept: whoever starts next on these settings delivers them, in order and once.
 */
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ApplicationProcess } from '../support/application-process.ts';
import { crashPostgres } from '../support/crash-postgres.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { ServerProcess } from '../support/server-process.ts';
import { expectOnceAndInOrder, readTrail, type TrailEntry } from '../support/trail.ts';
import { type Settings, spoolFiles, startOwnPostgres, temporaryDirectory } from './own-postgres.ts';

const endless = 1_000_000;

async function setUp() {
  const { postgres, url } = await startOwnPostgres();
  const settings: Settings = { DATABASE_URL: url, ACTIVITY_SPOOL_DIR: temporaryDirectory() };
  const start = async (name: string, env = settings) => await ApplicationProcess.start({ name, callers: 4, env });
  return { postgres, url, settings, start };
}

/** Kills PostgreSQL, then the application once so many of its entries are kept. */
async function killWhileAway(application: ApplicationProcess, postgres: PostgresServer, entries: number) {
  await application.log(20);
  // With all its processes: those that are left by a postmaster that is killed go on for a moment.
  await crashPostgres(postgres);
  void application.log(endless);
  await application.until(() => application.kept.size >= entries);
  await application.kill();
  expect(application.written.size).toBe(80);
}

/** Fails unless the entries of each application are there, and come before those of the next one. */
function expectOneAfterTheOther(trail: readonly TrailEntry[], ...applications: ApplicationProcess[]): void {
  for (const application of applications) expectOnceAndInOrder(trail, application);
  const places = trail.map(({ key }) => applications.findIndex(({ called }) => called.has(key)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
}

test('the next process delivers what a killed one has left, and its own entries behind that', async () => {
  const { postgres, url, settings, start } = await setUp();
  const killed = await start('killed');
  await killWhileAway(killed, postgres, 500);
  await postgres.restart();

  const next = await start('next');
  await next.log(20);
  await next.flush();
  expectOneAfterTheOther(await readTrail(url), killed, next);
  expect(spoolFiles(settings)).toEqual([]);
  await next.close();
});

test('flushActivityLog() of the next process delivers what is left before anything is logged there', async () => {
  const { postgres, url, settings, start } = await setUp();
  const killed = await start('killed');
  await killWhileAway(killed, postgres, 100);
  await postgres.restart();
  const next = await start('next');
  await next.flush();
  expectOnceAndInOrder(await readTrail(url), killed);
  expect(spoolFiles(settings)).toEqual([]);
});

test('the database stays away through three processes, each of which is killed: the fourth delivers all in their order', async () => {
  const { postgres, url, settings, start } = await setUp();
  const killed = [await start('killed-1')];
  await killWhileAway(killed[0] as ApplicationProcess, postgres, 300);
  for (const name of ['killed-2', 'killed-3']) {
    const application = await start(name);
    killed.push(application);
    void application.log(endless);
    await application.until(() => application.kept.size >= 300);
    await application.kill();
  }
  expect(spoolFiles(settings)).toHaveLength(3);
  await postgres.restart();
  const last = await start('last');
  await last.log(20);
  await last.flush();
  expectOneAfterTheOther(await readTrail(url), ...killed, last);
  expect(spoolFiles(settings)).toEqual([]);
});

test('a process that is killed in the middle of delivering, its INSERT under way, is followed by one that delivers the rest', async () => {
  const { postgres, url, start } = await setUp();
  const killed = await start('killed');
  await killWhileAway(killed, postgres, 2_500);
  await postgres.restart();

  // 1,000 are delivered at a time: the second INSERT stops at the 1,500th entry for as long as the lock is held.
  const observer = new pg.Client({ connectionString: url, application_name: 'observer' });
  await observer.connect();
  onTestFinished(async () => await observer.end());
  const key = [...killed.called.keys()].filter((called) => killed.kept.has(called))[1_500] as string;
  await observer.query(
    `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$;
     CREATE TRIGGER wait BEFORE INSERT ON "ActivityLog" FOR EACH ROW WHEN (NEW."entityId" = '${key}') EXECUTE FUNCTION wait();
     SELECT pg_advisory_lock(1)`,
  );
  const untilWaiting = async (events: string[]) =>
    await vi.waitFor(
      async () => {
        const { rows } = await observer.query<{ event: string }>(
          `SELECT wait_event AS event FROM pg_stat_activity
           WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT%' ORDER BY event`,
        );
        expect(rows.map(({ event }) => event)).toEqual(events);
      },
      { timeout: 10_000, interval: 20 },
    );

  const second = await start('second');
  void second.log(5);
  await untilWaiting(['advisory']);
  const half = (await readTrail(url)).filter(({ key }) => killed.kept.has(key));
  expect(half.length).toBeGreaterThanOrEqual(1_000);
  expect(half.length).toBeLessThan(1_500);
  await second.kill();

  const third = await start('third');
  const logging = third.log(5);
  // It delivers the same entries and meets those of the INSERT that its killed predecessor has left in the database.
  await untilWaiting(['advisory', 'transactionid']);
  await observer.query('SELECT pg_advisory_unlock(1)');
  await logging;
  await third.flush();
  expectOneAfterTheOther(await readTrail(url), killed, second, third);
  await third.close();
});

test('processes share the directory and one of them is killed: each delivers its own, and the next one to start what is left', async () => {
  const { postgres, url, settings, start } = await setUp();
  const [killed, living] = [await start('killed'), await start('living')];
  await Promise.all([killed.log(20), living.log(20)]);
  await crashPostgres(postgres);
  for (const application of [killed, living]) void application.log(endless);
  await killed.until(() => killed.kept.size >= 200);
  await living.until(() => living.kept.size >= 200);
  await living.stop();
  await killed.kill();

  // It takes over what was left, and leaves it again; what belongs to the living one it does not touch.
  const passing = await start('passing');
  await passing.log(5);
  await passing.close();
  const [closed] = passing.logged('the log is closed while entries wait');
  const taken = (closed?.['kept'] as number) - passing.kept.size;
  expect(taken).toBeGreaterThanOrEqual(killed.kept.size);
  expect(taken).toBeLessThanOrEqual(killed.kept.size + killed.unanswered.length);
  await passing.kill();
  await postgres.restart();

  await living.flush();
  const trail = await readTrail(url);
  expectOnceAndInOrder(trail, living);
  const isLeft = ({ key }: TrailEntry) =>
    passing.called.has(key) || (killed.called.has(key) && !killed.written.has(key));
  expect(trail.filter(isLeft)).toEqual([]);

  const next = await start('next');
  await Promise.all([next.log(20), living.log(20)]);
  await next.flush();
  await living.flush();
  const all = await readTrail(url);
  for (const application of [killed, living, passing, next]) expectOnceAndInOrder(all, application);
  expect(spoolFiles(settings)).toEqual([]);
});

test('`activity-log serve` delivers what an application has left', async () => {
  const { postgres, url, settings, start } = await setUp();
  const killed = await start('killed');
  await killWhileAway(killed, postgres, 1_500);
  await postgres.restart();

  const server = await ServerProcess.start(settings);
  onTestFinished(async () => void (await server.stop()));
  await vi.waitFor(async () => expect(await server.metric('activity_log_spool_entries')).toBe(0), {
    timeout: 10_000,
    interval: 20,
  });
  const trail = await readTrail(url);
  expectOneAfterTheOther(trail, killed);
  expect(await server.metric('activity_log_spool_delivered_total')).toBeGreaterThanOrEqual(killed.kept.size);
  expect(spoolFiles(settings)).toEqual([]);
});

test('an application with another DATABASE_URL and the same directory leaves them alone', async () => {
  const { postgres, url, settings, start } = await setUp();
  const killed = await start('killed');
  await killWhileAway(killed, postgres, 100);
  await postgres.restart();
  const files = spoolFiles(settings);

  const { url: otherUrl } = await createDatabaseOn(postgres.url, 'template1');
  const other = await start('other', { ...settings, DATABASE_URL: otherUrl });
  await other.log(20);
  await other.flush();
  await other.close();
  const server = await ServerProcess.start({ ...settings, DATABASE_URL: otherUrl });
  expect(await server.stop()).toBe(0);
  const otherTrail = await readTrail(otherUrl);
  expectOnceAndInOrder(otherTrail, other);
  expect(otherTrail).toHaveLength(other.called.size);
  expect(spoolFiles(settings)).toEqual(files);

  const next = await start('next');
  await next.log(1);
  await next.flush();
  expectOneAfterTheOther(await readTrail(url), killed, next);
});

test('six processes, one after the other, are killed at any moment while PostgreSQL comes and goes: nothing is lost, doubled or out of order', {
  timeout: 60_000,
}, async () => {
  const random = seededRandom();
  const { postgres, url, settings, start } = await setUp();
  const killed: ApplicationProcess[] = [];
  for (let generation = 0; generation < 6; generation++) {
    const application = await start(`killed-${generation}`);
    killed.push(application);
    const isUp = generation % 2 === 0;
    void application.log(endless);
    const before = random.whole(1, 400);
    await application.until(() => application.called.size >= before);
    if (isUp) await postgres.kill();
    else await postgres.restart();
    const after = application.called.size + random.whole(1, 1_500);
    await application.until(() => application.called.size >= after);
    await application.kill();
  }
  const last = await start('last');
  await last.log(20);
  await last.flush();
  expectOneAfterTheOther(await readTrail(url), ...killed, last);
  expect(spoolFiles(settings)).toEqual([]);
});
