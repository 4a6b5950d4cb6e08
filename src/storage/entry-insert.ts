import type { AcceptedActivity } from '../core/activity/activity.ts';
import { columnOf, entryFields } from '../core/activity/entry-columns.ts';
import { columnTypes } from './column-types.ts';
import type { Statement } from './database.ts';

/** The columns that are written; the others have defaults that belong to the transaction. */
const columns = entryFields.map((field) => ({ name: columnOf[field], type: columnTypes[field] }));

const readers = entryFields.map((field): ((entry: AcceptedActivity) => string | null) =>
  field === 'createdAt' ? ({ createdAt }) => createdAt.toISOString() : (entry) => entry[field],
);

/** The names of the columns that an entry's values are for, in their order. */
const entryColumns = columns.map(({ name }) => `"${name}"`).join(', ');

/**
 * An entry's values in the order of `entryColumns`, as the text that every database takes.
 * @throws RangeError for a time that is none
 */
export function valuesOf(entry: AcceptedActivity): (string | null)[] {
  return readers.map((read) => read(entry));
}

/** What an INSERT returns for each entry that it wrote. */
export interface Inserted {
  id: string;
  transactionId: string;
  sequence: string;
}

/**
 * What an INSERT passes over: nothing (an id or a key that is there fails it), entries whose idempotency key is there, or
 * also those whose id is there, because they may have been written before.
 */
export type PassedOver = 'nothing' | 'keys' | 'keys and ids';

const cast = (text: string, type: string | undefined): string => (type === undefined ? text : `${text}::${type}`);
const returning = 'RETURNING "id", "transactionId"::text AS "transactionId", "sequence"::text AS "sequence"';

const place = columns.map((_, at) => `$${at + 1}`);
const insertOne = `INSERT INTO "ActivityLog" (${entryColumns})
  VALUES (${columns.map(({ type }, at) => cast(`${place[at]}::text`, type)).join(', ')})`;
/** One array for each column: parsed faster than one JSON text for all, and the plan is the same for any number. */
const insertMany = `INSERT INTO "ActivityLog" (${entryColumns})
  SELECT ${columns.map(({ name, type }) => cast(`"${name}"`, type)).join(', ')}
  FROM unnest(${place.map((at) => `${at}::text[]`).join(', ')}) WITH ORDINALITY AS entry(${entryColumns}, "place")
  ORDER BY "place"`;

const ends = (insert: string): Record<PassedOver, string> => ({
  nothing: `${insert} ${returning}`,
  keys: `${insert} ON CONFLICT ("workspaceId", "idempotencyKey") DO NOTHING ${returning}`,
  'keys and ids': `${insert} ON CONFLICT DO NOTHING ${returning}`,
});
const texts = { one: ends(insertOne), many: ends(insertMany) };

/** One INSERT for any number of entries: the order of the input is kept in "sequence". `rows`: see `valuesOf`. */
export function insertEntries(rows: readonly (string | null)[][], passedOver: PassedOver): Statement {
  const [only] = rows;
  if (rows.length === 1 && only !== undefined) return { text: texts.one[passedOver], values: only };
  return { text: texts.many[passedOver], values: columns.map((_, at) => rows.map((row) => row[at])) };
}

/** The table with the columns of `valuesOf`, for COPY. */
export const entriesTable = `"ActivityLog" (${entryColumns})`;
