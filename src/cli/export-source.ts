import type { ExportFormat, FormulaRule } from '../core/activity/export-format.ts';
import type { ExportTotals } from '../core/activity/export-text.ts';
import { openExportDatabase } from './export-database.ts';
import { exportServer } from './export-server.ts';
import type { ParsedFilter } from './filter-option.ts';
import type { RemoteOptions } from './remote.ts';

/** What is exported. */
export interface ExportWish {
  workspaceId: string;
  format: ExportFormat;
  formulas: FormulaRule;
  parsed: ParsedFilter;
}

/** Where an export goes on. */
export interface ExportPlace {
  /** What names its moment. */
  ticket: string;
  /** The id of the last whole entry; undefined where none has come. */
  after: string | undefined;
}

/** An export, or the rest of one. */
export interface ExportPart {
  ticket: string;
  liveCursor: string;
  createdAt: Date;
  /** Throws where it is cut. */
  chunks: AsyncIterable<Buffer>;
  /** What it came to, behind the last chunk; undefined where nobody says. */
  totals(): ExportTotals | undefined;
}

export interface ExportSource {
  /** @throws ActivityLogError where it is refused, or nobody can be reached (UNAVAILABLE) */
  open(place: ExportPlace | undefined, signal: AbortSignal): Promise<ExportPart>;
  /** How many entries there are, about; undefined where that cannot be said. */
  estimate(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** The server that the options name, or else the database of the environment, seen as an operator of the workspace. */
export async function openExportSource(wish: ExportWish, remote: RemoteOptions): Promise<ExportSource> {
  return exportServer(wish, remote) ?? (await openExportDatabase(wish));
}
