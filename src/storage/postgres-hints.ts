import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { type HintListener, HintListeners, momentOfCommit } from './hint-listeners.ts';
import { socketOf } from './silent-connections.ts';

const channel = 'activity_log';
/** Milliseconds between two NOTIFYs of this process: what is committed meanwhile is told together. */
const pause = 5;
const shortestDelay = 100;
const longestDelay = 5_000;

export interface PostgresHintsOptions {
  /** For the listening connection, which is one of its own: LISTEN does not work through a pool. */
  connection: pg.ClientConfig;
  /** Runs one statement on a connection of the pool, outside of any transaction. */
  run: (statement: string) => Promise<unknown>;
  logger?: Logger | undefined;
}

/**
 * Tells the other processes by NOTIFY that something was committed, and hears it from them. Only ever a hint: whoever
 * listens reads the database for the truth, so nothing here fails loudly.
 */
export class PostgresHints {
  readonly #options: PostgresHintsOptions;
  readonly #listeners: HintListeners;
  /** Of this process, to know its own notifications by: its listeners were called already. */
  readonly #origin = randomUUID();
  #sending = false;
  /** The earliest commit that the others have not been told of. */
  #untold: number | undefined;
  #stop: AbortController | undefined;
  /** The loops that keep a listening connection; an old one may still be closing while a new one starts. */
  readonly #loops = new Set<Promise<void>>();
  #closed = false;

  constructor(options: PostgresHintsOptions) {
    this.#options = options;
    this.#listeners = new HintListeners(options.logger);
  }

  /** Wakes the listeners here at once, and those elsewhere by one NOTIFY; what is called during one waits for the next. */
  send(): void {
    if (this.#closed) return;
    const committedAt = momentOfCommit();
    this.#listeners.wake(committedAt);
    this.#untold ??= committedAt;
    if (this.#sending) return;
    this.#sending = true;
    // Not now: whoever wrote goes on first.
    setImmediate(() => void this.#notify());
  }

  /** Calls `listener` on every hint, and after each time the listening connection was made anew. Returns its end. */
  listen(listener: HintListener): () => void {
    if (this.#closed) return () => {};
    const remove = this.#listeners.add(listener);
    if (this.#stop === undefined) this.#start();
    return () => {
      remove();
      if (this.#listeners.size === 0) this.#end();
    };
  }

  /** Ends listening and waits until the connection is closed. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    this.#end();
    await Promise.all(this.#loops);
  }

  async #notify(): Promise<void> {
    while (this.#untold !== undefined && !this.#closed) {
      const committedAt = this.#untold;
      this.#untold = undefined;
      try {
        await this.#options.run(`NOTIFY ${channel}, '${this.#origin} ${committedAt}'`);
      } catch (error) {
        this.#options.logger?.debug(
          { reason: text(error) },
          'NOTIFY failed; other servers find the entries by polling',
        );
      }
      await delay(pause, undefined, { ref: false });
    }
    this.#sending = false;
  }

  #start(): void {
    this.#stop = new AbortController();
    const loop = this.#keepListening(this.#stop.signal).finally(() => this.#loops.delete(loop));
    this.#loops.add(loop);
  }

  #end(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  async #keepListening(signal: AbortSignal): Promise<void> {
    let wait = shortestDelay;
    while (!signal.aborted) {
      const listened = await this.#listenOnce(signal);
      if (listened) wait = shortestDelay;
      // Aborted while waiting: the loop's condition ends it.
      await delay(wait, undefined, { signal }).catch(() => {});
      wait = Math.min(wait * 2, longestDelay);
    }
  }

  /** Listens until the connection breaks or `signal` fires. True where it came as far as listening. */
  async #listenOnce(signal: AbortSignal): Promise<boolean> {
    const { connection, logger } = this.#options;
    const client = new pg.Client(connection);
    // Without a listener an error of an idle connection would end the process; 'end' follows it.
    client.on('error', (error) => logger?.debug({ reason: error.message }, 'the listening connection broke'));
    client.on('notification', ({ payload }) => {
      const [origin, committedAt = ''] = payload?.split(' ') ?? [];
      if (origin !== this.#origin)
        this.#listeners.wake(/^\d+(\.\d+)?$/.test(committedAt) ? Number(committedAt) : undefined);
    });
    const ended = once(client, 'end', { signal }).catch(() => {});
    const abandon = () => void client.end().catch(() => {});
    signal.addEventListener('abort', abandon, { once: true });
    let listening = false;
    try {
      // With `ended`, because pg never settles a connect() or query() that end() overtakes.
      await Promise.race([client.connect().then(() => client.query(`LISTEN ${channel}`)), ended]);
      if (signal.aborted) return false;
      listening = true;
      // What was committed while nobody listened sent a hint to nobody.
      this.#listeners.wake();
      await ended;
    } catch (error) {
      if (!signal.aborted) logger?.debug({ reason: text(error) }, 'cannot listen for other servers; polling goes on');
    } finally {
      signal.removeEventListener('abort', abandon);
      // Bounded, for a server that has gone without a word.
      await Promise.race([client.end().catch(() => {}), delay(1_000)]);
      socketOf(client).destroy();
    }
    return listening;
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
