import type { Activity } from '../../client/client.ts';
import type { Moments } from '../words/moments.ts';

/** What stands in a line of the list. */
export type Row =
  /** Where newer entries are not there yet. */
  | { readonly kind: 'start'; readonly key: 'start' }
  | { readonly kind: 'day'; readonly key: string; readonly moment: string }
  | { readonly kind: 'entry'; readonly key: string; readonly entry: Activity }
  | { readonly kind: 'end'; readonly key: 'end' };

/** Entries under their days, and both ends of the list. */
export function toRows(
  entries: readonly Activity[],
  { hasNewer, dayOf }: { hasNewer: boolean; dayOf: Moments['dayOf'] },
): readonly Row[] {
  const rows: Row[] = hasNewer ? [{ kind: 'start', key: 'start' }] : [];
  let last: string | undefined;
  for (const entry of entries) {
    const day = dayOf(entry.createdAt);
    if (day !== last) rows.push({ kind: 'day', key: day, moment: entry.createdAt });
    last = day;
    rows.push({ kind: 'entry', key: entry.id, entry });
  }
  rows.push({ kind: 'end', key: 'end' });
  return rows;
}
