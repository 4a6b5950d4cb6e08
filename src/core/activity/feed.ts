import type { Activity } from './activity.ts';
import type { ActivityFilter } from './filter.ts';
import type { Position, Snapshot } from './position.ts';
import type { ReadScope } from './visibility.ts';

/** Which entries: what the scope may see and the filter matches. */
export interface Selection {
  scope: ReadScope;
  filter: ActivityFilter;
}

/** An entry and the position of a reader that has just had it. */
export interface FeedEntry {
  activity: Activity;
  position: Position;
}

export interface FeedRequest {
  after: Position;
  /** The most entries to read. */
  limit: number;
  /** The end of the window: a snapshot no newer than now. By default the snapshot of this very read. */
  until?: Snapshot | undefined;
  /** Only what a viewer may see and the filter matches. By default everything. */
  selection?: Selection | undefined;
}

export interface FeedRead {
  /** In the order of the feed. */
  entries: FeedEntry[];
  /** Where to read on from. */
  position: Position;
  /** True where the window was read to its end: `position` is then a snapshot with nothing left inside. */
  settled: boolean;
}

/** What the live feed reads from; storage provides it. */
export interface FeedSource {
  /** What was committed after a position. Rejects where the database cannot be reached. */
  readFeed(request: FeedRequest): Promise<FeedRead>;
  /** The snapshot of now. */
  readSnapshot(): Promise<Snapshot>;
  /**
   * Calls the listener when something may have been committed; returns what stops it. `committedAt` (milliseconds since
   * 1970, by the clock of the writer) where the hint came from one.
   */
  onHint(listener: (committedAt?: number) => void): () => void;
}
