// The plainest bulk INSERT: an array for each column.
import { columnNames, columns } from '../support/rows.mjs';

const types = {
  entityType: '"ActivityEntityType"',
  actorType: '"ActivityActorType"',
  payload: 'json',
  visibility: '"ActivityVisibility"',
  severity: '"ActivitySeverity"',
  createdAt: 'timestamp(3)',
};

const selected = columns.map((name) => (name in types ? `"${name}"::${types[name]}` : `"${name}"`)).join(', ');
const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');

/** @param onConflict what it does about keys that are there */
export const insertText = (onConflict) =>
  `INSERT INTO "ActivityLog" (${columnNames}) SELECT ${selected}
    FROM unnest(${arrays}) WITH ORDINALITY AS entry(${columnNames}, "place") ORDER BY "place" ${onConflict}
    RETURNING "id", "transactionId"::text, "sequence"::text`;
