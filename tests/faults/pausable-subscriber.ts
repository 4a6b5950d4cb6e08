import { createClient } from 'graphql-ws';
import { watchSockets } from '../client/watched-sockets.ts';

const query = /* GraphQL */ `
  subscription ($after: String!) {
    activityAdded(workspaceId: "w1", after: $after) {
      liveCursor
      activity { databaseId payload }
    }
  }`;

interface Added {
  activityAdded: { liveCursor: string; activity: { databaseId: string; payload: unknown } };
}

/** Follows workspace `w1` over one socket, which can stop reading: what the service sends stays in the network. */
export class PausableSubscriber {
  readonly received: string[] = [];
  /** Behind the last entry that it received. */
  cursor: string;
  /** The close code, once its socket is closed. */
  readonly closed: Promise<number | undefined>;
  readonly #watched = watchSockets();
  readonly #client: ReturnType<typeof createClient>;
  readonly #failed: Promise<never>;
  #onEntry = () => {};

  constructor({ url, token, after }: { url: string; token: string; after: string }) {
    this.cursor = after;
    this.#client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: this.#watched.webSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    this.closed = new Promise((resolve) => {
      this.#client.on('closed', (event) => resolve((event as { code?: number }).code));
    });
    this.#failed = new Promise((_resolve, reject) => {
      this.#client.subscribe<Added>(
        { query, variables: { after } },
        {
          next: ({ data, errors }) => {
            if (data == null) return reject(new Error(JSON.stringify(errors)));
            this.received.push(data.activityAdded.activity.databaseId);
            this.cursor = data.activityAdded.liveCursor;
            this.#onEntry();
          },
          error: reject,
          complete: () => reject(new Error('completed')),
        },
      );
    });
    // Whoever waits for entries learns of it.
    this.#failed.catch(() => undefined);
  }

  /** Resolves once it has so many entries. */
  async until(count: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#onEntry = () => {
        if (this.received.length >= count) resolve();
      };
      this.#onEntry();
    });
    await Promise.race([reached, this.#failed]);
  }

  /** Stops reading from the socket. */
  pause(): void {
    for (const socket of this.#watched.sockets) socket.pause();
  }

  resume(): void {
    for (const socket of this.#watched.sockets) socket.resume();
  }

  /** Ends it at once. A paused socket would not finish a closing handshake. */
  async end(): Promise<void> {
    this.#watched.cut();
    await this.#client.dispose();
  }
}
