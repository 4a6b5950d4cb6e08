import type { WebSocket as GraphqlSocket, Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { ActivityLogError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ChannelOptions } from './channel.ts';
import type { Heartbeat } from './heartbeat.ts';
import { channelOf, type WebSocketChannel } from './websocket-channel.ts';

/** Close codes of our own; graphql-ws has the rest. */
export const closeCodes = { forbidden: 4403, tooSlow: 4420, internal: 4500, tryAgainLater: 1013 } as const;

/** What the connections of a server have in common. */
export interface ConnectionOptions<E> {
  protocol: Server<E>;
  channel: ChannelOptions;
  heartbeat: Heartbeat;
  logger: Logger;
}

/** One WebSocket, as graphql-ws sees it: lean, for there may be many that wait. */
export class WebSocketConnection<E> implements GraphqlSocket {
  readonly channel: WebSocketChannel;
  readonly #options: ConnectionOptions<E>;
  readonly #websocket: WebSocket;
  #closed: ((code?: number, reason?: string) => Promise<void>) | undefined;
  /** False where it has not answered the last beat yet. */
  #answered = true;

  /** @param makeExtra what the operations of this connection find beside it */
  constructor(
    options: ConnectionOptions<E>,
    websocket: WebSocket,
    socket: unknown,
    makeExtra: (connection: WebSocketConnection<E>) => E,
  ) {
    this.#options = options;
    this.#websocket = websocket;
    this.channel = channelOf(options.channel, websocket, socket, () => this.#stalled());
    websocket.on('error', (error) => this.#failed(error));
    websocket.on('pong', () => {
      this.#answered = true;
    });
    websocket.once('close', (code, reason) => {
      options.heartbeat.remove(this);
      this.#end(code, String(reason));
    });
    this.#closed = options.protocol.opened(this, makeExtra(this));
    options.heartbeat.add(this);
  }

  get protocol(): string {
    return this.#websocket.protocol;
  }

  send(data: string): Promise<void> {
    if (this.#websocket.readyState !== this.#websocket.OPEN) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#websocket.send(data, (error) => {
        this.channel.sent();
        if (error == null) resolve();
        else reject(error);
      });
    });
  }

  close(code?: number, reason?: string): void {
    this.#websocket.close(code, reason);
  }

  onMessage(handle: (data: string) => Promise<void>): void {
    this.#websocket.on('message', async (data) => {
      try {
        await handle(String(data));
      } catch (error) {
        if (this.#websocket.readyState !== this.#websocket.OPEN) return;
        this.#options.logger.error({ err: error }, 'a WebSocket message could not be handled');
        this.close(closeCodes.internal, 'Internal server error');
      }
    });
  }

  /** Asks whether the other side is still there. While something is unsent, that is for the stall watch to tell. */
  beat(): void {
    if (this.#websocket.readyState !== this.#websocket.OPEN) return;
    if (this.channel.unsent > 0) return;
    if (!this.#answered) {
      this.#websocket.terminate();
      return;
    }
    this.#answered = false;
    this.#websocket.ping();
  }

  #stalled(): void {
    this.#options.channel.metrics.stalls.inc();
    this.close(closeCodes.tooSlow, 'Too slow: nothing was taken for too long. Resume after the last liveCursor.');
    // The closing may take its time; its subscriptions need not be kept for it.
    this.#end(closeCodes.tooSlow, 'too slow');
  }

  #failed(error: Error): void {
    this.#options.logger.debug({ reason: error.message }, 'a WebSocket failed');
    // Protocol errors are closed by the package, with the code that fits.
    if (!(error instanceof RangeError || error instanceof SyntaxError)) this.#websocket.terminate();
  }

  #end(code: number, reason: string): void {
    const closed = this.#closed;
    this.#closed = undefined;
    closed?.(code, reason).catch((error: unknown) => {
      if (!(error instanceof ActivityLogError))
        this.#options.logger.error({ err: error }, 'closing a WebSocket failed');
    });
    this.channel.sent();
  }
}
