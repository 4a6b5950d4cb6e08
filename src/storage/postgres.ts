import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Logger } from 'pino';
import sql from 'sql-template-tag';
import { ActivityLogError } from '../errors.ts';
import type {
  Database,
  PoolState,
  QueryOptions,
  Statement,
  StatementObserver,
  TransactionConnection,
  TransactionOptions,
} from './database.ts';
import { connectionFailure, toDatabaseError } from './database-errors.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import type { HintListener } from './hint-listeners.ts';
import { ObservedStatements } from './observed-statements.ts';
import { PostgresHints } from './postgres-hints.ts';
import { PostgresPipeline } from './postgres-pipeline.ts';
import { Preparing, toPgQuery } from './postgres-statements.ts';
import { connectionConfig, type PostgresAddress, parsePostgresUrl } from './postgres-url.ts';
import { SilentConnections, socketOf } from './silent-connections.ts';

const oldestVersion = 140_000;

/**
 * For statements of one plan, which is by an index that has the order: one that was made while the table was small must not
 * look at all of it when it has grown. Only on the connection that the server says it has given ($1): a pooler in between
 * names another one, and would hand on to others what is set.
 */
const keepPlans = `SELECT set_config(name, value, false)
  FROM (VALUES ('plan_cache_mode', 'force_generic_plan'), ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off')) AS setting(name, value)
  WHERE pg_backend_pid() = $1::int4`;

/** How long after the server should have stopped a statement it is given up: the server is gone without a word. */
const graceForTheServer = 5_000;

export interface PostgresOptions {
  /** `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`; `?sslmode=`, `?schema=` and `?options=` are understood. */
  url: string;
  /**
   * Connections at most, Prisma's included; half as many more read pages, one more writes, and one listens for other servers
   * while there are subscribers. Default 10.
   */
  poolSize?: number;
  /** Milliseconds after which the server stops a statement. Default 10,000. */
  statementTimeout?: number;
  /** Shown in pg_stat_activity. Default `activity-log`. */
  applicationName?: string;
  logger?: Logger | undefined;
}

