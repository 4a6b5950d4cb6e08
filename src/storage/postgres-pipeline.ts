import pg from 'pg';
import type { Logger } from 'pino';
import type { PgQuery } from './postgres-statements.ts';

/** Milliseconds without a statement after which the connection is closed, as those of the pool are. */
const idleTime = 10_000;

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

  /** @throws what pg throws, also where it cannot connect */
  async query(query: PgQuery): Promise<pg.QueryResult> {
    this.#underWay += 1;
    clearTimeout(this.#idle);
    try {
      const client = await this.#connected();
      const { patience } = this.#options;
      // The server's own time-out counts from when it begins with a statement: those before come first.
      return await client.query(
        patience === undefined ? query : { ...query, query_timeout: patience * this.#underWay },
      );
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
    // Without a listener an error of an idle connection would end the process. Only what it says: pg hangs the client
    // onto this error, connection settings and all.
    client.on('error', (error) => {
      forget();
      this.#options.logger?.warn({ reason: error.message }, 'the connection that entries are written by broke');
    });
    client.on('end', forget);
    return connecting;
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
      .then((open) => open.end())
      .catch(() => undefined)
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
