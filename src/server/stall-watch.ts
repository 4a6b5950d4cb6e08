/** A connection that is watched while something is unsent on it. */
export interface Watched {
  readonly isOpen: boolean;
  readonly unsent: number;
  readonly progress: string;
  /** Called where something has been sent. */
  sent(): void;
  /** Called where the other side has taken nothing for too long. */
  stalled(): void;
}

/** Finds the connections whose other side takes nothing, with one timer for all, and none while everything is sent. */
export class StallWatch {
  readonly #timeout: number;
  readonly #watched = new Map<Watched, { progress: string; since: number }>();
  #timer: NodeJS.Timeout | undefined;

  /** @param timeout milliseconds without progress */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Watches a connection until everything on it is sent. */
  watch(connection: Watched): void {
    if (this.#watched.has(connection)) return;
    this.#watched.set(connection, { progress: connection.progress, since: performance.now() });
    this.#timer ??= setInterval(() => this.#look(), Math.min(1_000, this.#timeout / 4)).unref();
  }

  close(): void {
    this.#watched.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    for (const [connection, seen] of this.#watched) {
      const { progress } = connection;
      if (progress !== seen.progress) connection.sent();
      if (!connection.isOpen || connection.unsent === 0) this.#watched.delete(connection);
      else if (progress !== seen.progress) this.#watched.set(connection, { progress, since: now });
      else if (now - seen.since >= this.#timeout) {
        this.#watched.delete(connection);
        connection.stalled();
      }
    }
    if (this.#watched.size === 0) this.close();
  }
}