/**
 * Opens a PostgreSQL database, version 14 or newer, and proves that it answers.
 * @throws ActivityLogError BAD_USER_INPUT for a URL that is none, UNAVAILABLE where the server cannot be used
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const address = parsePostgresUrl(options.url);
  const database = new PostgresDatabase(address, options);
  try {
    await database.requireVersion();
  } catch (error) {
    await database.close();
    if (error instanceof ActivityLogError && error.cause === undefined) throw error;
    const cause = error instanceof ActivityLogError ? error.cause : error;
    const said = cause instanceof Error && cause.message !== '' ? cause.message : 'it does not answer';
    throw new ActivityLogError(
      'UNAVAILABLE',
      `The database at ${address.shown} cannot be used: ${said}. Check DATABASE_URL and that the server is running.`,
      { cause },
    );
  }
  return database;
}

/** @throws ActivityLogError UNAVAILABLE where a server's `server_version_num` is older than what is needed */
export function refuseOldServer(number: number, version: string): void {
  if (number >= oldestVersion) return;
  throw new ActivityLogError(
    'UNAVAILABLE',
    `The server is PostgreSQL ${version}; Activity Log needs PostgreSQL 14 or newer. Upgrade the server or set DATABASE_URL to another.`,
  );
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly prisma: PrismaClient;
  readonly #pool: pg.Pool;
  /** For statements of one plan: whether plans are kept is a setting of the connection. */
  readonly #planned: pg.Pool;
  readonly #pipeline: PostgresPipeline;
  readonly #hints: PostgresHints;
  readonly statementTimeout: number;
  /** Milliseconds after which a statement is given up without the server's word. */
  readonly #patience: number | undefined;
  readonly #silent: SilentConnections | undefined;
  readonly #logger: Logger | undefined;
  /** Statements and transactions under way, which close() waits for: pg's pool forgets those still in its queue. */
  readonly #active = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  readonly #preparing = new Preparing();
  readonly #observed = new ObservedStatements();

  constructor(address: PostgresAddress, options: PostgresOptions) {
    const { poolSize = 10, statementTimeout = 10_000, applicationName = 'activity-log', logger } = options;
    this.statementTimeout = statementTimeout;
    // 0 is PostgreSQL's word for no time-out.
    this.#patience = statementTimeout === 0 ? undefined : statementTimeout + graceForTheServer;
    if (this.#patience !== undefined) this.#silent = new SilentConnections(this.#patience);
    this.#logger = logger;
    const { connectionString, ...config } = connectionConfig(address, applicationName);
    const open = (max: number, onConnect?: (client: pg.ClientBase) => Promise<void>) => {
      const pool = new pg.Pool({ ...config, connectionString, max, statement_timeout: statementTimeout, onConnect });
      // pg hides a password that is given on its own, not one inside a URL, from whoever prints the pool.
      Object.defineProperty(pool.options, 'connectionString', { value: connectionString, enumerable: false });
      pool.on('error', (error) => this.#brokenConnection(error));
      // From its first moment, and for as long as it lives: a server that ends may say so in the same breath in which it says
      // that it is ready. Without a listener an error of a connection that is in use would end the process.
      pool.on('connect', (client) => client.on('error', (error) => markBroken(client, error)));
      this.#silent?.watch(pool);
      return pool;
    };
    this.#pool = open(poolSize);
    this.#planned = open(Math.ceil(poolSize / 2), (client) => this.#keepPlans(client));
    const adapter = new PrismaPg(this.#pool, address.schema === undefined ? {} : { schema: address.schema });
    this.prisma = new PrismaClient({
      adapter,
      transactionOptions: { maxWait: statementTimeout, timeout: statementTimeout },
    });
    this.#pipeline = new PostgresPipeline({
      connection: { ...connectionConfig(address, `${applicationName} writer`), statement_timeout: statementTimeout },
      patience: this.#patience,
      logger,
    });
    this.#hints = new PostgresHints({
      connection: connectionConfig(address, `${applicationName} listener`),
      run: async (statement) => await this.#track(this.#onConnection((client) => client.query(statement))),
      logger,
    });
  }

  async query<Row>(statement: Statement, options: QueryOptions = {}): Promise<Row[]> {
    const isPlanned = options.onePlan === true && this.#preparing.works;
    const pool = isPlanned ? this.#planned : this.#pool;
    return await this.#preparing.run<Row>(statement, options, (query) =>
      this.#observed.run(isPlanned ? 'pages' : 'queries', query.text, () =>
        this.#track(this.#onConnection((client) => client.query(query), pool)),
      ),
    );
  }

  async queryInOrder<Row>(statement: Statement, options: QueryOptions = {}): Promise<Row[]> {
    this.#checkOpen();
    return await this.#preparing.run<Row>(statement, options, (query) =>
      this.#observed.run('writer', query.text, () => this.#track(this.#pipeline.query(query))),
    );
  }

  async copyIn(table: string, rows: Buffer<ArrayBuffer>): Promise<void> {
    const text = `COPY ${table} FROM STDIN`;
    const copy = () =>
      this.#onConnection(async (client) => {
        const copying = pipeline([rows], client.query(copyFrom(text)));
        if (this.#patience === undefined) return await copying;
        // Ended with the connection where it is given up: asking the server to end it would be one more thing to wait for.
        copying.catch(() => undefined);
        const done = new AbortController();
        const late = delay(this.#patience, true, { signal: done.signal }).catch(() => false);
        const isLate = await Promise.race([copying.then(() => false), late]).finally(() => done.abort());
        if (!isLate) return;
        const silence = new Error('Query read timeout');
        markBroken(client, silence);
        throw silence;
      });
    await this.#track(this.#observed.run('queries', text, copy));
  }

  async transaction<T>(
    work: (connection: TransactionConnection) => Promise<T>,
    { mayTakeLong = false }: TransactionOptions = {},
  ): Promise<T> {
    return await this.#track(
      this.#onConnection(async (client) => {
        if (mayTakeLong) socketOf(client).setTimeout(0);
        await this.#mapped(client.query('BEGIN'), true);
        let result: T;
        try {
          result = await work({
            query: async (statement) => {
              const query = toPgQuery(statement);
              const send = () => this.#mapped(client.query(query), true);
              return (await this.#observed.run('queries', query.text, send)).rows;
            },
            script: async (text) => void (await this.#mapped(client.query(text), true)),
          });
        } catch (error) {
          // A ROLLBACK that fails means a connection that is broken; #onConnection sees to it.
          await client.query('ROLLBACK').catch((failure: unknown) => markBroken(client, failure));
          throw error;
        }
        await client.query('COMMIT');
        return result;
      }),
    );
  }

  sendHint(): void {
    this.#hints.send();
  }

  onHint(listener: HintListener): () => void {
    return this.#hints.listen(listener);
  }

  pools(): PoolState[] {
    const stateOf = (name: string, { totalCount, idleCount, waitingCount, options: { max } }: pg.Pool): PoolState => ({
      name,
      most: max ?? 0,
      open: totalCount,
      inUse: totalCount - idleCount,
      waiting: waitingCount,
    });
    return [stateOf('queries', this.#pool), stateOf('pages', this.#planned), this.#pipeline.state];
  }

  observe(observer: StatementObserver): void {
    this.#observed.observe(observer);
  }

  async check(): Promise<void> {
    try {
      await this.query(sql`SELECT 1`);
    } catch (error) {
      if (error instanceof ActivityLogError && error.code === 'UNAVAILABLE') throw error;
      throw new ActivityLogError('UNAVAILABLE', undefined, { cause: error });
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async requireVersion(): Promise<void> {
    const [row] = await this.query<{ number: number; version: string }>(
      sql`SELECT current_setting('server_version_num')::int4 AS number, current_setting('server_version') AS version`,
    );
    if (row !== undefined) refuseOldServer(row.number, row.version);
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#active);
    await this.#hints.close();
    await this.#pipeline.close();
    await this.prisma.$disconnect();
    await this.#pool.end();
    await this.#planned.end();
    this.#silent?.end();
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#active.add(work);
    try {
      return await this.#mapped(work);
    } finally {
      this.#active.delete(work);
    }
  }

  async #mapped<T>(work: Promise<T>, uncommitted = false): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw toDatabaseError(error, this.statementTimeout, uncommitted);
    }
  }

  /** Not `pool.query()`: that throws the connection away for any error, a duplicate key for one. */
  async #onConnection<T>(work: (client: pg.PoolClient) => Promise<T>, pool = this.#pool): Promise<T> {
    this.#checkOpen();
    const client = await pool.connect();
    try {
      return await work(client);
    } catch (error) {
      if (connectionFailure(error) !== undefined) markBroken(client, error);
      throw error;
    } finally {
      client.release(brokenClients.has(client));
    }
  }

  async #keepPlans(client: pg.ClientBase): Promise<void> {
    const patience = this.#patience === undefined ? {} : { query_timeout: this.#patience };
    const { processID } = client as pg.ClientBase & { processID: number | null };
    await client.query({ text: keepPlans, values: [processID], ...patience });
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new ActivityLogError('UNAVAILABLE', 'The database is closed. This server is stopping.');
  }

  /** Only what it says: pg hangs the client onto this error, connection settings and all. */
  #brokenConnection(error: Error): void {
    this.#logger?.warn({ reason: error.message }, 'a connection to the database broke');
  }
}

const brokenClients = new WeakMap<pg.PoolClient, unknown>();

function markBroken(client: pg.PoolClient, failure: unknown): void {
  brokenClients.set(client, failure);
}
