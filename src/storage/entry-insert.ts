import { raw, Sql } from 'sql-template-tag';
import type { AcceptedActivity } from '../core/activity/activity.ts';
import { toParameter } from './row-parsers.ts';

interface Column {
  name: string;
  /** Where it is not text. */
  type?: string;
  value?: (entry: AcceptedActivity) => string | null;
}

const plain = (name: keyof AcceptedActivity & string, type?: string): Column & { name: typeof name } => ({
  name,
  ...(type === undefined ? {} : { type }),
});

/** The columns that are written; the others have defaults that belong to the transaction. */
const columns: readonly Column[] = [
  plain('id'),
  plain('workspaceId'),
  plain('brandId'),
  plain('entityType', '"ActivityEntityType"'),
  plain('entityId'),
  plain('eventKey'),
  plain('message'),
  plain('context'),
  plain('actorType', '"ActivityActorType"'),
  plain('actorUserId'),
  plain('actorLabel'),
  { name: 'payload', type: 'json', value: ({ payloadText }) => payloadText },
  plain('visibility', '"ActivityVisibility"'),
  plain('severity', '"ActivitySeverity"'),
  { name: 'createdAt', type: 'timestamp(3)', value: ({ createdAt }) => createdAt.toISOString() },
  plain('idempotencyKey'),
];

const readers = columns.map(
  ({ name, value }) => value ?? ((entry: AcceptedActivity) => entry[name as keyof AcceptedActivity] as string | null),
);

/** The names of the columns that an entry's values are for, in their order. */
export const entryColumns = columns.map(({ name }) => `"${name}"`).join(', ');

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

const onConflict: Record<PassedOver, string> = {
  nothing: '',
  keys: 'ON CONFLICT ("workspaceId", "idempotencyKey") DO NOTHING',
  'keys and ids': 'ON CONFLICT DO NOTHING',
};

const cast = (text: string, type: string | undefined): string => (type === undefined ? text : `${text}::${type}`);
const returning = 'RETURNING "id", "transactionId"::text AS "transactionId", "sequence"::text AS "sequence"';

/** Text between the parameters: `parts[0] $1 parts[1] $2 … parts[n]`. */
const insertOne = {
  head: `INSERT INTO "ActivityLog" (${entryColumns}) VALUES (`,
  after: columns.map(({ type }, place) => `${cast('::text', type)}${place === columns.length - 1 ? ') ' : ', '}`),
};
/** One array for each column: parsed faster than one JSON text for all, and the plan is the same for any number. */
const insertMany = {
  head: `INSERT INTO "ActivityLog" (${entryColumns}) SELECT ${columns
    .map(({ name, type }) => cast(`"${name}"`, type))
    .join(', ')} FROM unnest(`,
  after: columns.map((_, place) =>
    place === columns.length - 1
      ? `::text[]) WITH ORDINALITY AS entry(${entryColumns}, "place") ORDER BY "place" `
      : '::text[], ',
  ),
};

/** One INSERT for any number of entries: the order of the input is kept in "sequence". `rows`: see `valuesOf`. */
export function insertEntries(rows: readonly (string | null)[][], passedOver: PassedOver): Sql {
  const [only] = rows;
  const isOne = rows.length === 1 && only !== undefined;
  const { head, after } = isOne ? insertOne : insertMany;
  const values = isOne ? only : columns.map((_, place) => toParameter(rows.map((row) => row[place])));
  const last = `${after.at(-1)}${onConflict[passedOver]} ${returning}`;
  return new Sql([head, ...after.slice(0, -1), last], values);
}

/** For COPY, which has no RETURNING and passes nothing over. */
export const copyEntries = raw(`COPY "ActivityLog" (${entryColumns}) FROM STDIN`);
