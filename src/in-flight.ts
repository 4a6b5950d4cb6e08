/**
 * Work that was accepted and has to be finished before its part may end. It is counted, not held: of a Set that changes all
 * the time V8 leaves tables behind, each of which points to the next and to promises with all that they came to. Once one of
 * them is in the old generation, whole pages follow it there, request by request.
 */
export class InFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  readonly #end = (): void => {
    this.#count -= 1;
    if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  };

  /** Counts work until it is settled. @returns the same promise */
  track<T>(work: Promise<T>): Promise<T> {
    this.#count += 1;
    work.then(this.#end, this.#end);
    return work;
  }

  /** Resolves with true when nothing is under way any more, or with false after `most` milliseconds. Default: any time. */
  async settle(most?: number): Promise<boolean> {
    if (this.#count === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<true>((resolve) => void this.#waiting.push(() => resolve(true)));
    const late = new Promise<false>((resolve) => {
      if (most !== undefined) timer = setTimeout(() => resolve(false), most);
    });
    const result = await Promise.race([idle, late]);
    clearTimeout(timer);
    return result;
  }
}
