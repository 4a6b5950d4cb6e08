import { randomInt } from 'node:crypto';
import { onTestFailed } from 'vitest';

/** Chance that can be repeated: the same seed gives the same numbers (mulberry32). */
export class SeededRandom {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed;
  }

  /** From 0 up to, and never, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.whole(0, values.length - 1)] as T;
  }

  /** One of its own, from the seed and this number alone: nobody changes it by drawing more or fewer. */
  fork(number: number): SeededRandom {
    return new SeededRandom(Math.imul(this.seed ^ Math.imul(number + 1, 0x9e3779b1), 0x85ebca6b) >>> 0);
  }
}

/** For the test that runs: from FAULT_SEED where that is set; a test that fails says which seed it had. */
export function seededRandom(): SeededRandom {
  const given = process.env['FAULT_SEED'];
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`FAULT_SEED takes a whole number, got ${given}`);
  onTestFailed(
    () =>
      void process.stderr.write(
        `The faults of this test came from the seed ${seed}: FAULT_SEED=${seed} repeats them.\n`,
      ),
  );
  return new SeededRandom(seed);
}
