import { Delivery } from './delivery.ts';
import { Episode } from './episode.ts';
import { Keeping } from './keeping.ts';
import type { Put } from './put.ts';
import type { SpoolOptions } from './spool-options.ts';
import type { SpoolStore } from './spool-store.ts';
import { Waiters } from './waiters.ts';

const defaults = {
  batch: { records: 1_000, bytes: 4 * 1024 * 1024 },
  retry: { least: 100, most: 10_000 },
  timeout: 5_000,
} as const;

/**
 * Sends items, and keeps those that cannot be sent because the destination is away: it delivers them later, in the order
 * of the puts, and what is put meanwhile behind them. Items come again where an answer was lost, so the destination must
 * be idempotent. What waits is in the store and nowhere else in memory.
 */
export class Spool<Item, Result> {
  readonly #options: SpoolOptions<Item, Result>;
  readonly #store: SpoolStore;
  readonly #episode: Episode;
  readonly #delivery: Delivery<Item>;
  readonly #keeping: Keeping<Item, Result>;
  /** How many puts may be in memory because they come behind others. */
  readonly #mostBehind: number;
  /** Puts are among them while nothing is about to be left: see #mustHold. */
  readonly #waiters = new Waiters<Item, Result>();
  readonly #sends = new Set<Promise<void>>();
  #closing: Promise<number> | undefined;

