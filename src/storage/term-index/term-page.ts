/**
 * Pages of the term index: for each term the ages of its entries, sorted by term, then by age (milliseconds since 1970,
 * negated: the newest first). A page is a row of a sorted run, found by the index of its first term and age, as blocks of
 * a sorted string table are (LevelDB, https://github.com/google/leveldb/blob/main/doc/table_format.md).
 *
 * In `data`, all as varints: base of the ages; then for each term its distance to the one before (the first: to that of
 * the page), how many ages, the first one as distance to the base, each other one as distance to the one before.
 */
import { Buffer } from 'node:buffer';

export interface TermPage {
  /** The first term in it. */
  term: number;
  /** The first age of that term. */
  age: number;
  data: Buffer;
}

/** Bytes of a page: four fit into one of PostgreSQL's, none is moved out of its row. */
const pageBytes = 1_850;
/** The most that one number takes. */
const numberBytes = 8;

function putNumber(buffer: Buffer, at: number, number: number): number {
  let [place, rest] = [at, number];
  while (rest >= 0x80) {
    buffer[place] = (rest % 0x80) | 0x80;
    place += 1;
    rest = Math.floor(rest / 0x80);
  }
  buffer[place] = rest;
  return place + 1;
}

/** Reads the numbers of a page one after the other. */
class Numbers {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get done(): boolean {
    return this.#at >= this.#data.length;
  }

  next(): number {
    let byte = this.#data[this.#at++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = this.#data[this.#at++] as number;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  /** Numbers that are distances, each to the one before. A loop of its own: a list may have a hundred thousand of them. */
  sums(base: number, count: number): Float64Array {
    const data = this.#data;
    const sums = new Float64Array(count);
    let at = this.#at;
    let sum = base;
    for (let place = 0; place < count; place += 1) {
      let byte = data[at++] as number;
      let value = byte & 0x7f;
      for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
        byte = data[at++] as number;
        value += (byte & 0x7f) * factor;
      }
      sum += value;
      sums[place] = sum;
    }
    this.#at = at;
    return sums;
  }

  /** Passes over some numbers. */
  skip(count: number): void {
    const data = this.#data;
    let at = this.#at;
    for (let left = count; left > 0; at += 1) if ((data[at] as number) < 0x80) left -= 1;
    this.#at = at;
  }
}

/** Writes terms in their order into pages. */
export class PageWriter {
  readonly #base: number;
  readonly #emit: (page: TermPage) => void;
  readonly #buffer = Buffer.alloc(pageBytes + 4 * numberBytes);
  readonly #ages = Buffer.alloc(pageBytes + 4 * numberBytes);
  #length = 0;
  #first: { term: number; age: number } | undefined;
  #last = 0;

  /** @param base no age is lower */
  constructor(base: number, emit: (page: TermPage) => void) {
    this.#base = base;
    this.#emit = emit;
  }

  /** The next term, greater than the one before, with its ages from the lowest to the highest, each once. */
  add(term: number, ages: ArrayLike<number>): void {
    let at = 0;
    while (at < ages.length) {
      // With room for what stands in front of the ages, and for one of them.
      if (this.#length + 5 * numberBytes > pageBytes) this.#finish();
      if (this.#first === undefined) this.#begin(term, ages[at] as number);
      at = this.#put(term, ages, at);
    }
  }

  /** Gives out the page that is not full. */
  end(): void {
    if (this.#first !== undefined) this.#finish();
  }

  #begin(term: number, age: number): void {
    this.#first = { term, age };
    this.#last = term;
    this.#length = putNumber(this.#buffer, 0, age - this.#base);
  }

  /** As many ages as the page has room for; returns where the others begin. */
  #put(term: number, ages: ArrayLike<number>, from: number): number {
    const room = pageBytes - this.#length - 3 * numberBytes;
    let before = this.#base;
    let [at, length] = [from, 0];
    while (at < ages.length && length < room) {
      const age = ages[at] as number;
      length = putNumber(this.#ages, length, age - before);
      before = age;
      at += 1;
    }
    this.#length = putNumber(this.#buffer, this.#length, term - this.#last);
    this.#length = putNumber(this.#buffer, this.#length, at - from);
    this.#ages.copy(this.#buffer, this.#length, 0, length);
    this.#length += length;
    this.#last = term;
    if (at < ages.length) this.#finish();
    return at;
  }

  #finish(): void {
    const { term, age } = this.#first as { term: number; age: number };
    this.#emit({ term, age, data: Buffer.from(this.#buffer.subarray(0, this.#length)) });
    this.#first = undefined;
    this.#length = 0;
  }
}

/** Calls `each` with every term of a page and its ages. */
export function eachTerm({ term, age, data }: TermPage, each: (term: number, ages: Float64Array) => void): void {
  const numbers = new Numbers(data);
  const base = age - numbers.next();
  let current = term;
  while (!numbers.done) {
    current += numbers.next();
    each(current, numbers.sums(base, numbers.next()));
  }
}

/** The ages that a page has of one term, from the lowest to the highest. */
export function agesOf({ term, age, data }: TermPage, wanted: number): Float64Array {
  const numbers = new Numbers(data);
  const base = age - numbers.next();
  let current = term;
  while (!numbers.done) {
    current += numbers.next();
    if (current > wanted) break;
    const count = numbers.next();
    if (current === wanted) return numbers.sums(base, count);
    numbers.skip(count);
  }
  return new Float64Array(0);
}
