import { exportWriting, rowWriting } from '../core/activity/export-format.ts';
import { ExportText, type ExportTotals } from '../core/activity/export-text.ts';
import type { ExportMoment, ExportOrder } from '../core/activity/export-ticket.ts';
import { type ActivityFilter, searchOf } from '../core/activity/filter.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import type { ReadScope } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database } from './database.ts';
import { ExportReader } from './export-reader.ts';
import { revealed, shownShape, writtenShape } from './export-shapes.ts';
import { readSnapshot } from './tail.ts';
import { findEntries } from './timeline.ts';

export interface ExportOptions {
  order: ExportOrder;
  /** That of the order, as the domain takes it. Checked. */
  filter: ActivityFilter;
  moment: ExportMoment;
  /** The id of the entry that it goes on behind; by default it begins. */
  after?: string | undefined;
}

/** This moment, for an export that begins. */
export async function momentOfNow(database: Database): Promise<ExportMoment> {
  return { snapshot: await readSnapshot(database), createdAt: new Date() };
}

/** One export, or the rest of one. */
export class Export {
  readonly #text: Pick<ExportText<never>, 'count' | 'bytes' | 'totals'>;
  readonly #chunks: () => AsyncGenerator<Buffer>;

  private constructor(
    text: Pick<ExportText<never>, 'count' | 'bytes' | 'totals'>,
    chunks: () => AsyncGenerator<Buffer>,
  ) {
    this.#text = text;
    this.#chunks = chunks;
  }

  /** @throws ActivityLogError BAD_USER_INPUT where there is no entry `after` that the scope may see */
  static async open(database: Database, { order, filter, moment, after }: ExportOptions): Promise<Export> {
    const { scope, format, formulas } = order;
    const position = after === undefined ? undefined : await positionOf(database, scope, after);
    const request = { scope, filter, snapshot: moment.snapshot, after: position };
    const isRest = after !== undefined;
    // A search looks at whole entries; so do the other formats.
    if (format === 'csv' && searchOf(filter) === undefined) {
      const reader = new ExportReader(database, { ...request, shape: writtenShape(scope) });
      const text = new ExportText(rowWriting(formulas), isRest);
      return new Export(text, () => text.chunks(reader.batches()));
    }
    const reader = new ExportReader(database, { ...request, shape: shownShape });
    const text = new ExportText(exportWriting(format, formulas), isRest);
    return new Export(text, () => text.chunks(revealed(scope, reader.batches())));
  }

  /** Entries so far. */
  get count(): number {
    return this.#text.count;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#text.bytes;
  }

  /** The bytes, in pieces; once. Whoever takes no more of them ends the reading. */
  chunks(): AsyncGenerator<Buffer> {
    return this.#chunks();
  }

  /** What it came to, after the last piece. */
  totals(): ExportTotals {
    return this.#text.totals();
  }
}

async function positionOf(database: Database, scope: ReadScope, id: string): Promise<PagePosition> {
  const [entry] = await findEntries(database, [id], (workspaceId) =>
    workspaceId === scope.workspaceId ? scope : undefined,
  );
  if (entry !== undefined) return entry;
  throw new ActivityLogError(
    'BAD_USER_INPUT',
    'after takes the id of the last whole entry that an export gave. That entry is not there; begin a new export.',
    { field: 'after' },
  );
}
