import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import type { Logger } from 'pino';
import sql from 'sql-template-tag';
import { ActivityLogError } from '../errors.ts';
import { InFlight } from '../in-flight.ts';
import type {
  Database,
  PoolState,
  QueryOptions,
  Statement,
  StatementObserver,
  TransactionConnection,
  TransactionOptions,
} from './database.ts';
import { toDatabaseError } from './database-errors.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import type { HintListener } from './hint-listeners.ts';
import { ObservedStatements } from './observed-statements.ts';
import { copyRows } from './postgres-copy.ts';
import { PostgresHints } from './postgres-hints.ts';
import { PostgresPipeline } from './postgres-pipeline.ts';
import { markBroken, PostgresPool } from './postgres-pool.ts';
import { Preparing, toPgQuery } from './postgres-statements.ts';
import { connectionConfig, type PostgresAddress, parsePostgresUrl } from './postgres-url.ts';
import { SilentConnections, socketOf } from './silent-connections.ts';

const oldestVersion = 140_000;

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
  readonly #pool: PostgresPool;
  /** For statements of one plan. */
  readonly #planned: PostgresPool;
  readonly #pipeline: PostgresPipeline;
  readonly #hints: PostgresHints;
  readonly statementTimeout: number;
  /** Milliseconds after which a statement is given up without the server's word. */
  readonly #patience: number | undefined;
  readonly #silent: SilentConnections | undefined;
  /** Statements and transactions under way, which close() waits for: pg's pool forgets those still in its queue. */
  readonly #inFlight = new InFlight();
  #closing: Promise<void> | undefined;
  readonly #preparing = new Preparing();
  readonly #observed = new ObservedStatements();

  constructor(address: PostgresAddress, options: PostgresOptions) {
    const { poolSize = 10, statementTimeout = 10_000, applicationName = 'activity-log', logger } = options;
    this.statementTimeout = statementTimeout;
    // 0 is PostgreSQL's word for no time-out.
    this.#patience = statementTimeout === 0 ? undefined : statementTimeout + graceForTheServer;
    if (this.#patience !== undefined) this.#silent = new SilentConnections(this.#patience);
    const connection = { ...connectionConfig(address, applicationName), statement_timeout: statementTimeout };
    const shared = { connection, patience: this.#patience, silent: this.#silent, logger };
    this.#pool = new PostgresPool({ ...shared, name: 'queries', most: poolSize });
    this.#planned = new PostgresPool({ ...shared, name: 'pages', most: Math.ceil(poolSize / 2), keepsPlans: true });
    const adapter = new PrismaPg(this.#pool.pool, address.schema === undefined ? {} : { schema: address.schema });
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
    if (this.#closing !== undefined) throw isClosed();
    return await this.#preparing.run<Row>(statement, options, (query) =>
      this.#observed.run('writer', query.text, () => this.#track(this.#pipeline.query(query))),
    );
  }

  async copyIn(table: string, rows: Buffer<ArrayBuffer>): Promise<void> {
    const text = `COPY ${table} FROM STDIN`;
    const copy = () => this.#onConnection((client) => copyRows(client, text, rows, this.#patience));
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
    return [this.#pool.state, this.#planned.state, this.#pipeline.state];
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
    await this.#inFlight.settle();
    await this.#hints.close();
    await this.#pipeline.close();
    await this.prisma.$disconnect();
    await this.#pool.end();
    await this.#planned.end();
    this.#silent?.end();
  }

  #track<T>(work: Promise<T>): Promise<T> {
    return this.#mapped(this.#inFlight.track(work));
  }

  async #mapped<T>(work: Promise<T>, uncommitted = false): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw toDatabaseError(error, this.statementTimeout, uncommitted);
    }
  }

  /** Not async: a statement takes no promise more than the pool's own. */
  #onConnection<T>(work: (client: pg.PoolClient) => Promise<T>, pool = this.#pool): Promise<T> {
    return this.#closing === undefined ? pool.onConnection(work) : Promise.reject(isClosed());
  }
}

const isClosed = () => new ActivityLogError('UNAVAILABLE', 'The database is closed. This server is stopping.');
