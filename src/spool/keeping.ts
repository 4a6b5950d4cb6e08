import { InOrder } from './in-order.ts';
import type { Put } from './put.ts';
import type { SpoolEvents } from './spool-options.ts';
import { SpoolFullError, type SpoolStore } from './spool-store.ts';

export interface KeepingOptions<Item> {
  store: SpoolStore;
  toRecord(item: Item): string;
  on: Partial<SpoolEvents>;
  /** Why items are kept, where that is known. */
  cause(): unknown;
  /** An append is done, whatever came of it. */
  onSettled(): void;
}

/**
 * Brings puts into the store in the order in which they were made: one that shall be kept waits until it is known of
 * those before it whether they must be kept too.
 */
export class Keeping<Item, Result> {
  readonly #options: KeepingOptions<Item>;
  readonly #turns = new InOrder<Put<Item, Result>>((put) => void this.#append(put));
  readonly #appends = new Set<Promise<void>>();
  #lost = 0;

  constructor(options: KeepingOptions<Item>) {
    this.#options = options;
  }

  /** Puts that shall be kept and wait for those before them. */
  get blocked(): number {
    return this.#turns.ready;
  }

  /** Something is on its way into the store. */
  get isUnderWay(): boolean {
    return this.#turns.ready > 0 || this.#appends.size > 0;
  }

  /** A put is tried otherwise, and will either `keep` or `leave`. */
  enter(put: Put<Item, Result>): void {
    this.#turns.enter(put);
  }

  /** False where it is kept already. */
  leave(put: Put<Item, Result>): boolean {
    return this.#turns.leave(put);
  }

  /** Resolves or rejects the put, once it is in the store or cannot be. Does nothing where it is kept already. */
  keep(put: Put<Item, Result>): void {
    this.#turns.makeReady(put);
  }

  /** Keeps those too that are tried otherwise, whose items may come twice then. */
  keepAll(): void {
    for (const put of this.#turns.entries) this.#turns.makeReady(put);
  }

  /** Resolves once no append is under way. */
  async settled(): Promise<void> {
    while (this.#appends.size > 0) await Promise.all(this.#appends);
  }

  async #append(put: Put<Item, Result>): Promise<void> {
    const appended = this.#tryAppend(put);
    this.#appends.add(appended);
    await appended;
    this.#appends.delete(appended);
    this.#options.onSettled();
  }

  async #tryAppend({ items, resolve, reject }: Put<Item, Result>): Promise<void> {
    const { store, toRecord, on, cause } = this.#options;
    let records: string[];
    try {
      records = items.map((item) => toRecord(item));
    } catch (error) {
      return reject(error);
    }
    try {
      await store.append(records);
      on.kept?.(items.length);
      resolve();
    } catch (error) {
      this.#lost += items.length;
      on.full?.(error, this.#lost);
      reject(error instanceof SpoolFullError ? new SpoolFullError(error.full, { cause: cause() }) : error);
    }
  }
}
