import type { Socket } from 'node:net';
import type { Delivery, Outlet } from '../live/topic.ts';
import type { Metrics } from '../metrics.ts';
import type { StallWatch } from './stall-watch.ts';

/** What channels of a server have in common. */
export interface ChannelOptions {
  /** Bytes that may be unsent before live deliveries are refused. */
  limit: number;
  metrics: Metrics;
  stalls: StallWatch;
}

/** Bytes that are written at once, about; a progress of the other side is seen in these steps. */
const chunkSize = 65_536;

/** Bytes that a write may come to beyond its text: the chunks of an answer over HTTP, pings between two frames. */
const slack = 1_024;

/**
 * One connection as live deliveries see it: what is unsent on it is bounded. A channel whose connection is closed takes
 * everything, to nowhere.
 */
export abstract class Channel {
  protected readonly options: ChannelOptions;
  /** Called where the other side has taken nothing for too long. */
  readonly stalled: () => void;
  #waiting: (() => void)[] = [];

  constructor(options: ChannelOptions, onStall: () => void) {
    this.options = options;
    this.stalled = onStall;
  }

  abstract get isOpen(): boolean;
  /** Bytes that wait in this process for the other side to take them. */
  abstract get unsent(): number;
  /** Text that changes whenever the other side takes something. */
  abstract get progress(): string;

  get isFull(): boolean {
    return this.isOpen && this.unsent > this.options.limit;
  }

  /** Resolves when the channel is not full. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** To be called when something has been sent that may have left the channel full, and when the connection is closed. */
  readonly sent = (): void => {
    if (this.#waiting.length === 0 || this.isFull) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  protected count(messages: number, bytes: number): void {
    const { metrics, stalls } = this.options;
    metrics.live.messages += messages;
    metrics.live.bytes += bytes;
    metrics.live.writes += 1;
    if (this.unsent > 0) stalls.watch(this);
  }
}

/** Tells how far a socket's other side has come. */
export function progressOf(socket: Socket): string {
  // Node counts a write as a whole; its own time-out looks at the handle's queue to see a part of one go. Where there is
  // no such number, whole writes have to do.
  const { writeQueueSize } = (socket as { _handle?: { writeQueueSize?: number } | null })._handle ?? {};
  return `${socket.bytesWritten - socket.writableLength} ${writeQueueSize ?? ''}`;
}

/** What a `ByteChannel` writes to: a socket, or an answer over HTTP. */
export interface ByteStream {
  readonly writableLength: number;
  write(text: string, encoding: 'latin1', callback?: () => void): boolean;
}

/** Writes bytes, several deliveries at once. */
export abstract class ByteChannel extends Channel {
  protected abstract readonly stream: ByteStream;

  get unsent(): number {
    return this.stream.writableLength;
  }

  /** Writes text of one character a byte. */
  write(text: string, messages: number): void {
    const { stream, options } = this;
    // A listener for every write would cost more than the write: only one that may fill the channel says when it is out.
    if (stream.writableLength + text.length > options.limit - slack) stream.write(text, 'latin1', this.sent);
    else stream.write(text, 'latin1');
    this.count(messages, text.length);
  }
}

/** One subscription's deliveries as bytes, as many in one write as there are. */
export abstract class ByteOutlet<C extends ByteChannel = ByteChannel> implements Outlet {
  protected readonly channel: C;

  constructor(channel: C) {
    this.channel = channel;
  }

  /** The bytes of a delivery, one character for each. */
  protected abstract frame(delivery: Delivery): string;

  write(deliveries: readonly Delivery[], from: number): number {
    const { channel } = this;
    if (!channel.isOpen) return deliveries.length - from;
    let next = from;
    while (next < deliveries.length && !channel.isFull) {
      let text = '';
      const first = next;
      while (next < deliveries.length && text.length < chunkSize) {
        text += this.frame(deliveries[next] as Delivery);
        next += 1;
      }
      channel.write(text, next - first);
    }
    return next - from;
  }

  room(): Promise<void> {
    return this.channel.room();
  }
}
