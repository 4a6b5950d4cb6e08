import type { Socket } from 'node:net';
import type pg from 'pg';

/** Milliseconds after which a pool ends an idle connection, and that a server has then to take leave. */
const [idleTime, longestEnding] = [10_000, 1_000];

/** The socket of a client that is connected. */
export const socketOf = (client: pg.ClientBase): Socket =>
  (client as pg.ClientBase & { connection: { stream: Socket } }).connection.stream;

/**
 * Ends connections of pools on which nothing comes or goes for too long while somebody waits on them: a server that is gone
 * without a word (its machine, or the network) would be waited for as long as the operating system does, a quarter of an
 * hour. Whoever waits hears that the connection broke.
 */
export class SilentConnections {
  readonly #patience: number;
  readonly #open = new Set<Socket>();

  /** @param patience milliseconds, longer than the server's own time-out of statements */
  constructor(patience: number) {
    this.#patience = patience;
  }

  watch(pool: pg.Pool): void {
    pool.on('connect', (client) => {
      const socket = socketOf(client);
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      socket.on('timeout', () => socket.destroy());
    });
    pool.on('acquire', (client) => void socketOf(client).setTimeout(this.#patience));
    // Idle ones are ended by the pool; this is for those that do not get so far.
    pool.on('release', (_, client) => void socketOf(client).setTimeout(idleTime + longestEnding));
  }

  /** The pools are ended: who does not take leave soon keeps the process no longer. */
  end(): void {
    for (const socket of this.#open) socket.setTimeout(longestEnding);
  }
}
