import { createHash } from 'node:crypto';
import type { ExportWriting } from './export-format.ts';

/** Characters that are turned into bytes at once, about. */
const chunkSize = 65_536;
/** Fewer go out after so many milliseconds: matches can be far between, and whoever waits wants to hear something. */
const patience = 1_000;

/** What an export, or the part of it from somewhere on, came to. */
export interface ExportTotals {
  /** Entries. */
  count: number;
  /** Of the text, before anything compresses it. */
  bytes: number;
  /** Of these bytes, in hex. */
  sha256: string;
}

/** Turns batches of entries into the bytes of an export, and counts them. */
export class ExportText<Row> {
  #count = 0;
  #bytes = 0;
  readonly #hash = createHash('sha256');
  #sha256: string | undefined;
  readonly #writing: ExportWriting<Row>;
  readonly #isRest: boolean;

  /** @param isRest true where the export goes on behind an entry, instead of beginning */
  constructor(writing: ExportWriting<Row>, isRest: boolean) {
    this.#writing = writing;
    this.#isRest = isRest;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The bytes, in pieces of about 64 KiB; the first one, which may be empty, as soon as anything has been read. */
  async *chunks(batches: AsyncIterable<readonly Row[]>): AsyncGenerator<Buffer> {
    const { open, record, between, last, close } = this.#writing;
    let text = this.#isRest ? '' : open;
    let due = 0;
    for await (const batch of batches) {
      for (const entry of batch) {
        if (this.#count > 0) text += between;
        text += record(entry);
        this.#count += 1;
        if (text.length < chunkSize) continue;
        yield this.#take(text);
        text = '';
      }
      if (performance.now() < due) continue;
      yield this.#take(text);
      text = '';
      due = performance.now() + patience;
    }
    text += (this.#count > 0 ? last : '') + close;
    if (text !== '') yield this.#take(text);
  }

  /** What all of it came to, at the end. */
  totals(): ExportTotals {
    this.#sha256 ??= this.#hash.digest('hex');
    return { count: this.#count, bytes: this.#bytes, sha256: this.#sha256 };
  }

  #take(text: string): Buffer {
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
    return bytes;
  }
}
