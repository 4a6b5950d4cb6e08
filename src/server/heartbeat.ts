/** Milliseconds between two beats of one connection, and how many parts of it the beats of all are spread over. */
const interval = 12_000;
const parts = 12;

/** One who wants to be called every 12 seconds. */
export interface Beating {
  beat(): void;
}

/** One timer for the keep-alive of all connections, which spreads them: thousands at once would hold up everything else. */
export class Heartbeat {
  readonly #parts = Array.from({ length: parts }, () => new Set<Beating>());
  #size = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  add(one: Beating): void {
    const smallest = this.#parts.reduce((a, b) => (b.size < a.size ? b : a));
    smallest.add(one);
    this.#size += 1;
    this.#timer ??= setInterval(() => this.#beat(), interval / parts).unref();
  }

  /** May be called twice. */
  remove(one: Beating): void {
    if (!this.#parts.some((part) => part.delete(one))) return;
    this.#size -= 1;
    if (this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    for (const one of this.#parts[this.#next] ?? []) one.beat();
    this.#next = (this.#next + 1) % parts;
  }
}
