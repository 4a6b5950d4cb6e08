import { performance } from 'node:perf_hooks';
import type { WriteResult } from '../core/activity/activity.ts';
import { ActivityLogError } from '../errors.ts';

/** What is written together, at most; a call that is larger goes alone. */
const mostOfBatch = { entries: 1_000, bytes: 4 * 1024 * 1024 } as const;
/** Fewer items than this are not worth a batch of their own while another one is under way. */
const leastOfPart = 16;

export interface Call<T> {
  items: readonly T[];
  /** About how much its values take. */
  bytes: number;
}

interface WaitingCall<T> extends Call<T> {
  since: number;
  resolve(results: WriteResult[]): void;
  reject(error: unknown): void;
}

/** What happens, for metrics. Times are in seconds. */
export interface GroupCommitObserver {
  /** A batch begins: how many entries, and how long each of its calls has waited. */
  began(entries: number, waits: readonly number[]): void;
  ended(seconds: number): void;
}

export interface GroupCommitOptions<T> {
  /** Commits items in their order. One result each; throws where nothing, or it is not known what, was committed. */
  commit(items: readonly T[]): Promise<WriteResult[]>;
  /** Items that may wait at most; a call that finds no room is refused. */
  limit: number;
  /**
   * How many batches may be under way. More than one only where `commit` keeps the order of its calls by itself: then the
   * next batch travels, and its items are made ready, while the one before is being written. Default 1.
   */
  depth?: number;
  observer?: GroupCommitObserver | undefined;
}

/**
 * Calls of a process share commits: what is asked for while a batch is under way forms the next one, in the order of the
 * calls. There is no timer: a lone caller waits for nobody, and after a batch of several calls the next one leaves when
 * all promises have been settled that can be now, so that all who were woken by one commit go together again. (Group
 * commit as databases do it for their logs.)
 *
 * With a `depth`, many callers are divided over as many batches, so that those of one are at work while the others' is
 * being written.
 */
export class GroupCommit<T> {
  readonly #options: GroupCommitOptions<T>;
  readonly #depth: number;
  #waiting: WaitingCall<T>[] = [];
  #waitingItems = 0;
  #underWay = 0;
  #underWayItems = 0;
  #whenSettled: (() => void)[] = [];
  /** The last batch was of one call: as it seems there is nobody to wait for. */
  #isAlone = true;
  #isLeaving = false;

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
    this.#depth = options.depth ?? 1;
  }

  /** Items that wait for their batch. */
  get waiting(): number {
    return this.#waitingItems;
  }

  /**
   * Commits a call's items, in their order and never in two batches. Resolves once they are committed, with one result each.
   * @throws ActivityLogError UNAVAILABLE where too many wait already; what `commit` threw
   */
  submit({ items, bytes }: Call<T>): Promise<WriteResult[]> {
    const { limit } = this.#options;
    // A call that finds nobody before it is taken whatever its size: otherwise it could never be.
    if (this.#waitingItems > 0 && this.#waitingItems + items.length > limit) {
      throw new ActivityLogError(
        'UNAVAILABLE',
        `The database is slower than entries come: ${this.#waitingItems} wait already, the most is ${limit} (ACTIVITY_WRITE_QUEUE). Nothing was written; try again.`,
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, bytes, since: performance.now(), resolve, reject });
      this.#waitingItems += items.length;
      if (this.#isAlone && !this.#isLeaving) this.#leave();
      else this.#leaveSoon();
    });
  }

  /** Resolves once nothing waits and nothing is under way. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenSettled.push(resolve);
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#underWay > 0 || this.#waiting.length > 0) return;
    for (const resolve of this.#whenSettled.splice(0)) resolve();
  }

  /** Sends what may leave when all have come that can come now. */
  #leaveSoon(): void {
    if (this.#isLeaving || !this.#mayLeave()) return;
    this.#isLeaving = true;
    process.nextTick(() => {
      this.#isLeaving = false;
      this.#leave();
    });
  }

  #leave(): void {
    while (this.#mayLeave()) this.#send(this.#take());
  }

  #mayLeave(): boolean {
    if (this.#waiting.length === 0) return false;
    return this.#underWay === 0 || (this.#underWay < this.#depth && this.#waitingItems >= leastOfPart);
  }

  /** The calls of the next batch. */
  #take(): WaitingCall<T>[] {
    const part = Math.ceil((this.#waitingItems + this.#underWayItems) / this.#depth);
    const most = Math.min(mostOfBatch.entries, Math.max(part, leastOfPart));
    let [count, entries, bytes] = [0, 0, 0];
    for (const call of this.#waiting) {
      entries += call.items.length;
      bytes += call.bytes;
      if (count > 0 && (entries > most || bytes > mostOfBatch.bytes)) break;
      count += 1;
    }
    const calls = this.#waiting.splice(0, count);
    for (const { items } of calls) this.#waitingItems -= items.length;
    return calls;
  }

  #send(calls: readonly WaitingCall<T>[]): void {
    this.#isAlone = calls.length === 1;
    const items = calls.length === 1 ? (calls[0]?.items ?? []) : calls.flatMap((call) => call.items);
    this.#underWay += 1;
    this.#underWayItems += items.length;
    void this.#commit(calls, items);
  }

  async #commit(calls: readonly WaitingCall<T>[], items: readonly T[]): Promise<void> {
    const began = performance.now();
    this.#options.observer?.began(
      items.length,
      calls.map(({ since }) => (began - since) / 1_000),
    );
    try {
      const results = await this.#options.commit(items);
      let next = 0;
      for (const { items: own, resolve } of calls) {
        resolve(results.slice(next, next + own.length));
        next += own.length;
      }
    } catch (error) {
      for (const { reject } of calls) reject(error);
    } finally {
      this.#options.observer?.ended((performance.now() - began) / 1_000);
      this.#underWay -= 1;
      this.#underWayItems -= items.length;
      this.#leaveSoon();
      this.#settle();
    }
  }
}
