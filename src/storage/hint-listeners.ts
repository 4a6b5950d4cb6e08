import type { Logger } from 'pino';

/** Who wants to hear in this process that something may have been committed. */
export class HintListeners {
  readonly #listeners = new Set<{ call: () => void }>();
  readonly #logger: Logger | undefined;

  constructor(logger?: Logger) {
    this.#logger = logger;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Calls every listener now. One that throws is logged and keeps no other from being called. */
  wake(): void {
    for (const { call } of [...this.#listeners]) {
      try {
        call();
      } catch (error) {
        this.#logger?.error({ err: error }, 'a listener for committed entries failed');
      }
    }
  }

  /** Returns a function that takes the listener out again; it may be called twice. */
  add(listener: () => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  clear(): void {
    this.#listeners.clear();
  }
}
