/**
 * Entries as CSV (RFC 4180): a header, CRLF, a field in quotes where it needs them. What is null is an empty field, an empty
 * text is `""`, as PostgreSQL's COPY has it.
 *
 * Spreadsheets run a cell that begins with `=`, `+`, `-` or `@` (or with what they pass over in front of one). Such a text,
 * and one that has apostrophes in front of it already, gets an apostrophe more: whoever takes one away from each field that
 * begins with apostrophes and such a character has every text as it was.
 */
import type { ShownActivity } from './activity.ts';

/** The fields of an entry in an export, in their order. */
export const exportedFields = [
  'id',
  'workspaceId',
  'brandId',
  'entityType',
  'entityId',
  'eventKey',
  'message',
  'context',
  'actorType',
  'actorUserId',
  'actorLabel',
  'payload',
  'visibility',
  'severity',
  'createdAt',
] as const;

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

const needsQuotes = /[",\r\n]/;

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

/** What makes a record of an entry. @param formulas `escaped`: as the file's head says; `kept`: texts stay as they are */
export function csvRecords(formulas: 'escaped' | 'kept'): (entry: ShownActivity) => string {
  const text = formulas === 'escaped' ? safe : asIs;
  return (entry) =>
    `${text(entry.id)},${text(entry.workspaceId)},${text(entry.brandId)},${entry.entityType},${text(entry.entityId)},${text(entry.eventKey)},${text(entry.message)},${text(entry.context)},${entry.actorType},${text(entry.actorUserId)},${text(entry.actorLabel)},${text(entry.payloadText)},${entry.visibility},${entry.severity},${entry.createdAt.toISOString()}\r\n`;
}
