import { recordBytes } from './record-bytes.ts';
import { SpoolFullError, type SpoolSize, type SpoolStore } from './spool-store.ts';

export interface MemoryStoreOptions {
  /** Records that may wait at most. Default 10,000. */
  records?: number | undefined;
  /** Bytes of records that may wait at most. Default 64 MiB. */
  bytes?: number | undefined;
}

interface Waiting {
  text: string;
  bytes: number;
}

/** Released ones are cut off once they are so many, and at least half of all. */
const leastCut = 1_024;

/** A store that ends with its process: it takes no disk, and runs in a browser. */
export function createMemoryStore({ records = 10_000, bytes = 64 * 1024 * 1024 }: MemoryStoreOptions = {}): SpoolStore {
  return new MemoryStore({ records, bytes });
}

class MemoryStore implements SpoolStore {
  readonly place = 'memory';
  readonly durable = false;
  readonly #bound: SpoolSize;
  #records: Waiting[] = [];
  /** Where the oldest one is; what is before it was released. */
  #head = 0;
  #bytes = 0;
  #closed = false;

  constructor(bound: SpoolSize) {
    this.#bound = bound;
  }

  get size(): SpoolSize {
    return { records: this.#records.length - this.#head, bytes: this.#bytes };
  }

  async append(records: readonly string[]): Promise<void> {
    this.#checkOpen();
    const added = records.map((text) => ({ text, bytes: recordBytes(text) }));
    const bytes = added.reduce((sum, record) => sum + record.bytes, 0);
    const waiting = this.size;
    if (waiting.records + added.length > this.#bound.records || waiting.bytes + bytes > this.#bound.bytes) {
      const refused = { records: added.length, bytes };
      throw new SpoolFullError({ place: this.place, bound: this.#bound, waiting, refused });
    }
    for (const record of added) this.#records.push(record);
    this.#bytes += bytes;
  }

  async peek(most: SpoolSize): Promise<string[]> {
    this.#checkOpen();
    const texts: string[] = [];
    let bytes = 0;
    for (let at = this.#head; at < this.#records.length && texts.length < most.records; at++) {
      const record = this.#records[at] as Waiting;
      bytes += record.bytes;
      if (bytes > most.bytes && texts.length > 0) break;
      texts.push(record.text);
    }
    return texts;
  }

  async release(count: number): Promise<void> {
    this.#checkOpen();
    const end = Math.min(this.#head + count, this.#records.length);
    for (; this.#head < end; this.#head++) {
      const record = this.#records[this.#head] as Waiting;
      this.#bytes -= record.bytes;
      // Its place stays until the next cut, but its text need not.
      record.text = '';
    }
    if (this.#head === this.#records.length || (this.#head >= leastCut && this.#head * 2 >= this.#records.length)) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('the spool (memory) is closed');
  }
}
