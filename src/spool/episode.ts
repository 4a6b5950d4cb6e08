import type { SpoolEvents } from './spool-options.ts';

/** A time in which the destination is away: from the first failure until nothing waits any more and something went well again. */
export class Episode {
  readonly #on: Partial<SpoolEvents>;
  #now: { error: unknown; delivered: number; wentWell: boolean } | undefined;

  constructor(on: Partial<SpoolEvents>) {
    this.#on = on;
  }

  /** The last failure; undefined where the destination is not away. */
  get error(): unknown {
    return this.#now?.error;
  }

  fail(error: unknown): void {
    const isNew = this.#now === undefined;
    this.#now = { error, delivered: this.#now?.delivered ?? 0, wentWell: false };
    if (isNew) this.#on.away?.(error);
  }

  /** Something was taken; so many of the items had waited. */
  succeed(delivered: number): void {
    if (this.#now === undefined) return;
    this.#now.delivered += delivered;
    this.#now.wentWell = true;
  }

  /** Nothing waits. */
  settle(): void {
    if (this.#now?.wentWell !== true) return;
    const { delivered } = this.#now;
    this.#now = undefined;
    this.#on.back?.({ delivered });
  }
}
