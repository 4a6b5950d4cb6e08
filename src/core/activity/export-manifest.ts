import type { ExportFormat, FormulaRule } from './export-format.ts';
import type { ExportTotals } from './export-text.ts';
import type { ExportOrder } from './export-ticket.ts';

/** What an export is, for whoever checks it, or goes on from it. */
export interface ExportManifest extends ExportTotals {
  workspaceId: string;
  filter: object;
  format: ExportFormat;
  /** How formulas are written. CSV only. */
  formulas?: FormulaRule;
  /** The moment that it shows, as RFC 3339 text. */
  createdAt: string;
  /** That of the snapshot: `activityAdded(after:)` with it gives everything that came later. */
  liveCursor: string;
  /** The entry behind which it begins, where it is the rest of an export. */
  after?: string;
}

export interface ManifestFacts {
  order: ExportOrder;
  createdAt: Date;
  liveCursor: string;
  after?: string | undefined;
  totals: ExportTotals;
}

export function manifestOf({ order, createdAt, liveCursor, after, totals }: ManifestFacts): ExportManifest {
  const { scope, filter, format, formulas } = order;
  return {
    workspaceId: scope.workspaceId,
    filter,
    format,
    ...(format === 'csv' ? { formulas } : {}),
    createdAt: createdAt.toISOString(),
    liveCursor,
    ...(after === undefined ? {} : { after }),
    ...totals,
  };
}
