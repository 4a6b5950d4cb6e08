import pg from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { openPostgres, type PostgresOptions } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import type { ProxiedConnection } from '../support/proxied-connection.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { runScript, until } from '../support/stored-entries.ts';

/** A database in PostgreSQL, whose statements in order are steps that leave a trail. */
export interface Steps {
  database: Database;
  /** Does step n, once. @param before what comes in front of it, in the same statement */
  step(n: number, repeated?: boolean, before?: Sql): Promise<{ n: number }[]>;
  /** The backend that does them. */
  pid(): Promise<number>;
  /** What was done, in the order in which the server did it. */
  done(): Promise<{ n: number; pid: number; xid: string }[]>;
  /** The connections that steps are done by. */
  writers(): Promise<{ pid: number; state: string; wait: string }[]>;
}

let opened = 0;

/** A PostgreSQL database, with a way through a proxy: each test opens it for itself, and it is closed after the test. */
export async function openSteps() {
  const postgres = await createTestDatabase();
  const proxy = await startFaultyProxy({ port: Number(new URL(postgres.url).port), random: new SeededRandom(1) });
  const throughProxy = new URL(postgres.url);
  throughProxy.port = String(proxy.port);
  const observer = await openPostgres({ url: postgres.url, applicationName: 'observer' });
  await runScript(
    observer,
    `CREATE TABLE done (test text, n int4, run serial, pid int4 DEFAULT pg_backend_pid(),
       xid text DEFAULT pg_current_xact_id(), PRIMARY KEY (test, n))`,
  );

  async function open(options: Partial<PostgresOptions> = {}): Promise<Steps> {
    const name = `steps${++opened}`;
    const database = await openPostgres({ url: postgres.url, poolSize: 1, applicationName: name, ...options });
    onTestFinished(async () => await database.close());
    return {
      database,
      step: async (n, repeated = n % 2 === 0, before = sql`(SELECT) AS nothing`) =>
        await database.queryInOrder(
          sql`INSERT INTO done (test, n) SELECT ${name}, ${n}::int4 FROM ${before} RETURNING n`,
          { repeated },
        ),
      pid: async () => {
        const [row] = await database.queryInOrder<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
        return row?.pid ?? 0;
      },
      done: async () => await observer.query(sql`SELECT n, pid, xid FROM done WHERE test = ${name} ORDER BY run`),
      writers: async () =>
        await observer.query(
          sql`SELECT pid, state, wait_event_type AS wait FROM pg_stat_activity
            WHERE application_name = ${`${name} writer`} AND backend_type = 'client backend'`,
        ),
    };
  }

  /** The connection through the proxy that is made meanwhile. */
  async function proxied(meanwhile: () => Promise<void>): Promise<ProxiedConnection> {
    const before = new Set(proxy.connections);
    await meanwhile();
    const [connection] = [...proxy.connections].filter((one) => !before.has(one)) as [ProxiedConnection];
    // Whoever still waits for a silent server learns of it.
    onTestFinished(() => connection.cut('reset'));
    return connection;
  }

  return {
    url: postgres.url,
    throughProxy: throughProxy.href,
    proxy,
    proxied,
    open,
    /** One through the proxy that has done step 0, and the proxy's end of the connection. */
    openThroughProxy: async (options: Partial<PostgresOptions> = {}) => {
      const steps = await open({ url: throughProxy.href, ...options });
      return { ...steps, connection: await proxied(async () => void (await steps.step(0))) };
    },
    /** Holds whoever has `before` in front of a step, until it is released. */
    hold: async (lock: number) => {
      const holder = new pg.Client({ connectionString: postgres.url, application_name: 'holder' });
      await holder.connect();
      await holder.query('SELECT pg_advisory_lock($1)', [lock]);
      let ending: Promise<void> | undefined;
      const release = async () => {
        ending ??= holder.end();
        await ending;
      };
      onTestFinished(release);
      return { before: sql`pg_advisory_xact_lock(${lock}::int8)`, release };
    },
    terminate: async (pid: number) => void (await observer.query(sql`SELECT pg_terminate_backend(${pid}::int4)`)),
    close: async () => {
      await observer.close();
      await proxy.close();
      await postgres.drop();
    },
  };
}

/** Until the server has come to a step that is held. */
export const untilHeld = async ({ writers }: Steps) =>
  await until(writers, (found) => found.some(({ wait }) => wait === 'Lock'));

export const untilDone = async ({ done }: Steps, count: number) => await until(done, (found) => found.length === count);

/** Until the server has ended the connection. */
export const untilGone = async ({ writers }: Steps, pid: number) =>
  await until(writers, (found) => found.every((one) => one.pid !== pid));
