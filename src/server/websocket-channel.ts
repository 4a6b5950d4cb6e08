import { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Delivery, Outlet } from '../live/topic.ts';
import { ByteChannel, ByteOutlet, Channel, type ChannelOptions, progressOf } from './channel.ts';

const prefixOf = (id: string): string => `{"id":${JSON.stringify(id)},"type":"next","payload":`;

/** By the length of the message: the bytes before a text frame of a server (RFC 6455, 5.2), one character for each. */
const headers: string[] = [];

function headerOf(length: number): string {
  if (length < 126) return `\x81${String.fromCharCode(length)}`;
  const bytes = (value: number, count: number) =>
    Array.from({ length: count }, (_, at) =>
      String.fromCharCode(Math.floor(value / 256 ** (count - 1 - at)) % 256),
    ).join('');
  if (length >= 65_536) return `\x81\x7f${bytes(length, 8)}`;
  headers[length] ??= `\x81\x7e${bytes(length, 2)}`;
  return headers[length];
}

/** A WebSocket's connection: what the outlets of its subscriptions write to. */
export interface WebSocketChannel extends Channel {
  outletOf(id: string): Outlet;
}

/** Writes frames of its own to the socket under the WebSocket. */
class FrameChannel extends ByteChannel implements WebSocketChannel {
  protected readonly stream: Socket;
  readonly #websocket: WebSocket;

  constructor(options: ChannelOptions, onStall: () => void, websocket: WebSocket, socket: Socket) {
    super(options, onStall);
    this.#websocket = websocket;
    this.stream = socket;
  }

  get isOpen(): boolean {
    return this.#websocket.readyState === this.#websocket.OPEN;
  }

  get progress(): string {
    return progressOf(this.stream);
  }

  outletOf(id: string): Outlet {
    return new FrameOutlet(this, id);
  }
}

class FrameOutlet extends ByteOutlet<FrameChannel> {
  readonly #prefix: string;

  constructor(channel: FrameChannel, id: string) {
    super(channel);
    this.#prefix = Buffer.from(prefixOf(id)).toString('latin1');
  }

  protected frame(delivery: Delivery): string {
    const { latin1 } = delivery;
    return `${headerOf(this.#prefix.length + latin1.length + 1)}${this.#prefix}${latin1}}`;
  }
}

/** Sends messages with nothing but the public methods of the WebSocket: each a write of its own. */
class MessageChannel extends Channel implements WebSocketChannel {
  readonly #websocket: WebSocket;
  /** Counted up whenever a message is out. */
  #out = 0;

  constructor(options: ChannelOptions, onStall: () => void, websocket: WebSocket) {
    super(options, onStall);
    this.#websocket = websocket;
  }

  get isOpen(): boolean {
    return this.#websocket.readyState === this.#websocket.OPEN;
  }

  get unsent(): number {
    return this.#websocket.bufferedAmount;
  }

  get progress(): string {
    return String(this.#out);
  }

  outletOf(id: string): Outlet {
    const prefix = prefixOf(id);
    return {
      write: (deliveries, from) => {
        let next = from;
        for (; next < deliveries.length && !this.isFull; next += 1) {
          if (this.isOpen) this.#send(`${prefix}${(deliveries[next] as Delivery).text}}`);
        }
        return next - from;
      },
      room: () => this.room(),
    };
  }

  #send(message: string): void {
    this.#websocket.send(message, () => {
      this.#out += 1;
      this.sent();
    });
    this.count(1, message.length);
  }
}

/**
 * The channel of a WebSocket. Its own frames go to the socket directly where that is known to be safe: the socket is one
 * of Node's, nothing was negotiated that changes frames or lets them wait (compression), so that the `ws` package, too,
 * writes each of its frames at once and whole. Otherwise everything goes through its public methods.
 * @param socket the one that the WebSocket was made from
 * @param onStall called where the other side has taken nothing for too long
 */
export function channelOf(
  options: ChannelOptions,
  websocket: WebSocket,
  socket: unknown,
  onStall: () => void,
): WebSocketChannel {
  if (socket instanceof Socket && websocket.extensions === '')
    return new FrameChannel(options, onStall, websocket, socket);
  return new MessageChannel(options, onStall, websocket);
}
