// What the subscribers of one process have received: counted, checked for gaps and doubles, timed.

/** One subscription. In sequence: first, first + step, …; `once`: each at most once, in any order. */
export class Subscriber {
  live = false;
  /** Does not count towards what the driver waits for: it was told to stop reading. */
  aside = false;
  liveCursor;

  constructor({ variables, first = 1, step = 1, once = false }) {
    this.variables = variables;
    this.next = first;
    this.step = step;
    this.seen = once ? new Set() : undefined;
  }
}

export class Tally {
  counted = 0;
  countedAside = 0;
  live = 0;
  bytes = 0;
  gaps = 0;
  doubles = 0;
  errors = [];
  #target = Number.POSITIVE_INFINITY;
  #onTarget = () => {};
  #every = 0;
  #turn = 0;
  #samples = [];
  /** When the data that is being read arrived; only kept while latency is taken. */
  #now = 0;

  /** Number 0 is no entry: it only shows that the subscriber is live. */
  receive(subscriber, number, bytes) {
    if (number === 0) {
      if (!subscriber.live) this.live += 1;
      subscriber.live = true;
      return;
    }
    this.bytes += bytes;
    if (!this.#isNew(subscriber, number)) {
      this.doubles += 1;
      return;
    }
    if (subscriber.aside) {
      this.countedAside += 1;
      return;
    }
    this.counted += 1;
    if (this.#every > 0) this.#time(number);
    if (this.counted >= this.#target) this.#reached();
  }

  #isNew(subscriber, number) {
    if (subscriber.seen !== undefined) return subscriber.seen.size !== subscriber.seen.add(number).size;
    if (number < subscriber.next) return false;
    if (number > subscriber.next) this.gaps += (number - subscriber.next) / subscriber.step;
    subscriber.next = number + subscriber.step;
    return true;
  }

  fail(problem) {
    this.errors.push(problem);
  }

  /** Calls back once so many have been counted, at once where they have been. */
  when(target, callback) {
    this.#target = target;
    this.#onTarget = callback;
    if (this.counted >= target) this.#reached();
  }

  #reached() {
    this.#target = Number.POSITIVE_INFINITY;
    this.#onTarget();
  }

  /** Takes the time of every nth message from now on; 0 takes none. */
  timeEvery(every) {
    this.#every = every;
    this.#samples = [];
  }

  /** To be called when data arrives, before it is read. */
  arrived() {
    // CLOCK_MONOTONIC, the same in every process of the machine.
    if (this.#every > 0) this.#now = Number(process.hrtime.bigint());
  }

  #time(number) {
    this.#turn = (this.#turn + 1) % this.#every;
    if (this.#turn === 0) this.#samples.push(number, this.#now);
  }

  /** Milliseconds from each entry's mark (in ns, by number from `first` on) to its receipt, in quantiles. */
  latency({ first, marks }) {
    const values = [];
    for (let index = 0; index < this.#samples.length; index += 2) {
      const mark = marks[this.#samples[index] - first];
      if (mark !== undefined) values.push((this.#samples[index + 1] - mark) / 1e6);
    }
    const sorted = Float64Array.from(values).sort();
    const quantile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return {
      count: sorted.length,
      early: sorted.filter((value) => value < 0).length,
      p50: quantile(0.5),
      p99: quantile(0.99),
    };
  }

  report() {
    const { counted, countedAside, live, bytes, gaps, doubles, errors } = this;
    return { counted, countedAside, live, bytes, gaps, doubles, problems: errors.length, errors: errors.slice(0, 3) };
  }
}
