import { SpoolFullError, type SpoolSize, type SpoolStore } from './spool-store.ts';

/**
 * A store that is used until it turns out not to work, and another one from then on. It changes over only while nothing
 * waits in the first one, so the order holds.
 */
class FallbackStore implements SpoolStore {
  readonly #first: SpoolStore;
  readonly #second: SpoolStore;
  readonly #onFallback: (error: unknown) => void;
  #current: SpoolStore;

  constructor(first: SpoolStore, second: SpoolStore, onFallback: (error: unknown) => void) {
    this.#first = first;
    this.#second = second;
    this.#onFallback = onFallback;
    this.#current = first;
  }

  async append(records: readonly string[]): Promise<void> {
    try {
      return await this.#current.append(records);
    } catch (error) {
      if (error instanceof SpoolFullError || error instanceof TypeError || this.#first.size.records > 0) throw error;
      if (this.#current === this.#first) {
        this.#current = this.#second;
        this.#onFallback(error);
      }
      return await this.#second.append(records);
    }
  }

  peek(most: SpoolSize): Promise<string[]> {
    return this.#current.peek(most);
  }

  release(count: number): Promise<void> {
    return this.#current.release(count);
  }

  get size(): SpoolSize {
    return this.#current.size;
  }

  get place(): string {
    return this.#current.place;
  }

  get durable(): boolean {
    return this.#current.durable;
  }

  async close(): Promise<void> {
    await this.#first.close();
    await this.#second.close();
  }
}

/** `first`, or `second` from the moment on that `first` cannot take anything. @param onFallback is told once */
export function createFallbackStore(
  first: SpoolStore,
  second: SpoolStore,
  onFallback: (error: unknown) => void,
): SpoolStore {
  return new FallbackStore(first, second, onFallback);
}
