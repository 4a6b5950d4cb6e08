import type { Activity, TimelinePage } from '../../client/client.ts';
import { insertEntries, isBehind } from './entry-order.ts';

/** A page as it was read: where reading can go on from when what lies beyond it is let go. */
interface PageMark {
  readonly newest: Activity;
  readonly oldest: Activity;
  readonly startCursor: string;
  readonly endCursor: string;
}

/** A part of a timeline without a gap, newest first, made of pages and of what came in live between them. */
export interface Stretch {
  readonly entries: readonly Activity[];
  /** Newest first. Empty where nothing was there when it was read. */
  readonly pages: readonly PageMark[];
  /** False where its first entry is the newest one that there is; else newer ones are to be read. */
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}

export type Side = 'newer' | 'older';
type Page = Pick<TimelinePage, 'activities' | 'pageInfo'>;

export const nothing: Stretch = { entries: [], pages: [], hasNewer: false, hasOlder: false };

function marksOf({ activities, pageInfo: { startCursor, endCursor } }: Page): readonly PageMark[] {
  const [newest, oldest] = [activities[0], activities.at(-1)];
  if (newest === undefined || oldest === undefined || startCursor === null || endCursor === null) return [];
  return [{ newest, oldest, startCursor, endCursor }];
}

/** What a first page is. */
export const stretchOf = (page: Page, beyond: Pick<Stretch, 'hasNewer' | 'hasOlder'>): Stretch => ({
  ...beyond,
  entries: page.activities,
  pages: marksOf(page),
});

/** With the page that was read beyond one of its sides. */
export function extend(stretch: Stretch, side: Side, page: Page): Stretch {
  const entries = insertEntries(stretch.entries, page.activities);
  const { hasNextPage, hasPreviousPage } = page.pageInfo;
  return side === 'older'
    ? { ...stretch, entries, pages: [...stretch.pages, ...marksOf(page)], hasOlder: hasNextPage }
    : { ...stretch, entries, pages: [...marksOf(page), ...stretch.pages], hasNewer: hasPreviousPage };
}

/** Where an entry belongs: in front of the newest one, behind the oldest one, or between them. */
export function placeIn({ entries }: Stretch, entry: Activity): 'ahead' | 'within' | 'behind' {
  const [newest, oldest] = [entries[0], entries.at(-1)];
  if (newest === undefined || oldest === undefined || isBehind(newest, entry)) return 'ahead';
  return isBehind(entry, oldest) ? 'behind' : 'within';
}

/** True where an entry has its place in the stretch; else it comes with a page that was not read yet. */
export function belongsTo(stretch: Stretch, entry: Activity): boolean {
  const place = placeIn(stretch, entry);
  return place === 'within' || !(place === 'ahead' ? stretch.hasNewer : stretch.hasOlder);
}

/** Without the pages at one side that are too many; one page always stays. */
export function letGo(stretch: Stretch, side: Side, most: number): Stretch {
  let { entries, pages } = stretch;
  while (entries.length > most && pages.length > 1) {
    pages = side === 'newer' ? pages.slice(1) : pages.slice(0, -1);
    const last = side === 'newer' ? pages[0]?.newest : pages.at(-1)?.oldest;
    const at = entries.findIndex(({ id }) => id === last?.id);
    entries = side === 'newer' ? entries.slice(at) : entries.slice(0, at + 1);
  }
  if (entries === stretch.entries) return stretch;
  return { ...stretch, entries, pages, [side === 'newer' ? 'hasNewer' : 'hasOlder']: true };
}
