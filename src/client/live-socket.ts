import { type Client, createClient } from 'graphql-ws/client';
import { ActivityLogClientError, fromGraphqlErrors, networkReason } from './client-error.ts';
import type { TypedDocumentString } from './generated/graphql.ts';
import type { TokenRefusal, TokenSource } from './token-source.ts';

/** Milliseconds. A connection that is dead without a word is found after `ping` and `pong` together. */
const patience = { handshake: 10_000, acknowledgement: 10_000, ping: 15_000, pong: 10_000 } as const;

/** The service's close code for a token that is refused or has expired. */
const tokenRefused = 4403;

/** The connection was lost, or could not be made. */
export class ConnectionLost extends ActivityLogClientError {
  /** True where the service had accepted this connection's token. */
  readonly acknowledged: boolean;

  constructor(url: string, event: unknown, acknowledged: boolean) {
    const { code, reason } = (event ?? {}) as { code?: unknown; reason?: unknown };
    const status = typeof code === 'number' ? code : undefined;
    const said = typeof reason === 'string' && reason !== '' ? reason : undefined;
    if (status === tokenRefused) super('UNAUTHENTICATED', said ?? 'The token was refused.', { status });
    else {
      const why = said ?? (status === undefined ? networkReason(event) : `it was closed with ${status}`);
      super('UNAVAILABLE', `The connection to ${url} was lost: ${why}.`, { status, cause: event });
    }
    this.acknowledged = acknowledged;
  }
}

/** Takes what an operation gives. None may throw. */
export interface Sink<T> {
  /** The operation goes out: the service has accepted the connection. */
  open?(): void;
  next(data: T): void;
  /** Nothing comes after it. */
  fail(error: unknown): void;
}

export interface LiveSocketOptions {
  /** Of the service's WebSocket. */
  url: string;
  tokens: TokenSource;
  /** A constructor like the browsers'; by default theirs, or the package `ws`. */
  webSocket?: unknown;
}

async function loadWebSocket(): Promise<unknown> {
  if (globalThis.WebSocket !== undefined) return globalThis.WebSocket;
  const { WebSocket } = await import('ws');
  return class extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { handshakeTimeout: patience.handshake, perMessageDeflate: false });
    }
  };
}

/** The one socket of a client: opened for the first operation, closed with the last. It never reconnects by itself. */
export class LiveSocket {
  readonly #options: LiveSocketOptions;
  #implementation: unknown;
  #connection: Connection | undefined;
  /** Of the connection that comes next. */
  #token = '';
  /** That the last connection was lost by. */
  #refusal: TokenRefusal | undefined;

  constructor(options: LiveSocketOptions) {
    this.#options = options;
    this.#implementation = options.webSocket;
  }

  /**
   * Has to be awaited before `subscribe`: gets the token of the next connection, where there is none. No socket waits
   * open for somebody who takes their time. @throws what the token function throws
   */
  async prepare(): Promise<void> {
    this.#implementation ??= await loadWebSocket();
    if (this.#connection !== undefined) return;
    const { tokens } = this.#options;
    this.#token = this.#refusal === undefined ? await tokens.fresh() : await tokens.insteadOf(this.#refusal);
    this.#refusal = undefined;
  }

  /** Starts an operation. Returns what ends it, and, after the last one, closes the socket. */
  subscribe<TResult, TVariables extends Record<string, unknown>>(
    document: TypedDocumentString<TResult, TVariables>,
    variables: TVariables,
    sink: Sink<TResult>,
  ): () => void {
    const token = this.#token;
    this.#connection ??= new Connection({
      ...{ url: this.#options.url, webSocketImpl: this.#implementation, token },
      onEnd: (loss) => {
        this.#connection = undefined;
        if (loss?.code === 'UNAUTHENTICATED') this.#refusal = { token, reason: loss.message };
      },
    });
    return this.#connection.subscribe({ query: document.toString(), variables }, sink as Sink<unknown>);
  }
}

interface ConnectionOptions {
  url: string;
  webSocketImpl: unknown;
  token: string;
  /** Called once; with the reason where it was lost. */
  onEnd(loss: ConnectionLost | undefined): void;
}

/**
 * One connection: connecting -> acknowledged -> ended. Each has a graphql-ws client of its own, which is never used
 * again: that client would otherwise repeat operations as they were first asked, from a cursor that is long past.
 */
class Connection {
  readonly #url: string;
  readonly #client: Client;
  readonly #onEnd: ConnectionOptions['onEnd'];
  readonly #operations = new Map<Sink<unknown>, () => void>();
  #acknowledged = false;
  #ended = false;
  #pong: ReturnType<typeof setTimeout> | undefined;

  constructor({ url, webSocketImpl, token, onEnd }: ConnectionOptions) {
    this.#url = url;
    this.#onEnd = onEnd;
    this.#client = createClient({
      url,
      webSocketImpl,
      retryAttempts: 0,
      keepAlive: patience.ping,
      connectionAckWaitTimeout: patience.acknowledgement,
      connectionParams: { authorization: `Bearer ${token}` },
      on: {
        connected: () => {
          this.#acknowledged = true;
          for (const sink of this.#operations.keys()) sink.open?.();
        },
        error: (event) => this.#lose(event),
        closed: (event) => this.#lose(event),
        ping: (received) => {
          if (!received) this.#pong = setTimeout(() => this.#client.terminate(), patience.pong);
        },
        pong: (received) => {
          if (received) clearTimeout(this.#pong);
        },
      },
    });
  }

  subscribe(payload: { query: string; variables: Record<string, unknown> }, sink: Sink<unknown>): () => void {
    const fail = (error: unknown) => {
      if (this.#leave(sink)) sink.fail(error);
    };
    const release = this.#client.subscribe(payload, {
      next: ({ data, errors }) => {
        if (errors !== undefined) fail(fromGraphqlErrors(errors));
        else if (this.#operations.has(sink)) sink.next(data);
      },
      // Errors of the operation; what befalls the connection has come to #lose before.
      error: (error) => (Array.isArray(error) ? fail(fromGraphqlErrors(error)) : this.#lose(error)),
      complete: () => fail(new ConnectionLost(this.#url, { reason: 'the service ended the subscription' }, true)),
    });
    this.#operations.set(sink, release);
    if (this.#acknowledged) sink.open?.();
    return () => void this.#leave(sink);
  }

  #leave(sink: Sink<unknown>): boolean {
    const release = this.#operations.get(sink);
    if (release === undefined) return false;
    this.#operations.delete(sink);
    release();
    if (this.#operations.size === 0) this.#end();
    return true;
  }

  #lose(event: unknown): void {
    const operations = [...this.#operations];
    this.#operations.clear();
    const error = new ConnectionLost(this.#url, event, this.#acknowledged);
    this.#end(error);
    for (const [sink, release] of operations) {
      release();
      sink.fail(error);
    }
  }

  #end(loss?: ConnectionLost): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#pong);
    this.#onEnd(loss);
    // graphql-ws 6.4 closes its socket with the last operation, but not where we end one and the service's own end of it
    // is in the same packet: it counts that one twice. Where the connection fails meanwhile, there is nothing to close.
    void Promise.resolve(this.#client.dispose()).catch(() => undefined);
  }
}