  constructor(options: SpoolOptions<Item, Result>) {
    const { store, batch = defaults.batch, retry = defaults.retry, on = {} } = options;
    this.#options = options;
    this.#store = store;
    this.#mostBehind = batch.records;
    this.#episode = new Episode(on);
    this.#keeping = new Keeping({
      store,
      toRecord: (item) => options.toRecord(item),
      on,
      cause: () => this.#episode.error,
      onSettled: () => {
        this.start();
        this.#settle();
      },
    });
    this.#delivery = new Delivery<Item>({
      store,
      deliver: (items) => (options.deliver === undefined ? options.send(items) : options.deliver(items)),
      fromRecord: (record) => options.fromRecord(record),
      batch,
      retry,
      isUrgent: () => this.#waiters.areUrgent,
      onAttempt: () => this.#waiters.attempt(),
      onDelivered: ({ count, outcome, unreadable }) => {
        if (count > 0) {
          this.#episode.succeed(count);
          on.delivered?.(count, outcome);
        }
        for (const record of unreadable) on.undeliverable?.(record);
      },
      onFailed: (error) => {
        this.#episode.fail(error);
        this.#keep(this.#waiters.fail(error));
      },
      onIdle: () => this.#settle(),
    });
  }

  /** Records in the store. */
  get waiting(): number {
    return this.#store.size.records;
  }

  /**
   * Sends items at once, or keeps them: where something waits already, or the send fails because the destination is away.
   * Resolves with the results, or with undefined once they are kept. While the last of what waits is being delivered it
   * waits for that, so that a steady stream of puts finds back to being sent.
   * @throws what `send` threw where trying again would not help; where they cannot be kept, SpoolFullError (its cause is
   * what said that the destination is away) or what the disk said; an Error once it is closed
   */
  async put(items: readonly Item[]): Promise<Result[] | undefined> {
    return await this.#enter(items, true);
  }

  /**
   * Sends items behind what waits, whose delivery it triggers at once where none is under way, and never keeps them.
   * @throws what the delivery or `send` threw; an Error once it is closed
   */
  async sendBehind(items: readonly Item[]): Promise<Result[]> {
    return (await this.#enter(items, false)) ?? [];
  }

  /**
   * Delivers now what waits instead of at the next attempt, and resolves once nothing does.
   * @throws what an attempt threw that began since; an Error once it is closed
   */
  async flush(): Promise<void> {
    this.#checkOpen();
    await this.#drain();
  }

  /** Begins to deliver what the store holds already. May be called again, after the store has taken over more. */
  start(): void {
    if (this.waiting > 0) this.#delivery.start();
  }

  /**
   * Waits for the sends under way and makes one last attempt to deliver, for at most `timeout` milliseconds (default
   * 5,000) together, and closes the store; what is not settled by then is kept in it. Resolves with how many records
   * wait. May be called twice.
   */
  close({ timeout = defaults.timeout }: { timeout?: number | undefined } = {}): Promise<number> {
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  #enter(items: readonly Item[], keeps: boolean): Promise<Result[] | undefined> {
    this.#checkOpen();
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const put = { items, keeps, resolve, reject };
      if (!this.#isWaiting() && this.#waiters.puts === 0) return void this.#send(put);
      if (!keeps || this.#mustHold()) this.#waiters.add(put);
      else this.#keep([put]);
      if (!keeps) this.#delivery.hurry();
      else if (this.#waiters.puts > this.#mostBehind) this.#keep(this.#waiters.takeKept());
      // A send that does not end holds up those behind it.
      if (this.#keeping.blocked > this.#mostBehind) this.#keeping.keepAll();
    });
  }

  /**
   * Puts that come all the time would each be kept behind the one before for ever. So those that come while the last
   * batch is under way are not kept, but wait for it; and once there is one, so do all behind it.
   */
  #mustHold(): boolean {
    return this.#delivery.isFinishing || this.#waiters.includesKept;
  }

  #isWaiting(): boolean {
    return this.waiting > 0 || this.#keeping.isUnderWay;
  }

  async #send(put: Put<Item, Result>): Promise<void> {
    if (put.keeps) this.#keeping.enter(put);
    const sent = this.#trySend(put);
    this.#sends.add(sent);
    await sent;
    this.#sends.delete(sent);
    this.#settle();
  }

  async #trySend(put: Put<Item, Result>): Promise<void> {
    try {
      put.resolve(await this.#options.send(put.items));
      this.#keeping.leave(put);
      this.#episode.succeed(0);
    } catch (error) {
      const isAway = this.#options.isAway(error);
      if (isAway) {
        this.#episode.fail(error);
        this.#delivery.noteFailure();
      }
      if (!put.keeps) put.reject(error);
      else if (isAway) this.#keeping.keep(put);
      // Where it was kept meanwhile, what becomes of it is not known yet.
      else if (this.#keeping.leave(put)) put.reject(error);
    }
  }

  #keep(puts: readonly Put<Item, Result>[]): void {
    for (const put of puts) {
      this.#keeping.enter(put);
      this.#keeping.keep(put);
    }
  }

  /** Goes on with sending where nothing waits any more. */
  #settle(): void {
    if (this.#delivery.isRunning || this.#isWaiting()) return;
    this.#episode.settle();
    for (const put of this.#waiters.succeed()) void this.#send(put);
  }

  async #drain(): Promise<void> {
    if (!this.#isWaiting()) return;
    const flushed = this.#waiters.flush();
    this.#delivery.hurry();
    await flushed;
  }

  async #close(timeout: number): Promise<number> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeout);
    });
    await Promise.race([late, this.#finish()]);
    clearTimeout(timer);
    this.#delivery.stop();
    this.#keep(this.#waiters.giveUp(this.#episode.error ?? closedError(this.#store)));
    this.#keeping.keepAll();
    await this.#keeping.settled();
    await this.#store.close();
    return this.waiting;
  }

  async #finish(): Promise<void> {
    await this.#quiet();
    await this.#drain().catch(() => {});
    await this.#quiet();
  }

  /** Resolves once no send and no append is under way. */
  async #quiet(): Promise<void> {
    while (this.#sends.size > 0 || this.#keeping.isUnderWay) {
      await Promise.all(this.#sends);
      await this.#keeping.settled();
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError(this.#store);
  }
}

function closedError({ place }: SpoolStore): Error {
  return new Error(`the spool (${place}) is closed`);
}
