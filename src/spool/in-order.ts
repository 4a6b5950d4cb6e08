/**
 * Lets entries out in the order in which they came in, whichever is ready first: one that is ready waits for those before
 * it to be ready or to leave.
 */
export class InOrder<Entry> {
  readonly #out: (entry: Entry) => void;
  /** True for those that are ready. A Map keeps the order of insertion. */
  readonly #entries = new Map<Entry, boolean>();
  #ready = 0;

  /** @param out is called with each entry that was ready, at its turn; it must not throw */
  constructor(out: (entry: Entry) => void) {
    this.#out = out;
  }

  /** How many are ready and wait for their turn. */
  get ready(): number {
    return this.#ready;
  }

  get entries(): Entry[] {
    return [...this.#entries.keys()];
  }

  enter(entry: Entry): void {
    this.#entries.set(entry, false);
  }

  /** For one that is not ready. False where it is out already. */
  leave(entry: Entry): boolean {
    if (!this.#entries.delete(entry)) return false;
    this.#letOut();
    return true;
  }

  /** Does nothing where it is out already. */
  makeReady(entry: Entry): void {
    if (this.#entries.get(entry) !== false) return;
    this.#entries.set(entry, true);
    this.#ready += 1;
    this.#letOut();
  }

  #letOut(): void {
    for (const [entry, isReady] of this.#entries) {
      if (!isReady) return;
      this.#entries.delete(entry);
      this.#ready -= 1;
      this.#out(entry);
    }
  }
}
