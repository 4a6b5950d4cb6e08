import { parse } from 'csv-parse/sync';
import csvSpectrum from 'csv-spectrum';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShownActivity } from '@/core/activity/activity.ts';
import { csvHeader, csvRecords, escapeFormula, exportedFields, unescapeFormula } from '@/core/activity/export-csv.ts';
import { entryOf, generatedEntry, hostileText } from '../support/generated-entries.ts';

const fieldsOf = ({ payloadText, createdAt, ...rest }: ShownActivity) => {
  const values: Record<string, string | null> = { ...rest, payload: payloadText, createdAt: createdAt.toISOString() };
  return exportedFields.map((name) => values[name] ?? '');
};

/** What a reader of RFC 4180 makes of a file. */
const read = (text: string): string[][] => parse(text, { record_delimiter: '\r\n' });

/** Beginnings that one or the other spreadsheet runs. */
const dangerous = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
const beginnings = fc.array(fc.constantFrom(...dangerous, "'", ' ', 'a', '"'), { maxLength: 4 });
const formulaLike = fc.tuple(beginnings, hostileText(0, 2)).map(([begin, text]) => begin.join('') + text);

describe('the CSV of an export', () => {
  it('is read back by a reader of RFC 4180 to the letter, with formulas kept', () => {
    fc.assert(
      fc.property(fc.array(generatedEntry(['w1', '=w', 'a,b"\r\n'])), formulaLike, (entries, message) => {
        const all = entries.map((entry) => ({ ...entry, message }));
        const text = csvHeader + all.map(csvRecords('kept')).join('');
        expect(read(text)).toEqual([[...exportedFields], ...all.map(fieldsOf)]);
      }),
    );
  });

  it('gives every text back, and none that a spreadsheet runs, with formulas escaped', () => {
    fc.assert(
      fc.property(generatedEntry(['w1', '=w']), formulaLike, formulaLike, (entry, message, payloadText) => {
        const given = { ...entry, message, payloadText };
        const [fields = []] = read(csvRecords('escaped')(given));
        for (const field of fields) expect(field).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        expect(fields.map(unescapeFormula)).toEqual(fieldsOf(given));
      }),
    );
  });

  it('changes no text that is no formula, apostrophes in front or not', () => {
    for (const text of ["'tis so", "''", "'a=b", 'a=1', ' =1', '1-2', '', "it's"])
      expect(escapeFormula(text)).toBe(text);
    expect(['=1', "'=1", "''@x", '-1'].map(escapeFormula)).toEqual(["'=1", "''=1", "'''@x", "'-1"]);
  });

  it('tells null from an empty text, as COPY does', () => {
    const record = csvRecords('escaped')(entryOf({ id: 'e', message: '', context: null }));
    expect(record).toContain(',a.b,"",,SYSTEM,');
  });

  it('writes what the collection of difficult CSV has so that it is the same again', async () => {
    const files = await new Promise<{ name: string; json: Buffer }[]>((resolve, reject) =>
      csvSpectrum((error, data) => (error === null || error === undefined ? resolve(data) : reject(error))),
    );
    expect(files.length).toBeGreaterThan(8);
    for (const { name, json } of files) {
      const rows = [JSON.parse(json.toString())].flat() as Record<string, string>[];
      const cells = rows.flatMap((row) => Object.entries(row).flat());
      const entries = cells.map((message) => entryOf({ id: 'e', message }));
      const found = read(entries.map(csvRecords('escaped')).join('')).map((fields) => unescapeFormula(fields[6] ?? ''));
      expect(found, name).toEqual(cells);
    }
  });
});
