import type { Activity } from '../../client/client.ts';
import { foldRuns, isRun } from './folding.ts';

/** What stands in a line of the list. */
export type Row =
  /** Where newer entries are not there yet. */
  | { readonly kind: 'start'; readonly key: 'start' }
  | { readonly kind: 'day'; readonly key: string; readonly moment: string }
  | { readonly kind: 'entry'; readonly key: string; readonly entry: Activity; readonly isInRun: boolean }
  /** Stands for like entries; in front of them while it is open. */
  | { readonly kind: 'run'; readonly key: string; readonly entries: readonly Activity[]; readonly isOpen: boolean }
  | { readonly kind: 'end'; readonly key: 'end' };

interface RowOptions {
  hasNewer: boolean;
  /** The day of an entry, to be compared with others. */
  dayOf(entry: Activity): string;
  /** Whether runs of like entries are folded. */
  isFolding: boolean;
  /** Ids of entries: the runs that they are in are open. */
  opened: ReadonlySet<string>;
}

/** Entries under their days, runs of like ones folded, and both ends of the list. */
export function toRows(
  entries: readonly Activity[],
  { hasNewer, dayOf, isFolding, opened }: RowOptions,
): readonly Row[] {
  const rows: Row[] = hasNewer ? [{ kind: 'start', key: 'start' }] : [];
  let last: string | undefined;
  for (const one of isFolding ? foldRuns(entries, dayOf) : entries) {
    const run = isRun(one) ? one.entries : [one];
    const [newest, oldest] = [run[0] as Activity, run.at(-1) as Activity];
    const day = dayOf(newest);
    if (day !== last) rows.push({ kind: 'day', key: day, moment: newest.createdAt });
    last = day;
    const isOpen = run.some(({ id }) => opened.has(id));
    // Runs grow at their newer end: the oldest one names them.
    if (isRun(one)) rows.push({ kind: 'run', key: `run:${oldest.id}`, entries: run, isOpen });
    if (isRun(one) && !isOpen) continue;
    for (const entry of run) rows.push({ kind: 'entry', key: entry.id, entry, isInRun: isRun(one) });
  }
  rows.push({ kind: 'end', key: 'end' });
  return rows;
}

/** The line that shows an entry: its own, or that of the run that it is folded into; -1 where it is not there. */
export const indexOfEntry = (rows: readonly Row[], id: string): number =>
  rows.findIndex(
    (row) => row.key === id || (row.kind === 'run' && !row.isOpen && row.entries.some((entry) => entry.id === id)),
  );
