import { type FileHandle, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocked, openLocked } from './locked-file.ts';
import { decodeLine, readLines } from './segment-lines.ts';
import { type LinePlace, surveySegment, writeMark } from './segment-survey.ts';
import type { SpoolSize } from './spool-store.ts';

/** A line of a spool's file that is not what was written; lines are counted from 1. */
export interface Damage {
  file: string;
  line: number;
}

export interface SegmentPlace {
  directory: string;
  name: string;
  onDamage: ((damage: Damage) => void) | undefined;
}

interface Known {
  end: number;
  line: number;
  bytes: number;
}

/**
 * One file of a spool, locked for as long as it is held here. Only numbers about its records are in memory: how many
 * wait, and where those end that were looked at last.
 */
export class Segment {
  readonly name: string;
  /** Made by this process; otherwise it was left by another. */
  readonly isOwn: boolean;
  /** Somebody is about to write into it: it stays even where nothing waits in it. */
  isBusy = false;
  /** Something that is not a record may stand behind the others: nothing more is written. */
  isSealed = false;
  /** Bytes on disk. */
  length = 0;
  readonly #path: string;
  readonly #onDamage: SegmentPlace['onDamage'];
  readonly #file: FileHandle;
  #waiting: SpoolSize = { records: 0, bytes: 0 };
  /** What is before this offset is released, and so many lines are. */
  #start = 0;
  #line = 0;
  #end = 0;
  /** The first of the waiting ones. */
  #known: Known[] = [];
  /** Where the damaged lines begin that were told of. */
  readonly #damaged = new Set<number>();

  private constructor({ directory, name, onDamage }: SegmentPlace, file: FileHandle, isOwn: boolean) {
    this.name = name;
    this.isOwn = isOwn;
    this.#path = join(directory, name);
    this.#onDamage = onDamage;
    this.#file = file;
  }

  /** Undefined where another process holds it already. @throws what the disk said */
  static async create(place: SegmentPlace): Promise<Segment | undefined> {
    const file = await createLocked(join(place.directory, place.name));
    return file && new Segment(place, file, true);
  }

  /** Takes over a file that was left, and looks through it. Undefined where it is held or gone. @throws what the disk said */
  static async adopt(place: SegmentPlace): Promise<Segment | undefined> {
    const file = await openLocked(join(place.directory, place.name));
    if (file === undefined) return undefined;
    const segment = new Segment(place, file, false);
    try {
      const { length, start, line, end, waiting, damaged } = await surveySegment(file);
      [segment.length, segment.#start, segment.#line, segment.#end] = [length, start, line, end];
      segment.#waiting = waiting;
      for (const where of damaged) segment.#tell(where);
      return segment;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get waiting(): SpoolSize {
    return this.#waiting;
  }

  /** How many of the waiting ones were looked at: they must stay the first. */
  get peeked(): number {
    return this.#known.length;
  }

  /** Writes records behind the others; they wait once they are on disk. @throws what the disk said: then `cut` is due */
  async append(lines: Buffer, { records, bytes }: SpoolSize): Promise<void> {
    for (let at = 0; at < lines.length; ) {
      at += (await this.#file.write(lines, at, lines.length - at, this.length + at)).bytesWritten;
    }
    await this.#file.datasync();
    this.length += lines.length;
    this.#end = this.length;
    this.#count(records, bytes);
  }

  /** Takes away what an append that failed has left behind the others. */
  async cut(): Promise<void> {
    await this.#file.truncate(this.length).catch(() => {
      this.isSealed = true;
    });
  }

  /** The first of the waiting ones: at most so many, and at most so many bytes, but one at least where `first` is true. */
  async peek(most: SpoolSize, first: boolean): Promise<string[]> {
    const expected = this.#waiting;
    const records: string[] = [];
    const known: Known[] = [];
    let bytes = 0;
    for await (const { record, ...place } of this.#read()) {
      const isTooMuch = bytes + place.bytes > most.bytes && !(first && records.length === 0);
      if (records.length >= most.records || isTooMuch) {
        this.#known = known;
        return records;
      }
      records.push(record.toString());
      known.push(place);
      bytes += place.bytes;
    }
    this.#known = known;
    // Read to the end: what is missing was damaged since it was counted.
    this.#count(records.length - expected.records, bytes - expected.bytes);
    return records;
  }

  /** Forgets the first `count` that wait. */
  async release(count: number): Promise<void> {
    if (this.#known.length < count) {
      this.#known = [];
      for await (const { end, line, bytes } of this.#read()) {
        if (this.#known.push({ end, line, bytes }) === count) break;
      }
    }
    const released = this.#known.splice(0, count);
    const last = released.at(-1);
    if (last === undefined) return;
    this.#start = last.end;
    this.#line = last.line;
    this.#count(-released.length, -released.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  /** Tells whoever takes this file over what is released. The evidence in a damaged one is left alone. */
  async mark(): Promise<void> {
    if (this.#start > 0 && this.#damaged.size === 0) await writeMark(this.#file, this.#start);
  }

  /** Leaves the file to whoever takes it over. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Ends the file: nothing in it waits. A damaged one is kept under another name. @throws what the disk said */
  async remove(): Promise<void> {
    try {
      if (this.#damaged.size > 0) await rename(this.#path, `${this.#path}.damaged`);
      else await unlink(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      await this.#file.close();
    }
  }

  /** The whole ones from the first that waits. */
  async *#read(): AsyncGenerator<Known & { record: Buffer }> {
    let line = this.#line;
    for await (const lines of readLines(this.#file, this.#start, this.#end)) {
      for (const { start, end, bytes } of lines) {
        line += 1;
        const record = decodeLine(bytes);
        if (record === undefined) this.#tell({ start, line });
        else yield { end, line, bytes: record.length, record };
      }
    }
  }

  #tell({ start, line }: LinePlace): void {
    if (this.#damaged.has(start)) return;
    this.#damaged.add(start);
    this.#onDamage?.({ file: this.#path, line });
  }

  #count(records: number, bytes: number): void {
    this.#waiting = { records: this.#waiting.records + records, bytes: this.#waiting.bytes + bytes };
  }
}
