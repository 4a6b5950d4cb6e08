import type { SpoolSize, SpoolStore } from './spool-store.ts';

export interface Delivered {
  count: number;
  /** What `deliver` returned. */
  outcome: unknown;
  /** Records that could not be read. */
  unreadable: string[];
}

export interface DeliveryOptions<Item> {
  store: SpoolStore;
  deliver(items: readonly Item[]): Promise<unknown>;
  fromRecord(record: string): Item;
  batch: SpoolSize;
  /** Milliseconds. */
  retry: { least: number; most: number };
  /** True while somebody waits for an attempt: the next one is made at once. */
  isUrgent(): boolean;
  /** Before the store is looked into, and again before what was found is handed on. */
  onAttempt(): void;
  onDelivered(delivered: Delivered): void;
  onFailed(error: unknown): void;
  /** Nothing is left to deliver. */
  onIdle(): void;
}

/** Hands on what waits in a store, batch after batch, and goes on trying where that fails. */
export class Delivery<Item> {
  readonly #options: DeliveryOptions<Item>;
  #isRunning = false;
  #isFinishing = false;
  #stopped = false;
  /** Something came after the last look into the store. */
  #again = false;
  /** In a row. */
  #failures = 0;
  #wake: (() => void) | undefined;

  constructor(options: DeliveryOptions<Item>) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The batch under way is the last one, as it seems, and the one before it went well. */
  get isFinishing(): boolean {
    return this.#isFinishing;
  }

  /** Begins where it does not run, and sees what was added. */
  start(): void {
    this.#again = true;
    if (!this.#isRunning && !this.#stopped) void this.#run();
  }

  /** Like start, without waiting for the time of the next attempt. */
  hurry(): void {
    this.#wake?.();
    this.start();
  }

  /** The destination was just found to be away by somebody else: the next attempt waits a little. */
  noteFailure(): void {
    this.#failures = Math.max(this.#failures, 1);
  }

  /** Makes no further attempt, and leaves the store alone. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let wentWell = false;
    for (;;) {
      if (this.#failures > 0 && !this.#options.isUrgent()) await this.#pause();
      if (this.#stopped) break;
      this.#again = false;
      try {
        wentWell = await this.#deliverBatch(wentWell);
        this.#failures = 0;
        if (!wentWell && !this.#again) break;
      } catch (error) {
        wentWell = false;
        this.#failures += 1;
        if (!this.#stopped) this.#options.onFailed(error);
      }
    }
    this.#isRunning = false;
    if (!this.#stopped) this.#options.onIdle();
  }

  /** False where there was nothing, or it was stopped. */
  async #deliverBatch(isProven: boolean): Promise<boolean> {
    const { store, batch, deliver, onAttempt, onDelivered } = this.#options;
    onAttempt();
    const records = await store.peek(batch);
    if (records.length === 0 || this.#stopped) return false;
    const { items, unreadable } = this.#read(records);
    this.#isFinishing = isProven && records.length === store.size.records;
    try {
      onAttempt();
      const outcome = items.length === 0 ? undefined : await deliver(items);
      if (this.#stopped) return false;
      await store.release(records.length);
      onDelivered({ count: items.length, outcome, unreadable });
      return true;
    } finally {
      this.#isFinishing = false;
    }
  }

  #read(records: readonly string[]): { items: Item[]; unreadable: string[] } {
    const items: Item[] = [];
    const unreadable: string[] = [];
    for (const record of records) {
      try {
        items.push(this.#options.fromRecord(record));
      } catch {
        unreadable.push(record);
      }
    }
    return { items, unreadable };
  }

  /** Half of it is left to chance, so that not all who wait for a service come back at once. */
  #pause(): Promise<void> {
    const { least, most } = this.#options.retry;
    const delay = Math.min(least * 2 ** (this.#failures - 1), most) * (0.5 + Math.random() / 2);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, delay);
      // What waits must not keep a process alive. Browsers have numbers for timers.
      if (typeof timer === 'object') timer.unref();
      this.#wake = done;
    });
  }
}
