// What was acknowledged, and what the steady subscriber has received: the promise of the service, kept as numbers.

/** Entries are numbered from 1; number and `entityId` are the same. */
export class Ledger {
  #last = 0;
  #acknowledged = new Set();
  #received = new Set();
  /** How often the steady subscriber was given an entry that it had. */
  doubled = 0;
  /** What failed, by what it was and what was said. */
  errors = new Map();
  done = { writes: 0, pages: 0, searches: 0, statistics: 0, visits: 0 };

  next() {
    this.#last += 1;
    return this.#last;
  }

  acknowledge(number) {
    this.#acknowledged.add(number);
  }

  receive(number) {
    if (this.#received.has(number)) this.doubled += 1;
    this.#received.add(number);
  }

  fail(what, error) {
    const text = `${what}: ${error?.message ?? error}`;
    if (!this.errors.has(text)) process.stderr.write(`${new Date().toISOString()} ${text}\n`);
    this.errors.set(text, (this.errors.get(text) ?? 0) + 1);
  }

  get failures() {
    return [...this.errors.values()].reduce((sum, count) => sum + count, 0);
  }

  get acknowledged() {
    return this.#acknowledged.size;
  }

  get received() {
    return this.#received.size;
  }

  /** Acknowledged, and not received so far. */
  missing() {
    return [...this.#acknowledged].filter((number) => !this.#received.has(number));
  }

  /** Acknowledged, and not among these. */
  lost(stored) {
    return [...this.#acknowledged].filter((number) => !stored.has(number));
  }
}
