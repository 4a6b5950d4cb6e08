/** A load whose connection breaks, or whose server falls silent, in the middle of its COPY. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { createBulkLoader } from '@/storage/bulk-loader.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { type FaultPlan, type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';
import type { ProxiedConnection } from '../support/proxied-connection.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { addTrigger, numberOf, storedEntries, until } from '../support/stored-entries.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;

describe('a load on a connection that breaks', () => {
  let postgres: TestDatabase;
  let proxy: FaultyProxy;
  let observer: Database;
  let throughProxy: string;
  /** Nothing happens by chance, until a test says so. */
  const calm = { reset: 0, end: 0, halfClose: 0, stall: 0, delay: 0, split: 0 };
  const plan: FaultPlan = { rates: calm, longestStall: 0, longestDelay: 0 };
  beforeAll(async () => {
    postgres = await createTestDatabase();
    proxy = await startFaultyProxy({ port: Number(new URL(postgres.url).port), random: new SeededRandom(1), plan });
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    throughProxy = url.href;
    observer = await openPostgres({ url: postgres.url, applicationName: 'observer' });
  });
  afterAll(async () => {
    await observer.close();
    await proxy.close();
    await postgres.drop();
  });

  /** A loader over one connection, which is open already. */
  async function openLoader(timeout: number) {
    const options = { poolSize: 1, statementTimeout: timeout, applicationName: 'loader' };
    const before = new Set(proxy.connections);
    const database = await openPostgres({ url: throughProxy, ...options });
    const [connection] = [...proxy.connections].filter((one) => !before.has(one));
    onTestFinished(async () => {
      // Whoever still waits for a silent server learns of it.
      connection?.cut('reset');
      await database.close();
    });
    const backend = async () => await numberOf(database, 'SELECT pg_backend_pid()');
    const loader = createBulkLoader(database, createActivityWriter(database));
    return { loader, backend, connection: connection as ProxiedConnection };
  }

  /** Payloads of 60,000 characters, 200 of them, are more than all buffers on the way to the server hold. */
  const entriesOf = (workspaceId: string, count: number, size: number) =>
    distinct(
      Array.from({ length: count }, (_, at) =>
        entryOf({ id: '', workspaceId, message: `${at}`, payloadText: JSON.stringify('x'.repeat(size)) }),
      ),
    );

  /** Until the server waits for rows, and the loader has not heard that it does. */
  async function untilCopying(): Promise<void> {
    const copying = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
      AND application_name = 'loader' AND query LIKE 'COPY%' AND state = 'active' AND wait_event = 'ClientRead'`;
    await until(
      () => numberOf(observer, copying),
      (count) => count === 1,
    );
  }

  async function expectGoingOn(
    { loader, backend }: Awaited<ReturnType<typeof openLoader>>,
    workspaceId: string,
    first: number,
  ) {
    const entries = entriesOf(workspaceId, 10, 10);
    await loader.load(entries);
    expect(await backend()).not.toBe(first);
    // And nothing of what was loaded before.
    expect((await storedEntries(observer, workspaceId)).map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
  }

  /** Holds whoever writes an entry with the message "5": the rows before it are written then, for nobody to see. */
  async function holdAtTheFifth() {
    const holder = await openPostgres({ url: postgres.url, poolSize: 1, applicationName: 'holder' });
    await numberOf(holder, 'SELECT count(*) FROM (SELECT pg_advisory_lock(1)) AS locked');
    const forget = await addTrigger(
      observer,
      'BEFORE INSERT ON "ActivityLog" FOR EACH ROW',
      `BEGIN IF NEW."message" = '5' THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN NEW; END`,
    );
    let held = true;
    const release = async () => {
      if (!held) return;
      held = false;
      await holder.close();
      // Waits for whoever still writes.
      await forget();
    };
    onTestFinished(release);
    const waiting = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const reached = async () =>
      await until(
        () => numberOf(observer, waiting),
        (count) => count === 1,
      );
    return { reached, release };
  }

  const unavailable = [{ status: 'rejected', reason: { code: 'UNAVAILABLE' } }];

  it.each(['reset', 'end'] as const)(
    'rejects with UNAVAILABLE where it is cut (%s), has written nothing, and the next load works',
    async (how) => {
      const workspaceId = fresh('cut');
      const opened = await openLoader(20_000);
      const first = await opened.backend();
      opened.connection.stall('toClient');
      const loading = Promise.allSettled([opened.loader.load(entriesOf(workspaceId, 200, 60_000))]);
      await untilCopying();
      // One of the chunks that carry the rows.
      plan.rates = { ...calm, [how]: 0.1 };
      opened.connection.goOn('toClient');
      expect(await loading).toMatchObject(unavailable);
      plan.rates = calm;
      await expectGoingOn(opened, workspaceId, first);
    },
  );

  /** Loads, and how long it took until the server was given up. */
  async function givenUp(load: Promise<unknown>): Promise<number> {
    const began = performance.now();
    expect(await Promise.allSettled([load])).toMatchObject(unavailable);
    return performance.now() - began;
  }
  /** When a server is given up: the time that it has for a statement, and 5 s. Timers may be early by a millisecond. */
  const timeout = 1_000;
  const patience = timeout + 5_000 - 5;
  /** Not as long as other tests: whoever never gives up is to fail soon. */
  const most = { timeout: 15_000 };

  it(
    'gives a server up that falls silent before it takes rows, and does not use the connection again',
    most,
    async () => {
      const workspaceId = fresh('mute');
      const opened = await openLoader(timeout);
      const first = await opened.backend();
      opened.connection.stall('toClient');
      expect(await givenUp(opened.loader.load(entriesOf(workspaceId, 10, 10)))).toBeGreaterThan(patience);
      await expectGoingOn(opened, workspaceId, first);
    },
  );

  it(
    'gives a server up that falls silent while it takes rows, and does not use the connection again',
    most,
    async () => {
      const workspaceId = fresh('silent');
      const opened = await openLoader(timeout);
      const first = await opened.backend();
      opened.connection.stall('toClient');
      const took = givenUp(opened.loader.load(entriesOf(workspaceId, 200, 60_000)));
      await untilCopying();
      opened.connection.stall('toServer');
      opened.connection.goOn('toClient');
      expect(await took).toBeGreaterThan(patience);
      await expectGoingOn(opened, workspaceId, first);
    },
  );

  it('gives a server up that falls silent when it has all rows: loaded again, they are there', most, async () => {
    const workspaceId = fresh('whole');
    const { loader, connection } = await openLoader(timeout);
    const entries = entriesOf(workspaceId, 10, 10).map((entry) => ({ ...entry, idempotencyKey: entry.message }));
    const { reached, release } = await holdAtTheFifth();
    const took = givenUp(loader.load(entries));
    await reached();
    connection.stall('toClient');
    await release();
    expect(await took).toBeGreaterThan(patience);
    expect((await storedEntries(observer, workspaceId)).map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    expect(await loader.load(distinct(entries))).toEqual(entries.map(() => ({ duplicate: true, differs: false })));
  });
});
