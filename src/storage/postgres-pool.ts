import pg from 'pg';
import type { Logger } from 'pino';
import type { PoolState } from './database.ts';
import { connectionFailure } from './database-errors.ts';
import type { SilentConnections } from './silent-connections.ts';

/**
 * For statements of one plan, which is by an index that has the order: one that was made while the table was small must not
 * look at all of it when it has grown. Only on the connection that the server says it has given ($1): a pooler in between
 * names another one, and would hand on to others what is set.
 */
const keepPlans = `SELECT set_config(name, value, false)
  FROM (VALUES ('plan_cache_mode', 'force_generic_plan'), ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off')) AS setting(name, value)
  WHERE pg_backend_pid() = $1::int4`;

export interface PostgresPoolOptions {
  /** What it is for, as `pools()` says. */
  name: string;
  connection: pg.PoolConfig;
  /** Connections at most. */
  most: number;
  /** True for connections that keep plans: that is a setting of the connection. */
  keepsPlans?: boolean;
  /** Milliseconds after which a statement is given up without the server's word. */
  patience: number | undefined;
  silent: SilentConnections | undefined;
  logger: Logger | undefined;
}

/** Connections of one kind, opened when they are needed. */
export class PostgresPool {
  /** For Prisma. Not its `query()`: that throws the connection away for any error, a duplicate key for one. */
  readonly pool: pg.Pool;
  readonly #name: string;
  readonly #logger: Logger | undefined;

  constructor({ name, connection, most, keepsPlans = false, patience, silent, logger }: PostgresPoolOptions) {
    this.#name = name;
    this.#logger = logger;
    const onConnect = keepsPlans ? (client: pg.ClientBase) => keepPlansOf(client, patience) : undefined;
    const pool = new pg.Pool({ ...connection, max: most, onConnect });
    // pg hides a password that is given on its own, not one inside a URL, from whoever prints the pool.
    Object.defineProperty(pool.options, 'connectionString', { value: connection.connectionString, enumerable: false });
    pool.on('error', (error) => this.#brokenConnection(error));
    // From its first moment, and for as long as it lives: a server that ends may say so in the same breath in which it says
    // that it is ready. Without a listener an error of a connection that is in use would end the process.
    pool.on('connect', (client) => client.on('error', (error) => markBroken(client, error)));
    silent?.watch(pool);
    this.pool = pool;
  }

  get state(): PoolState {
    const { totalCount, idleCount, waitingCount, options } = this.pool;
    return {
      name: this.#name,
      most: options.max ?? 0,
      open: totalCount,
      inUse: totalCount - idleCount,
      waiting: waitingCount,
    };
  }

  /** Runs `work` on a connection, which is thrown away where it has broken. @throws what pg throws */
  async onConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      return await work(client);
    } catch (error) {
      if (connectionFailure(error) !== undefined) markBroken(client, error);
      throw error;
    } finally {
      client.release(brokenClients.has(client));
    }
  }

  async end(): Promise<void> {
    await this.pool.end();
  }

  /** Only what it says: pg hangs the client onto this error, connection settings and all. */
  #brokenConnection(error: Error): void {
    this.#logger?.warn({ reason: error.message }, 'a connection to the database broke');
  }
}

async function keepPlansOf(client: pg.ClientBase, patience: number | undefined): Promise<void> {
  const { processID } = client as pg.ClientBase & { processID: number | null };
  await client.query({
    text: keepPlans,
    values: [processID],
    ...(patience === undefined ? {} : { query_timeout: patience }),
  });
}

const brokenClients = new WeakMap<pg.PoolClient, unknown>();

/** The connection is thrown away when it comes back to its pool. */
export function markBroken(client: pg.PoolClient, failure: unknown): void {
  brokenClients.set(client, failure);
}
