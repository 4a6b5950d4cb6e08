/** Merges sorted runs of the term index into one, a little at a time, without what stands for deleted entries alone. */
import type { Database } from '../database.ts';
import { canLeaveOut, LivingAges } from './living-ages.ts';
import { beginRun, type ReadyRun, type Run, readPagesBehind, writePages } from './runs.ts';
import { eachTerm, PageWriter, type TermPage } from './term-page.ts';

/** Pages of one run read at once. */
const pagesRead = 128;

interface Group {
  term: number;
  ages: Float64Array;
}

/** One run, read term by term. A term that goes on in the next page comes in parts. */
class RunReader {
  readonly #database: Database;
  readonly #run: number;
  #groups: Group[] = [];
  #at = 0;
  #last: TermPage | undefined;
  #ended = false;

  constructor(database: Database, run: number) {
    this.#database = database;
    this.#run = run;
  }

  /** The part that is next; undefined at the end. Await `fill` before. */
  get head(): Group | undefined {
    return this.#groups[this.#at];
  }

  advance(): void {
    this.#at += 1;
  }

  async fill(): Promise<void> {
    if (this.#at < this.#groups.length || this.#ended) return;
    const pages = await readPagesBehind(this.#database, this.#run, this.#last, pagesRead);
    this.#ended = pages.length < pagesRead;
    this.#last = pages.at(-1);
    this.#groups = [];
    this.#at = 0;
    for (const page of pages) eachTerm(page, (term, ages) => void this.#groups.push({ term, ages }));
  }
}

/** Ages of several parts as one list: sorted, each once. */
function united(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0] as Float64Array;
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  let sorted = true;
  for (const part of parts) {
    if (length > 0 && (part[0] as number) <= (all[length - 1] as number)) sorted = false;
    all.set(part, length);
    length += part.length;
  }
  if (sorted) return all;
  all.sort();
  let kept = 0;
  for (let at = 0; at < length; at += 1) if (at === 0 || all[at] !== all[at - 1]) all[kept++] = all[at] as number;
  return all.subarray(0, kept);
}

export class Merge {
  readonly sources: readonly ReadyRun[];
  readonly #database: Database;
  /** Where some of the entries are deleted. */
  readonly #living: LivingAges | undefined;
  readonly #readers: readonly RunReader[];
  readonly #writer: PageWriter;
  #pages: TermPage[] = [];
  #run: number | undefined;

  constructor(database: Database, sources: readonly ReadyRun[]) {
    // Those of the latest entries first: their ages are the lowest.
    this.sources = sources.toSorted((a, b) => b.newest - a.newest);
    this.#database = database;
    this.#readers = this.sources.map(({ run }) => new RunReader(database, run));
    const leavesOut = sources.some(({ removed }) => removed > 0) && sources.every((run) => canLeaveOut(run));
    if (leavesOut) this.#living = new LivingAges(database, sources);
    this.#writer = new PageWriter(-this.#whole.newest, (page) => void this.#pages.push(page));
  }

  get #whole(): Omit<Run, 'run'> {
    const isKnown = this.sources.every(({ firstTransaction }) => firstTransaction !== null);
    const transactions = (of: 'firstTransaction' | 'lastTransaction') =>
      this.sources.map((run) => BigInt(run[of] ?? 0)).sort((a, b) => (a < b ? -1 : 1));
    const entries = this.sources.reduce((sum, run) => sum + run.entries, 0);
    return {
      // Others of the same transactions may be among those that were read.
      entries: Math.min(entries, this.#living?.count ?? entries),
      oldest: Math.min(...this.sources.map(({ oldest }) => oldest)),
      newest: Math.max(...this.sources.map(({ newest }) => newest)),
      firstTransaction: isKnown ? String(transactions('firstTransaction')[0]) : null,
      lastTransaction: isKnown ? String(transactions('lastTransaction').at(-1)) : null,
    };
  }

  /** Writes about so many pages more. @returns the run, when it is complete */
  async advance(pages: number): Promise<number | undefined> {
    if (this.#living !== undefined && !(await this.#living.read())) return undefined;
    this.#run ??= await beginRun(this.#database, this.#whole);
    while (this.#pages.length < pages) {
      if (await this.#mergeTerm()) continue;
      this.#writer.end();
      await this.#write();
      return this.#run;
    }
    await this.#write();
    return undefined;
  }

  async #write(): Promise<void> {
    await writePages(this.#database, this.#run as number, this.#pages);
    this.#pages = [];
  }

  /** The next term of all runs. @returns false where there is none */
  async #mergeTerm(): Promise<boolean> {
    let term = Number.POSITIVE_INFINITY;
    for (const reader of this.#readers) {
      if (reader.head === undefined) await reader.fill();
      if (reader.head !== undefined && reader.head.term < term) term = reader.head.term;
    }
    if (term === Number.POSITIVE_INFINITY) return false;
    const parts: Float64Array[] = [];
    for (const reader of this.#readers) {
      while (reader.head?.term === term) {
        parts.push(reader.head.ages);
        reader.advance();
        if (reader.head === undefined) await reader.fill();
      }
    }
    const ages = united(parts);
    this.#writer.add(term, this.#living === undefined ? ages : ages.filter((age) => this.#living?.mayHave(age)));
    return true;
  }
}
