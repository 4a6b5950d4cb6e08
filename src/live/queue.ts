import type { FeedEntry } from '../core/activity/feed.ts';

/** What waits for one subscriber: bounded. Once it has overflowed it lets go of everything and takes nothing more. */
export class EntryQueue {
  readonly #limit: number;
  #entries: FeedEntry[] = [];
  #notify: (() => void) | undefined;
  overflowed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(entry: FeedEntry): void {
    if (this.overflowed) return;
    if (this.#entries.length >= this.#limit) {
      this.overflowed = true;
      this.#entries = [];
    } else this.#entries.push(entry);
    this.#notify?.();
  }

  /** The next entry, waiting for it; undefined once the queue has overflowed or the signal is aborted. */
  async shift(signal: AbortSignal): Promise<FeedEntry | undefined> {
    while (this.#entries.length === 0 && !this.overflowed && !signal.aborted) await this.#wait(signal);
    return signal.aborted ? undefined : this.#entries.shift();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#notify = undefined;
        resolve();
      };
      this.#notify = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
