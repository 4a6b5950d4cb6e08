import type { FeedEntry, Selection } from '../core/activity/feed.ts';
import type { Position } from '../core/activity/position.ts';
import { type Live, Subscription } from './subscription.ts';
import type { Delivery, Outlet } from './topic.ts';

/** What a stream follows. */
export interface StreamRequest {
  selection: Selection;
  /** Everything after this position; from now on where there is none. */
  after?: Position | undefined;
}

let streams = 0;

/**
 * A subscription as a loop in this process takes it. Nothing happens before the first `next()`. It holds a bounded number
 * of entries; whoever is slower than that reads them from the database. `return()` ends it at once, also while a `next()`
 * waits.
 */
export class EntryStream implements AsyncIterableIterator<FeedEntry, undefined, undefined>, Outlet {
  readonly request: StreamRequest;
  readonly #subscription: Subscription;
  readonly #limit: number;
  #entries: FeedEntry[] = [];
  #ended = false;
  #failure: { error: unknown } | undefined;
  /** Each `next()` that waits. */
  #waiting: (() => void)[] = [];
  #makeRoom: (() => void) | undefined;

  constructor(live: Live, request: StreamRequest) {
    this.request = request;
    this.#limit = live.queueLimit;
    this.#subscription = new Subscription({
      live,
      topic: { key: `stream ${++streams}`, selection: request.selection, render: () => '' },
      outlet: this,
      after: request.after,
      onFailure: (error) => {
        this.#failure = { error };
        this.#wake();
      },
    });
  }

  write(deliveries: readonly Delivery[], from: number): number {
    const taken = deliveries.slice(from, from + this.#limit - this.#entries.length);
    for (const { entry } of taken) this.#entries.push(entry);
    if (taken.length > 0) this.#wake();
    return taken.length;
  }

  room(): Promise<void> {
    if (this.#ended || this.#entries.length < this.#limit) return Promise.resolve();
    return new Promise((resolve) => {
      this.#makeRoom = resolve;
    });
  }

  async next(): Promise<IteratorResult<FeedEntry, undefined>> {
    this.#subscription.start();
    for (;;) {
      const entry = this.#entries.shift();
      if (entry !== undefined) {
        // All at once, so that a slow reader does not go to the database for every entry.
        if (this.#entries.length === 0) this.#makeRoom?.();
        return { done: false, value: entry };
      }
      if (this.#ended) return { done: true, value: undefined };
      if (this.#failure !== undefined) {
        this.#ended = true;
        throw this.#failure.error;
      }
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
  }

  async return(): Promise<IteratorResult<FeedEntry, undefined>> {
    this.#ended = true;
    this.#entries = [];
    this.#subscription.close();
    this.#makeRoom?.();
    this.#wake();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
