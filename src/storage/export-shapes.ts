import sql, { raw } from 'sql-template-tag';
import type { ShownActivity } from '../core/activity/activity.ts';
import { columnOf, type EntryField, shownFields } from '../core/activity/entry-columns.ts';
import type { WrittenRow } from '../core/activity/export-csv.ts';
import { type ReadScope, reveal } from '../core/activity/visibility.ts';
import { shownAt, shownColumns } from './activity-rows.ts';
import type { ExportShape } from './export-reader.ts';

/** Of what is not counted, about. */
const rest = 300;

/** Whole entries. Who writes them reveals them. */
export const shownShape: ExportShape<ShownActivity> = {
  columns: shownColumns,
  at: (values) => shownAt(values, 0),
  sizeOf: ({ message, payloadText }) => rest + (message?.length ?? 0) + (payloadText?.length ?? 0),
};

/** What a `WrittenRow` has in its record: all but the first and the last. */
const recordFields = shownFields.slice(1, -1);
const internalFields: ReadonlySet<EntryField> = new Set(['context', 'actorUserId']);

/** Rows as PostgreSQL writes them, as the scope may see them: what `reveal` takes away is null. */
export function writtenShape({ internals }: ReadScope): ExportShape<WrittenRow> {
  const columns = recordFields.map((field) =>
    !internals && internalFields.has(field) ? 'NULL::text' : `"${columnOf[field]}"`,
  );
  return {
    columns: sql`"id", "createdAt", ${raw(`ROW(${columns.join(', ')})::text`)} AS "record"`,
    at: (values) => ({
      id: values[0] as string,
      createdAt: values[1] as Date,
      record: values[2] as string,
    }),
    sizeOf: ({ record }) => rest + record.length,
  };
}

/** Whole entries as the scope may see them. */
export async function* revealed(
  scope: ReadScope,
  batches: AsyncIterable<ShownActivity[]>,
): AsyncGenerator<ShownActivity[]> {
  for await (const batch of batches) yield scope.internals ? batch : batch.map((entry) => reveal(scope, entry));
}
