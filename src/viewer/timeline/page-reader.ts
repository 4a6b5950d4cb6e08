import type { ActivityFilter, ActivityLogClient, TimelinePage } from '../../client/client.ts';
import { type Side, type Stretch, stretchOf } from './stretch.ts';

export interface PageReaderOptions {
  client: Pick<ActivityLogClient, 'timeline'>;
  workspaceId: string;
  /** Which of the entries; all by default. */
  filter?: ActivityFilter | undefined;
  /** Entries of a page, 50 by default. */
  pageSize?: number | undefined;
}

/** The filter, for entries up to a moment: to the millisecond, as the service has them. */
function upTo(filter: ActivityFilter | undefined, moment: number): ActivityFilter {
  const to = new Date(moment + 1);
  return filter?.to != null && new Date(filter.to) < to ? filter : { ...filter, to: to.toISOString() };
}

/** Reads a timeline page by page: where a trail begins, and beyond what it has. Throws what the client throws. */
export class PageReader {
  readonly #options: PageReaderOptions;

  constructor(options: PageReaderOptions) {
    this.#options = options;
  }

  /** The newest entries, or those up to a moment, ISO 8601; before the very first one as near as can be: where the trail begins. */
  async first(at: string | undefined): Promise<{ stretch: Stretch; liveCursor: string }> {
    const { client, workspaceId, filter, pageSize: size = 50 } = this.#options;
    const upper = at === undefined ? filter : upTo(filter, Date.parse(at));
    const page = await client.timeline({ workspaceId, filter: upper, first: size });
    if (at === undefined || page.activities.length > 0) {
      const stretch = stretchOf(page, { hasNewer: at !== undefined, hasOlder: page.pageInfo.hasNextPage });
      return { stretch, liveCursor: page.liveCursor };
    }
    const oldest = await client.timeline({ workspaceId, filter, last: size });
    const stretch = stretchOf(oldest, { hasNewer: oldest.pageInfo.hasPreviousPage, hasOlder: false });
    return { stretch, liveCursor: oldest.liveCursor };
  }

  /** The page next to what there is, of newer or of older entries. */
  async beyond(side: Side, { pages }: Stretch): Promise<TimelinePage> {
    const { client, workspaceId, filter, pageSize: size = 50 } = this.#options;
    return await client.timeline(
      side === 'older'
        ? { workspaceId, filter, first: size, after: pages.at(-1)?.endCursor }
        : { workspaceId, filter, last: size, before: pages[0]?.startCursor },
    );
  }
}
