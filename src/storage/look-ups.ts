/** Batches for which keys are looked for, at most, before it is tried without again. */
const longest = 64;

/**
 * Whether it is worth looking for keys before a batch is written: not while everything is new, as it mostly is; and once
 * a key was there, not before some batches had none. Each time that this turns out wrong it takes twice as many.
 */
export class LookUps {
  #needed = 1;
  #left = 0;

  get areWorth(): boolean {
    return this.#left > 0;
  }

  /** A batch was written without, and one of its keys was there. */
  missed(): void {
    this.#needed = Math.min(this.#needed * 2, longest);
    this.#left = this.#needed;
  }

  /** The keys of a batch were looked for. */
  looked(foundAny: boolean): void {
    this.#left = foundAny ? this.#needed : Math.max(0, this.#left - 1);
  }
}
