import type { Segment } from './segment.ts';
import type { SpoolSize } from './spool-store.ts';

export interface AppendQueueOptions {
  /** Bytes that are written at once, at most; a call that is larger goes alone. */
  most: number;
  /** The file that is written to now; its `isBusy` is set. */
  writable(): Promise<Segment>;
  /** Nothing waits in it, because an append failed. */
  remove(segment: Segment): Promise<void>;
}

interface Call {
  lines: Buffer;
  size: SpoolSize;
  resolve(): void;
  reject(error: unknown): void;
}

/** Appends share writes: one is under way at a time, and what is asked for meanwhile goes together in the next one. */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  #calls: Call[] = [];
  #running: Promise<void> | undefined;
  #bytes = 0;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
  }

  /** What the calls that are not done take on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves once the lines are on disk. @throws what the disk said; nothing of the call is kept then */
  append(lines: Buffer, size: SpoolSize): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ lines, size, resolve, reject });
      this.#bytes += lines.length;
      this.#running ??= this.#run();
    });
  }

  /** Resolves once no call is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#calls.length > 0) {
      const calls = this.#take();
      try {
        await this.#write(calls);
        for (const { resolve } of calls) resolve();
      } catch (error) {
        for (const { reject } of calls) reject(error);
      }
      for (const { lines } of calls) this.#bytes -= lines.length;
    }
    this.#running = undefined;
  }

  #take(): Call[] {
    let [count, bytes] = [0, 0];
    for (const { lines } of this.#calls) {
      bytes += lines.length;
      if (count > 0 && bytes > this.#options.most) break;
      count += 1;
    }
    return this.#calls.splice(0, count);
  }

  async #write(calls: readonly Call[]): Promise<void> {
    const records = calls.reduce((sum, { size }) => sum + size.records, 0);
    const bytes = calls.reduce((sum, { size }) => sum + size.bytes, 0);
    const segment = await this.#options.writable();
    try {
      await segment.append(Buffer.concat(calls.map(({ lines }) => lines)), { records, bytes });
    } catch (error) {
      await segment.cut();
      throw error;
    } finally {
      segment.isBusy = false;
      // What disk there is to complain about was told of by the append.
      if (segment.waiting.records === 0) await this.#options.remove(segment).catch(() => {});
    }
  }
}
