import { exportWriting } from '../core/activity/export-format.ts';
import { ExportText, type ExportTotals } from '../core/activity/export-text.ts';
import type { ExportMoment, ExportOrder } from '../core/activity/export-ticket.ts';
import type { ActivityFilter } from '../core/activity/filter.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import type { ReadScope } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database } from './database.ts';
import { ExportReader } from './export-reader.ts';
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
  readonly #reader: ExportReader;
  readonly #text: ExportText;

  private constructor(reader: ExportReader, text: ExportText) {
    this.#reader = reader;
    this.#text = text;
  }

  /** @throws ActivityLogError BAD_USER_INPUT where there is no entry `after` that the scope may see */
  static async open(database: Database, { order, filter, moment, after }: ExportOptions): Promise<Export> {
    const { scope, format, formulas } = order;
    const position = after === undefined ? undefined : await positionOf(database, scope, after);
    const reader = new ExportReader(database, { scope, filter, snapshot: moment.snapshot, after: position });
    return new Export(reader, new ExportText(exportWriting(format, formulas), after !== undefined));
  }

  /** Entries so far. */
  get count(): number {
    return this.#text.count;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#text.bytes;
  }

  /** The bytes, in pieces. Whoever takes no more of them ends the reading. */
  chunks(): AsyncGenerator<Buffer> {
    return this.#text.chunks(this.#reader.batches());
  }

  /** What it came to; once, after the last piece. */
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
