import type { Delivery, Outlet } from '../../src/live/topic.ts';

/** An outlet that holds so many deliveries until they are drained, as a socket does. */
export class BoundedOutlet implements Outlet {
  /** The texts of all that it took. */
  readonly texts: string[] = [];
  /** Calls of `write`, and those of them that did not take all. */
  writes = 0;
  refusals = 0;
  /** Called with every write that takes anything. */
  onWrite: (() => void) | undefined;
  #capacity: number;
  #unsent = 0;
  #waiting: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get isWaitedFor(): boolean {
    return this.#waiting.length > 0;
  }

  write(deliveries: readonly Delivery[], from: number): number {
    this.writes += 1;
    const taken = deliveries.slice(from, from + Math.max(this.#capacity - this.#unsent, 0));
    this.#unsent += taken.length;
    for (const { text } of taken) this.texts.push(text);
    if (from + taken.length < deliveries.length) this.refusals += 1;
    if (taken.length > 0) this.onWrite?.();
    return taken.length;
  }

  room(): Promise<void> {
    if (this.#unsent < this.#capacity) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Everything unsent goes out; from now on so many fit. */
  drain(capacity = this.#capacity): void {
    this.#capacity = capacity;
    this.#unsent = 0;
    if (capacity === 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
