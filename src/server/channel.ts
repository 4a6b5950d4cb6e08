import type { Socket } from 'node:net';
import type { Metrics } from '../metrics.ts';
import type { StallWatch } from './stall-watch.ts';

/** What the channels of a server have in common. */
export interface ChannelOptions {
  /** Bytes that may be unsent before live deliveries are refused. */
  limit: number;
  metrics: Metrics;
  stalls: StallWatch;
}

/** Bytes that a write may come to beyond its text: the chunks of an answer over HTTP, pings between two frames. */
const slack = 1_024;

/**
 * One connection as live deliveries see it: what is unsent on it is bounded. A channel whose connection is closed takes
 * everything, to nowhere.
 */
export abstract class Channel {
  /** Called where the other side has taken nothing for too long. */
  readonly stalled: () => void;
  readonly #options: ChannelOptions;
  #waiting: (() => void)[] = [];

  constructor(options: ChannelOptions, onStall: () => void) {
    this.#options = options;
    this.stalled = onStall;
  }

  abstract get isOpen(): boolean;
  /** Bytes that wait in this process for the other side to take them. */
  abstract get unsent(): number;
  /** Text that changes whenever the other side takes something. */
  abstract get progress(): string;

  get isFull(): boolean {
    return this.isOpen && this.unsent > this.#options.limit;
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

  /**
   * What to call when a write of this size is out. A listener for every write would cost more than the write: only one
   * that may fill the channel has it.
   */
  protected whenSent(size: number): (() => void) | undefined {
    return this.unsent + size > this.#options.limit - slack ? this.sent : undefined;
  }

  /** Counts a write. */
  protected wrote(messages: number, bytes: number): void {
    const { metrics, stalls } = this.#options;
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
