import { pino } from 'pino';
import type { FeedEntry, FeedSource } from '../../src/core/activity/feed.ts';
import type { Position } from '../../src/core/activity/position.ts';
import { Feed } from '../../src/live/feed.ts';
import { Subscription } from '../../src/live/subscription.ts';
import type { Outlet, Topic } from '../../src/live/topic.ts';
import { Metrics } from '../../src/metrics.ts';
import { topicOf } from './hub-members.ts';

export const idOf = ({ activity }: FeedEntry) => activity.id;
/** The sum of a metric over its labels. */
export const totalOf = async (metric: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);

/** A feed with subscriptions that read two entries at a time and hold three. */
export function partsOf(source: FeedSource) {
  const metrics = new Metrics();
  const logger = pino({ level: 'silent' });
  const feed = new Feed({ source, logger, metrics, pollInterval: 1_000, queueLimit: 3, batch: 2 });
  const failures: unknown[] = [];
  const subscribe = (outlet: Outlet, after: Position | undefined, topic: Topic = topicOf(idOf)) => {
    const subscription = new Subscription({
      live: { feed, source, metrics, queueLimit: 3, batch: 2 },
      topic,
      outlet,
      after,
      onFailure: (error) => void failures.push(error),
    });
    subscription.start();
    return subscription;
  };
  return { feed, metrics, failures, subscribe };
}
