import type { ShownActivity } from './activity.ts';
import { csvHeader, csvRecords, csvRows, type WrittenRow } from './export-csv.ts';
import { jsonRecord } from './export-json.ts';

export const exportFormats = ['csv', 'jsonl', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** How formulas are written into CSV (export-csv.ts). Other formats know none. */
export const formulaRules = ['escaped', 'kept'] as const;
export type FormulaRule = (typeof formulaRules)[number];

export const contentTypes: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/**
 * How an export is written: `open`, the records with `between` two of them, `last` behind the last one where there is any,
 * `close`. A record and what stands between it and the next end with a line break, so that a part of an export that was cut
 * can be cut back to whole records, and goes on with the next one.
 */
export interface ExportWriting<Row> {
  open: string;
  record(row: Row): string;
  between: string;
  last: string;
  close: string;
}

const isPlain = { between: '', last: '', close: '' };

/** How entries are written. */
export function exportWriting(format: ExportFormat, formulas: FormulaRule): ExportWriting<ShownActivity> {
  switch (format) {
    case 'csv':
      return { ...isPlain, open: csvHeader, record: csvRecords(formulas) };
    case 'jsonl':
      return { ...isPlain, open: '', record: (entry) => `${jsonRecord(entry)}\n` };
    case 'json':
      return { open: '[\n', record: jsonRecord, between: ',\n', last: '\n', close: ']\n' };
  }
}

/** How rows are written as CSV that PostgreSQL has written as text. */
export const rowWriting = (formulas: FormulaRule): ExportWriting<WrittenRow> => ({
  ...isPlain,
  open: csvHeader,
  record: csvRows(formulas),
});
