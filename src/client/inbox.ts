/**
 * What has arrived and was not taken yet: at most `limit` items. One more, and it says so (`overflowed`) and takes no
 * more; what it holds can still be taken.
 */
export class Inbox<T> {
  readonly #limit: number;
  #items: T[] = [];
  #failure: { error: unknown } | undefined;
  #notify: (() => void) | undefined;
  overflowed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: T): void {
    if (this.overflowed || this.#failure !== undefined) return;
    if (this.#items.length < this.#limit) this.#items.push(item);
    else this.overflowed = true;
    this.#notify?.();
  }

  /** Nothing more will come, for this reason. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#notify?.();
  }

  /**
   * The next item, waiting for it; undefined where it has overflowed and is empty, or the signal is aborted.
   * @throws what it failed with, once it is empty
   */
  async take(signal: AbortSignal): Promise<T | undefined> {
    while (!signal.aborted) {
      if (this.#items.length > 0) return this.#items.shift();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.overflowed) return undefined;
      await this.#wait(signal);
    }
    return undefined;
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
