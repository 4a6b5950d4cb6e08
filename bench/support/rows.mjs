// Entries as rows for the peers that write them without the library: the same columns, filled alike.
import cuid from '@bugsnag/cuid';

export const columns = [
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
  'idempotencyKey',
];

export const columnNames = columns.map((name) => `"${name}"`).join(', ');

/** An entry's values in the order of the columns. */
export function rowOf(entry, createdAt = new Date()) {
  return [
    cuid(),
    entry.workspaceId,
    entry.brandId,
    entry.entityType,
    entry.entityId,
    entry.eventKey,
    entry.message,
    null,
    entry.actorType,
    entry.actorUserId ?? null,
    entry.actorLabel ?? null,
    JSON.stringify(entry.payload),
    'INTERNAL',
    'INFO',
    createdAt.toISOString(),
    entry.idempotencyKey,
  ];
}

const escapes = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A row as the text format of COPY has it. */
export const copyLine = (row) =>
  `${row.map((value) => (value === null ? '\\N' : value.replace(/[\\\n\r\t]/g, (one) => escapes[one]))).join('\t')}\n`;

const element = (value) => (value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`);

/** Rows as one array literal for each column: the parameters of an INSERT … SELECT FROM unnest(). */
export const columnArrays = (rows) =>
  columns.map((_, place) => `{${rows.map((row) => element(row[place])).join(',')}}`);
