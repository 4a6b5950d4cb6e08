/** How much of the event loop one stretch of work takes, in milliseconds, and how many steps go by between looks at the clock. */
const stretch = { milliseconds: 8, steps: 64 } as const;

/** Lets everything else of the process have its turn during long work: `if (pace.isDue()) await pace.rest()`. */
export class Pace {
  #steps = 0;
  #until = performance.now() + stretch.milliseconds;

  /** Counts a step. True where it is time to rest. */
  isDue(): boolean {
    this.#steps += 1;
    return this.#steps % stretch.steps === 0 && performance.now() >= this.#until;
  }

  async rest(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#until = performance.now() + stretch.milliseconds;
  }
}
