/**
 * Which entries of a run are still there, for a merge that leaves out what retention has deleted. A Bloom filter
 * (https://doi.org/10.1145/362686.362692) over their ages: what it takes for living by mistake is one look in vain later.
 */
import sql from 'sql-template-tag';
import type { Queryable } from '../database.ts';
import type { ReadyRun } from './runs.ts';

/** Bits for each entry, and how many of them are set: about one in eighty of the deleted ones stays. */
const [bitsPerEntry, hashes] = [10, 4] as const;
/** Entries that are read in one step. */
const entriesRead = 10_000;

/** Ages as a set that may know more than it was told. */
export class AgeFilter {
  readonly #bits: Uint8Array;
  readonly #size: number;

  constructor(entries: number) {
    this.#size = Math.max(8, Math.ceil(entries * bitsPerEntry));
    this.#bits = new Uint8Array(Math.ceil(this.#size / 8));
  }

  add(age: number): void {
    for (let hash = 0; hash < hashes; hash += 1) {
      const bit = this.#bitOf(age, hash);
      this.#bits[bit >> 3] = (this.#bits[bit >> 3] as number) | (1 << (bit & 7));
    }
  }

  mayHave(age: number): boolean {
    for (let hash = 0; hash < hashes; hash += 1) {
      const bit = this.#bitOf(age, hash);
      if (((this.#bits[bit >> 3] as number) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  /** Ages are milliseconds, below 2^53: both halves are mixed, as MurmurHash3 ends (Austin Appleby, public domain). */
  #bitOf(age: number, hash: number): number {
    const low = age | 0;
    const high = Math.floor(age / 4_294_967_296) | 0;
    let mixed = Math.imul(low ^ Math.imul(high + hash, 0x9e3779b1), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return (mixed >>> 0) % this.#size;
  }
}

/** True where it is known which entries a run was made of. */
export const canLeaveOut = ({ firstTransaction }: ReadyRun): boolean => firstTransaction !== null;

/** The ages of those entries of some runs that are still there; read in steps, as whoever merges has others beside it. */
export class LivingAges {
  readonly #database: Queryable;
  readonly #ages: AgeFilter;
  /** Entries that were read. */
  count = 0;
  readonly #unread: { after: string; sequence: string; last: string }[];

  /** @param runs of which it is known which entries they were made of */
  constructor(database: Queryable, runs: readonly ReadyRun[]) {
    this.#database = database;
    this.#ages = new AgeFilter(runs.reduce((sum, { entries }) => sum + entries, 0));
    this.#unread = runs.map(({ firstTransaction, lastTransaction }) => ({
      after: firstTransaction as string,
      sequence: '-1',
      last: lastTransaction as string,
    }));
  }

  /** Reads some more. @returns true once all of it is read */
  async read(): Promise<boolean> {
    const next = this.#unread[0];
    if (next === undefined) return true;
    const rows = await this.#database.query<{ age: number; transactionId: string; sequence: string }>(
      sql`SELECT (extract(epoch FROM "createdAt") * -1000)::float8 AS age, "transactionId"::text AS "transactionId",
          "sequence"::text AS "sequence"
        FROM "ActivityLog" WHERE ("transactionId", "sequence") > (${next.after}::text::xid8, ${next.sequence}::text::int8)
          AND "transactionId" <= ${next.last}::text::xid8
        ORDER BY "ActivityLog"."transactionId", "ActivityLog"."sequence" LIMIT ${entriesRead}`,
      { repeated: true },
    );
    for (const { age } of rows) this.#ages.add(age);
    this.count += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < entriesRead) this.#unread.shift();
    else Object.assign(next, { after: last.transactionId, sequence: last.sequence });
    return this.#unread.length === 0;
  }

  /** False for sure where no entry of this age is left. Once all is read. */
  mayHave(age: number): boolean {
    return this.#ages.mayHave(age);
  }
}
