/** Work that was accepted and has to be finished before the process may end. */
export class InFlight {
  readonly #work = new Set<Promise<unknown>>();

  track<T>(work: Promise<T>): Promise<T> {
    const settled = work.catch(() => undefined);
    this.#work.add(settled);
    void settled.then(() => this.#work.delete(settled));
    return work;
  }

  /** Resolves with true when nothing is under way any more, or with false after `most` milliseconds. */
  async settle(most: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), most);
    });
    const idle = (async () => {
      while (this.#work.size > 0) await Promise.all(this.#work);
      return true;
    })();
    const result = await Promise.race([idle, late]);
    clearTimeout(timer);
    return result;
  }
}
