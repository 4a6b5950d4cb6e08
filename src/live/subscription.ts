import { setTimeout as delay } from 'node:timers/promises';
import type { Activity } from '../core/activity/activity.ts';
import type { FeedEntry, FeedRead, FeedRequest, FeedSource, Selection } from '../core/activity/feed.ts';
import { filterPredicate } from '../core/activity/filter.ts';
import type { Position, Snapshot } from '../core/activity/position.ts';
import { isInScope, reveal } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { Feed } from './feed.ts';
import { EntryQueue } from './queue.ts';
import { retryDelay } from './retry-delay.ts';

export interface SubscribeOptions {
  feed: Feed;
  source: FeedSource;
  metrics: Metrics;
  selection: Selection;
  /** Everything after this position; from now on where there is none. */
  after?: Position | undefined;
  /** Entries that wait for the reader before it goes back to reading from the database at its own pace. */
  queueLimit: number;
  /** Entries of one read from the database. */
  batch?: number;
  signal: AbortSignal;
}

/**
 * The entries after a position, each once, and then those that come, until the signal is aborted.
 *
 * catching up (reads window after window, as fast as the reader takes them) -> joining (the feed adds it at a snapshot H
 * that is newer than its position, and it reads the exact window up to H) -> live (takes what the hub queues) -> catching
 * up again, from the last entry it gave out, where the queue overflowed. The queue holds the hub's own entries, no copies.
 */
export async function* follow(options: SubscribeOptions): AsyncGenerator<FeedEntry, void, undefined> {
  const { feed, selection, signal, metrics } = options;
  let position = options.after;
  while (!signal.aborted) {
    if (position !== undefined) position = yield* catchUp(options, position);
    const queue = new EntryQueue(options.queueLimit);
    const matches = filterPredicate(selection.filter);
    const subscriber = {
      workspaceId: selection.scope.workspaceId,
      matches: (activity: Activity) => isInScope(selection.scope, activity) && matches(activity),
      push: (entry: FeedEntry) => queue.push(entry),
    };
    try {
      const joinedAt = await feed.join(subscriber, signal);
      if (position !== undefined) yield* catchUp(options, position, joinedAt);
      position = { seen: joinedAt };
      for (let entry = await queue.shift(signal); entry !== undefined; entry = await queue.shift(signal)) {
        position = entry.position;
        yield { activity: reveal(selection.scope, entry.activity), position };
      }
      if (queue.overflowed) metrics.fellBehind.inc();
    } finally {
      feed.leave(subscriber);
    }
  }
}

/**
 * Reads from the database to the end of a window: up to `until`, or, without it, until a window had nothing more than
 * one read takes.
 * @returns a settled position.
 */
async function* catchUp(
  { source, selection, signal, batch = 200 }: SubscribeOptions,
  from: Position,
  until?: Snapshot,
): AsyncGenerator<FeedEntry, Position, undefined> {
  let position = from;
  for (;;) {
    const startsWindow = position.within === undefined;
    const request = { after: position, limit: batch, selection, until };
    const read = await readPatiently(source, request, signal);
    if (read === undefined) return position;
    for (const entry of read.entries) {
      if (signal.aborted) return entry.position;
      yield entry;
    }
    position = read.position;
    if (signal.aborted || (read.settled && (until !== undefined || startsWindow))) return position;
  }
}

/** Reads, and while the database is away goes on trying, as the feed does. Undefined where the signal is aborted. */
async function readPatiently(
  source: FeedSource,
  request: FeedRequest,
  signal: AbortSignal,
): Promise<FeedRead | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await source.readFeed(request);
    } catch (error) {
      if (!(error instanceof ActivityLogError && error.code === 'UNAVAILABLE')) throw error;
    }
    // Aborted while waiting: the loop's condition ends it.
    await delay(retryDelay(failures), undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
