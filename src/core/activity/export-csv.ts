/**
 * Entries as CSV (RFC 4180): a header, CRLF, quotes around a field that has anything special or a blank in it. What is null
 * is an empty field, an empty text is `""`. That is how PostgreSQL writes a row as text (`ROW(…)::text`), but for brackets
 * around it and backslashes, which it doubles: entries that nothing in the process has to look at come as such texts, which
 * takes a third of the time.
 *
 * Spreadsheets run a cell that begins with `=`, `+`, `-` or `@` (or with what they pass over in front of one). Such a text,
 * and one that has apostrophes in front of it already, gets an apostrophe more: whoever takes one away from each field that
 * begins with apostrophes and such a character has every text as it was.
 */
import type { ShownActivity } from './activity.ts';
import { columnOf, shownFields } from './entry-columns.ts';
import type { FormulaRule } from './export-format.ts';
import { momentText } from './moment-text.ts';

/** The fields of an entry in an export, in their order. */
export const exportedFields: readonly string[] = shownFields.map((field) => columnOf[field]);

export const csvHeader = `${exportedFields.join(',')}\r\n`;

/** Some spreadsheets take the wide forms for the narrow ones. */
const runs = /^'*[=+\-@\t\r\n＝＋－＠]/;
const wasEscaped = /^'+[=+\-@\t\r\n＝＋－＠]/;

/** A text that no spreadsheet runs. */
export function escapeFormula(text: string): string {
  return runs.test(text) ? `'${text}` : text;
}

/** The text that `escapeFormula` was given. */
export function unescapeFormula(text: string): string {
  return wasEscaped.test(text) ? text.slice(1) : text;
}

/** By PostgreSQL's rule. */
const needsQuotes = /[",\\() \t-\r]/;

function quoted(text: string): string {
  if (text === '') return '""';
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const asIs = (text: string | null): string => (text === null ? '' : quoted(text));

/** Letters and digits are most of what texts begin with: they need no further look. */
function safe(text: string | null): string {
  if (text === null) return '';
  const first = text.charCodeAt(0);
  return quoted(first > 64 && first < 0xff00 ? text : escapeFormula(text));
}

const writers = { escaped: safe, kept: asIs } as const satisfies Record<FormulaRule, unknown>;

/** What makes a record of an entry. @param formulas `escaped`: as the file's head says; `kept`: texts stay as they are */
export function csvRecords(formulas: FormulaRule): (entry: ShownActivity) => string {
  const text = writers[formulas];
  return (entry) =>
    `${text(entry.id)},${text(entry.workspaceId)},${text(entry.brandId)},${entry.entityType},${text(entry.entityId)},${text(entry.eventKey)},${text(entry.message)},${text(entry.context)},${entry.actorType},${text(entry.actorUserId)},${text(entry.actorLabel)},${text(entry.payloadText)},${entry.visibility},${entry.severity},${momentText(entry.createdAt)}\r\n`;
}

/** An entry as PostgreSQL has written it: `record` is the row of all fields between `id` and `createdAt` as text. */
export interface WrittenRow {
  id: string;
  createdAt: Date;
  record: string;
}

/** True where one of the fields may have to be escaped: what looks like it can also stand inside of one. */
const mayRun = /(?:^|,)"?'*[=+\-@\t\r\n＝＋－＠]/;
const field = /(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g;

function escapeFields(row: string): string {
  const fields = Array.from(row.matchAll(field), ([, inQuotes, bare]) =>
    inQuotes === undefined ? safe(bare === '' ? null : (bare as string)) : safe(inQuotes.replaceAll('""', '"')),
  );
  return fields.join(',');
}

/** What makes a record of a row that PostgreSQL has written: the same as `csvRecords` makes of the entry. */
export function csvRows(formulas: FormulaRule): (row: WrittenRow) => string {
  const text = writers[formulas];
  const escaped = formulas === 'escaped';
  return ({ id, createdAt, record }) => {
    let row = record.slice(1, -1);
    if (row.includes('\\')) row = row.replaceAll('\\\\', '\\');
    if (escaped && mayRun.test(row)) row = escapeFields(row);
    return `${text(id)},${row},${momentText(createdAt)}\r\n`;
  };
}
