import { AppendQueue } from './append-queue.ts';
import { makeDirectory, syncDirectory } from './durable-directory.ts';
import { recordBytes } from './record-bytes.ts';
import { type Damage, Segment, type SegmentPlace } from './segment.ts';
import { encodeLines, lineOverhead } from './segment-lines.ts';
import { SegmentList } from './segment-list.ts';
import { SegmentNames, spoolFilesIn } from './segment-names.ts';
import { SpoolFullError, type SpoolSize, type SpoolStore } from './spool-store.ts';

export type { Damage } from './segment.ts';

export interface FileStoreOptions {
  /** Made with mode 0700 by the first append. Any number of processes can share it. */
  directory: string;
  /** Bytes that the files held by this process may take at most, those that were taken over included. Default 256 MiB. */
  bytes?: number | undefined;
  /** A new file is begun once the last one is so long. Default 4 MiB. */
  segmentBytes?: number | undefined;
  /** A line of a file is not what was written: it is skipped, and the file is kept as `<name>.damaged` in the end. Must not throw. */
  onDamage?: ((damage: Damage) => void) | undefined;
}

export interface FileStore extends SpoolStore {
  /**
   * Takes over what processes have left that are gone: their records come before those of this process, the oldest file
   * first, but behind what was peeked and is not released. Resolves with how many records it found.
   * @throws what the disk said; what was taken over before stays so
   */
  adopt(): Promise<number>;
}

/** Files of others that are held open at once; the next ones follow when these are done with. */
const mostAdopted = 128;

/**
 * Opens a store of files in a directory, and takes over what dead processes have left there. Nothing is created before
 * the first append. What append has acknowledged survives the process and the machine. After a crash of the process,
 * records may come again that were delivered and not yet released, and after one of the machine up to a file of
 * released ones too: whoever takes them must be idempotent. Of an append that was not acknowledged, some records may be there.
 * @throws what the disk said about a directory that exists and cannot be read
 */
export async function openFileStore(options: FileStoreOptions): Promise<FileStore> {
  const store = new SegmentedStore(options);
  try {
    await store.adopt();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

class SegmentedStore implements FileStore {
  readonly place: string;
  readonly durable = true;
  readonly #bound: number;
  readonly #segmentBytes: number;
  readonly #onDamage: FileStoreOptions['onDamage'];
  readonly #segments = new SegmentList();
  readonly #names = new SegmentNames();
  readonly #appends: AppendQueue;
  /** There were more files to take over than are held at once. */
  #leftMore = false;
  /** Peeks, releases and takings over go one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor({ directory, bytes = 256 * 1024 * 1024, segmentBytes = 4 * 1024 * 1024, onDamage }: FileStoreOptions) {
    this.place = directory;
    this.#bound = bytes;
    this.#segmentBytes = segmentBytes;
    this.#onDamage = onDamage;
    this.#appends = new AppendQueue({
      most: segmentBytes,
      writable: async () => await this.#writable(),
      remove: async (segment) => await this.#segments.remove([segment]),
    });
  }

  get size(): SpoolSize {
    return this.#segments.waiting;
  }

  async append(records: readonly string[]): Promise<void> {
    this.#checkOpen();
    if (records.length === 0) return;
    const size = { records: records.length, bytes: records.reduce((sum, record) => sum + recordBytes(record), 0) };
    const bytes = size.bytes + size.records * lineOverhead;
    const taken = this.#segments.length + this.#appends.bytes;
    if (taken + bytes > this.#bound) {
      throw new SpoolFullError({
        place: this.place,
        bound: { bytes: this.#bound },
        waiting: { records: this.size.records, bytes: taken },
        refused: { records: size.records, bytes },
      });
    }
    await this.#appends.append(encodeLines(records), size);
  }

  async peek(most: SpoolSize): Promise<string[]> {
    return await this.#exclusively(async () => {
      const records: string[] = [];
      let bytes = most.bytes;
      const { all } = this.#segments;
      for (const segment of all) {
        if (records.length >= most.records) break;
        const more = await segment.peek({ records: most.records - records.length, bytes }, records.length === 0);
        records.push(...more);
        for (const record of more) bytes -= recordBytes(record);
        if (segment.peeked < segment.waiting.records) break;
      }
      // Where nothing waits any more because all of it is damaged.
      await this.#segments.remove(all);
      return records;
    });
  }

  async release(count: number): Promise<void> {
    await this.#exclusively(async () => {
      const { all } = this.#segments;
      let left = count;
      for (const segment of all) {
        if (left === 0) break;
        const releasing = Math.min(left, segment.waiting.records);
        await segment.release(releasing);
        left -= releasing;
        if (segment.waiting.records > 0 || segment.isBusy) await segment.mark();
      }
      await this.#segments.remove(all);
      if (this.#leftMore && this.#segments.adopted === 0) await this.#adopt();
    });
  }

  async adopt(): Promise<number> {
    return await this.#exclusively(async () => await this.#adopt());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #adopt(): Promise<number> {
    const names = (await spoolFilesIn(this.place)).filter((name) => !this.#segments.has(name));
    let records = 0;
    this.#leftMore = false;
    for (const name of names) {
      this.#leftMore = this.#segments.adopted >= mostAdopted;
      if (this.#leftMore) break;
      const segment = await Segment.adopt(this.#at(name));
      if (segment === undefined) continue;
      this.#segments.insert(segment);
      await this.#segments.remove([segment]);
      records += segment.waiting.records;
    }
    return records;
  }

  async #close(): Promise<void> {
    await this.#appends.settled();
    await this.#last;
    for (const segment of this.#segments.all) await segment.close();
  }

  async #writable(): Promise<Segment> {
    const last = this.#segments.all.at(-1);
    if (last?.isOwn === true && !last.isSealed && last.length < this.#segmentBytes) {
      last.isBusy = true;
      return last;
    }
    await makeDirectory(this.place);
    // Another process may take a new file for one that was left, before it is locked; the next one has another name.
    let made: Segment | undefined;
    while (made === undefined) made = await Segment.create(this.#at(this.#names.next()));
    made.isBusy = true;
    this.#segments.add(made);
    try {
      await syncDirectory(this.place);
    } catch (error) {
      made.isBusy = false;
      await this.#segments.remove([made]);
      throw error;
    }
    return made;
  }

  #at(name: string): SegmentPlace {
    return { directory: this.place, name, onDamage: this.#onDamage };
  }

  async #exclusively<T>(task: () => Promise<T>): Promise<T> {
    this.#checkOpen();
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return await result;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new Error(`the spool (${this.place}) is closed`);
  }
}
