import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import type { Delivery, Outlet } from '../live/topic.ts';
import { Channel, type ChannelOptions, progressOf } from './channel.ts';
import { type Chunk, FrameBuffer } from './frame-buffer.ts';

const prefixOf = (id: string): string => `{"id":${JSON.stringify(id)},"type":"next","payload":`;

/** A WebSocket's connection: what the outlets of its subscriptions write to. */
export interface WebSocketChannel extends Channel {
  outletOf(id: string): Outlet;
}

const frames = new FrameBuffer();

/** Writes frames of its own to the socket under the WebSocket. */
class FrameChannel extends Channel implements WebSocketChannel {
  readonly #websocket: WebSocket;
  readonly #socket: Socket;

  constructor(options: ChannelOptions, onStall: () => void, websocket: WebSocket, socket: Socket) {
    super(options, onStall);
    this.#websocket = websocket;
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return this.#websocket.readyState === this.#websocket.OPEN;
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  get progress(): string {
    return progressOf(this.#socket);
  }

  outletOf(id: string): Outlet {
    return new FrameOutlet(this, id);
  }

  write(chunk: Chunk, prefix: string): void {
    this.#socket.write(chunk.stamp(prefix), this.whenSent(chunk.size));
    // What the kernel did not take at once, Node holds on to.
    if (this.#socket.writableLength > 0) chunk.keep();
    this.wrote(chunk.count, chunk.size);
  }
}

class FrameOutlet implements Outlet {
  readonly #channel: FrameChannel;
  readonly #prefix: string;

  constructor(channel: FrameChannel, id: string) {
    this.#channel = channel;
    // Its UTF-8 bytes, one character for each.
    this.#prefix = Buffer.from(prefixOf(id)).toString('latin1');
  }

  write(deliveries: readonly Delivery[], from: number): number {
    if (!this.#channel.isOpen) return deliveries.length - from;
    let taken = 0;
    for (const chunk of frames.chunksOf(deliveries, from, this.#prefix.length)) {
      if (this.#channel.isFull) break;
      this.#channel.write(chunk, this.#prefix);
      taken += chunk.count;
    }
    return taken;
  }

  room(): Promise<void> {
    return this.#channel.room();
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
    this.wrote(1, message.length);
  }
}

/**
 * The channel of a WebSocket. Its own frames go to the socket directly where that is known to be safe: the socket is one
 * of Node's, without encryption, and nothing was negotiated that changes frames or lets them wait (compression), so that
 * the `ws` package, too, writes each of its frames at once and whole. Otherwise everything goes through its public methods.
 * @param socket the one that the WebSocket was made from
 * @param onStall called where the other side has taken nothing for too long
 */
export function channelOf(
  options: ChannelOptions,
  websocket: WebSocket,
  socket: unknown,
  onStall: () => void,
): WebSocketChannel {
  const isPlain = socket instanceof Socket && !(socket instanceof TLSSocket);
  if (isPlain && websocket.extensions === '') return new FrameChannel(options, onStall, websocket, socket);
  return new MessageChannel(options, onStall, websocket);
}
