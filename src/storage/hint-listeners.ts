import type { Logger } from 'pino';

/** @param committedAt milliseconds since 1970, by the clock of the writer; undefined where no writer said so */
export type HintListener = (committedAt?: number) => void;

/** The moment, as a hint tells it. */
export const momentOfCommit = (): number => Math.round((performance.timeOrigin + performance.now()) * 1_000) / 1_000;

/** Who wants to hear in this process that something may have been committed. */
export class HintListeners {
  readonly #listeners = new Set<{ call: HintListener }>();
  readonly #logger: Logger | undefined;

  constructor(logger?: Logger) {
    this.#logger = logger;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Calls every listener now. One that throws is logged and keeps no other from being called. */
  wake(committedAt?: number): void {
    for (const { call } of [...this.#listeners]) {
      try {
        call(committedAt);
      } catch (error) {
        this.#logger?.error({ err: error }, 'a listener for committed entries failed');
      }
    }
  }

  /** Returns a function that takes the listener out again; it may be called twice. */
  add(listener: HintListener): () => void {
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
