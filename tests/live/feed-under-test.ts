/** A feed to be tested, and who is subscribed to it. */
import { pino } from 'pino';
import { expect } from 'vitest';
import type { Activity } from '@/core/activity/activity.ts';
import type { FeedEntry, FeedSource } from '@/core/activity/feed.ts';
import type { Snapshot } from '@/core/activity/position.ts';
import { Feed } from '@/live/feed.ts';
import type { Member } from '@/live/group.ts';
import type { Delivery } from '@/live/topic.ts';
import { Metrics } from '@/metrics.ts';
import { operatorScope } from './model-source.ts';

/** What the feed that `feedOf` made last has logged. */
export const lines: { level: number; msg: string }[] = [];
const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

/** A feed that reads from a source. */
export function feedOf(source: FeedSource, options: { pollInterval?: number; batch?: number } = {}) {
  lines.length = 0;
  const metrics = new Metrics();
  return { feed: new Feed({ source, logger, metrics, pollInterval: 1_000, queueLimit: 100, ...options }), metrics };
}

/** One of everything, who keeps what it gets. */
export class Subscriber implements Member {
  readonly topic = {
    key: 'everything',
    selection: { scope: operatorScope, filter: {} },
    render: ({ activity }: FeedEntry) => activity.id,
  };
  readonly got: FeedEntry[] = [];
  joined: Snapshot | undefined;
  asked: Snapshot | undefined;
  left = false;
  take(deliveries: readonly Delivery[]) {
    for (const { entry, text } of deliveries) {
      expect(text).toBe(entry.activity.id);
      this.got.push(entry);
    }
  }
  fallBehind() {
    throw new Error('nothing was slow');
  }
  get ids() {
    return this.got.map(({ activity }) => activity.id);
  }
}

export const totalOf = async (counter: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await counter.get()).values.reduce((sum, { value }) => sum + value, 0);
export const idsOf = (entries: readonly Activity[]) => entries.map(({ id }) => id);
