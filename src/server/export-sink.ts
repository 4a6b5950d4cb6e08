import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Gzip } from 'node:zlib';
import type { Metrics } from '../metrics.ts';
import { progressOf } from './channel.ts';
import type { StallWatch, Watched } from './stall-watch.ts';

/** Where an export goes: an answer, compressed or not, whose reader may be slow (it is waited for), stuck, or gone. */
export class ExportSink implements Watched {
  readonly #response: ServerResponse;
  readonly #stalls: StallWatch;
  readonly #metrics: Metrics;
  readonly #gzip: Gzip | null;

  constructor(
    response: ServerResponse,
    { stalls, metrics }: { stalls: StallWatch; metrics: Metrics },
    gzip: Gzip | null,
  ) {
    this.#response = response;
    this.#stalls = stalls;
    this.#metrics = metrics;
    this.#gzip = gzip;
    if (gzip === null) return;
    gzip.on('data', () => this.#watch());
    // Not pipeline(): it has seven listeners on the answer, which with those of others Node takes for a leak.
    gzip.on('error', () => response.destroy());
    response.once('close', () => gzip.destroy());
    gzip.pipe(response);
  }

  get isOpen(): boolean {
    return !this.#response.destroyed;
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  get progress(): string {
    const { socket } = this.#response;
    return socket === null ? '' : progressOf(socket);
  }

  sent(): void {}

  /** It took nothing for too long: what it has is no whole export, and must not look like one. */
  stalled(): void {
    this.#metrics.stalls.inc();
    this.#response.socket?.resetAndDestroy();
  }

  /** Resolves when there is room for more, or nobody reads any more. */
  async write(bytes: Buffer): Promise<void> {
    const target = this.#gzip ?? this.#response;
    const hasRoom = target.write(bytes);
    this.#watch();
    if (!hasRoom && this.isOpen) await this.#room(target);
  }

  /** Resolves when all of it was taken; with false where nobody reads any more. */
  async end(): Promise<boolean> {
    (this.#gzip ?? this.#response).end();
    this.#watch();
    return await finished(this.#response).then(
      () => true,
      () => false,
    );
  }

  #watch(): void {
    if (this.unsent > 0) this.#stalls.watch(this);
  }

  /** Of a target that is destroyed there is no `drain`. Nothing is left behind: a large export waits a hundred thousand times. */
  async #room(target: Writable): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        target.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      target.on('drain', done);
      this.#response.on('close', done);
    });
  }
}
