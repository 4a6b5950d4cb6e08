import { unescapeFormula } from './export-csv.ts';
import type { ExportFormat, FormulaRule } from './export-format.ts';

const [lineFeed, quote, closing] = [0x0a, 0x22, 0x5d];
/** An id may begin with what would pass for a byte order mark. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** Bytes of an export that end with a whole entry. */
export interface WholeEntries {
  bytes: Uint8Array;
  /** How many entries end in them. */
  count: number;
  /** The id of the last one. */
  last: string;
}

/**
 * Cuts the bytes of an export behind whole entries, wherever they were cut on their way: what was put down can be gone on
 * with. What is in front of the first entry (a header) stays with it, so that nothing is put down without one.
 */
export class EntryCutter {
  readonly #format: ExportFormat;
  readonly #formulas: FormulaRule;
  /** Lines in front of the first entry. */
  #heading: number;
  #rest: Uint8Array = new Uint8Array();
  /** How far `#rest` has been looked at, and whether that place is inside of quotes. */
  #looked = 0;
  #quoted = false;
  /** Where the record begins that the place is in. */
  #begins = 0;

  /** @param isRest true where the bytes go on behind an entry */
  constructor(format: ExportFormat, formulas: FormulaRule, isRest: boolean) {
    this.#format = format;
    this.#formulas = formulas;
    this.#heading = isRest || format === 'jsonl' ? 0 : 1;
  }

  /** The whole entries that are there with these bytes; undefined where none has ended. */
  take(bytes: Uint8Array): WholeEntries | undefined {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    const isCsv = this.#format === 'csv';
    let count = 0;
    let last: readonly [from: number, to: number] = [0, 0];
    for (let at = this.#looked; at < all.length; at += 1) {
      const byte = all[at];
      if (isCsv && byte === quote) this.#quoted = !this.#quoted;
      if (byte !== lineFeed || this.#quoted) continue;
      const begins = this.#begins;
      this.#begins = at + 1;
      if (this.#heading > 0) this.#heading -= 1;
      else if (this.#format !== 'json' || all[begins] !== closing) {
        count += 1;
        last = [begins, at];
      }
    }
    const end = count === 0 ? 0 : last[1] + 1;
    this.#rest = all.subarray(end);
    this.#looked = this.#rest.length;
    this.#begins -= end;
    return count === 0
      ? undefined
      : { bytes: all.subarray(0, end), count, last: this.#idOf(decoder.decode(all.subarray(...last))) };
  }

  /** What is left behind the last entry, at the end. */
  rest(): Uint8Array {
    return this.#rest;
  }

  #idOf(record: string): string {
    if (this.#format !== 'csv') return (JSON.parse(record.replace(/,$/, '')) as { id: string }).id;
    const [, inQuotes, bare = ''] = /^(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(record) ?? [];
    const text = inQuotes === undefined ? bare : inQuotes.replaceAll('""', '"');
    return this.#formulas === 'escaped' ? unescapeFormula(text) : text;
  }
}
