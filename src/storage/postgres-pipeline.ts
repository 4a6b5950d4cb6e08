import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import type { PoolState } from './database.ts';
import { connectionFailure } from './database-errors.ts';
import type { PgQuery } from './postgres-statements.ts';
import { socketOf } from './silent-connections.ts';

/** Milliseconds without a statement after which the connection is closed, as those of the pool are. */
const idleTime = 10_000;
/** Milliseconds that a server has to take leave. */
const longestEnding = 1_000;

export interface PostgresPipelineOptions {
  connection: pg.ClientConfig;
  /** Milliseconds after which a statement is given up without the server's word, and the connection with it. */
  patience: number | undefined;
  logger?: Logger | undefined;
}

/**
 * One connection on which statements are sent without waiting for the answers to those before: the server runs them in
 * their order, each in a transaction of its own, and has the next one at hand when one is done. A statement that fails
 * leaves the others alone; a connection that breaks fails all that are under way, and the next statement opens another.
 * (Pipelining as in https://www.postgresql.org/docs/current/libpq-pipeline-mode.html, by pg's `pipeline` option.)
 */
export class PostgresPipeline {
  readonly #options: PostgresPipelineOptions;
  #client: Promise<pg.Client> | undefined;
  #underWay = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(options: PostgresPipelineOptions) {
    this.#options = options;
  }

  get state(): PoolState {
    const isOpen = this.#client !== undefined;
    const busy = this.#underWay > 0;
    return {
      name: 'writer',
      most: 1,
      open: isOpen ? 1 : 0,
      inUse: busy ? 1 : 0,
      waiting: busy ? this.#underWay - 1 : 0,
    };
  }

  /** @throws what pg throws, also where it cannot connect */
  async query(query: PgQuery): Promise<pg.QueryResult> {
    this.#underWay += 1;
    // Now: those that are called while this one waits for the connection come behind it.
    const place = this.#underWay;
    clearTimeout(this.#idle);
    const connected = this.#connected();
    try {
      const client = await connected;
      const { patience } = this.#options;
      // The server's own time-out counts from when it begins with a statement: those before come first.
      return await client.query(patience === undefined ? query : { ...query, query_timeout: patience * place });
    } catch (error) {
      // The socket may say so only later, when the next statement has gone the same way.
      if (connectionFailure(error) !== undefined) this.#broke(connected, error);
      throw error;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#rest();
    }
  }

  /** Ends the connection. Nothing may be under way. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    this.#end();
    await Promise.all(this.#ending);
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#options.connection, pipeline: true });
    const connecting = client.connect().then(
      () => client,
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    const forget = () => {
      if (this.#client === connecting) this.#client = undefined;
    };
    // Without a listener an error of an idle connection would end the process.
    client.on('error', (error) => this.#broke(connecting, error));
    client.on('end', forget);
    return connecting;
  }

  /** Heard of once for each statement, and of the socket: the first time counts. */
  #broke(client: Promise<pg.Client>, error: unknown): void {
    if (this.#client !== client) return;
    this.#end();
    // Only what it says: pg hangs the client onto this error, connection settings and all.
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.logger?.warn({ reason }, 'the connection that entries are written by broke');
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), idleTime);
    this.#idle.unref();
  }

  #end(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    const ending: Promise<void> = client
      .then(async (open) => {
        // Bounded, for a server that has gone without a word.
        await Promise.race([open.end(), delay(longestEnding)]);
        socketOf(open).destroy();
      })
      .catch(() => undefined)
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
