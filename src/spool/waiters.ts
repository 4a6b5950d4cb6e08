import type { Put } from './put.ts';

interface Flush {
  resolve(): void;
  reject(error: unknown): void;
}

/** Those who wait until nothing is left to deliver: flushes, and items that are sent then. */
export class Waiters<Item, Result> {
  #puts: Put<Item, Result>[] = [];
  #flushes: Flush[] = [];
  /** So many of the flushes, the first ones, were there when the attempt under way began. */
  #asked = 0;

  get puts(): number {
    return this.#puts.length;
  }

  /** Some of the puts are kept where the delivery fails. */
  get includesKept(): boolean {
    return this.#puts.some(({ keeps }) => keeps);
  }

  /** Somebody wants to know how the next attempt ends. */
  get areUrgent(): boolean {
    return this.#flushes.length > 0 || this.#puts.some(({ keeps }) => !keeps);
  }

  add(put: Put<Item, Result>): void {
    this.#puts.push(put);
  }

  async flush(): Promise<void> {
    await new Promise<void>((resolve, reject) => void this.#flushes.push({ resolve, reject }));
  }

  /** An attempt begins: its end is the answer for everybody who waits now. */
  attempt(): void {
    this.#asked = this.#flushes.length;
  }

  /** Nothing is left. Returns what is to be sent now. */
  succeed(): Put<Item, Result>[] {
    for (const { resolve } of this.#flushes.splice(0)) resolve();
    return this.#puts.splice(0);
  }

  /** An attempt has failed; flushes that came meanwhile wait for the next one. Returns what is to be kept now. */
  fail(error: unknown): Put<Item, Result>[] {
    for (const { reject } of this.#flushes.splice(0, this.#asked)) reject(error);
    this.#asked = 0;
    const kept = this.takeKept();
    for (const { reject } of this.#puts.splice(0)) reject(error);
    return kept;
  }

  /** There will be no further attempt. Returns what is to be kept now. */
  giveUp(error: unknown): Put<Item, Result>[] {
    this.attempt();
    return this.fail(error);
  }

  takeKept(): Put<Item, Result>[] {
    const kept = this.#puts.filter(({ keeps }) => keeps);
    this.#puts = this.#puts.filter(({ keeps }) => !keeps);
    return kept;
  }
}
