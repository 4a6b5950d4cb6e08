import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';

const pattern = /^[0-9a-z]+-\d+-[0-9a-f]+-[0-9a-z]+\.spool$/;

/** The names of a spool's files in a directory, the oldest first; none where it does not exist. @throws what the disk said */
export async function spoolFilesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => pattern.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The time in the last name that this process has made, for whatever store. */
let lastTime = 0;
/** Milliseconds that names may be ahead of the clock: each store that is opened in the same one as another gets the next. */
const mostAhead = 100;

/** Names for the files of one store, `<time>-<pid>-<random>-<number>.spool`: sorted, they are in the order of their making. */
export class SegmentNames {
  readonly #identity = `${process.pid}-${randomBytes(4).toString('hex')}`;
  #time = 0;
  #number = 0;

  next(): string {
    // The clock may go back; the order must not.
    this.#time = Math.max(Date.now(), this.#time);
    if (lastTime >= this.#time && lastTime - this.#time < mostAhead) this.#time = lastTime + 1;
    lastTime = this.#time;
    this.#number += 1;
    return `${digits(this.#time, 9)}-${this.#identity}-${digits(this.#number, 6)}.spool`;
  }
}

function digits(value: number, count: number): string {
  return value.toString(36).padStart(count, '0');
}
