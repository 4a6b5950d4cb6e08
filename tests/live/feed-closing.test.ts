import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedSource } from '@/core/activity/feed.ts';
import { Feed } from '@/live/feed.ts';
import { Metrics } from '@/metrics.ts';
import { ModelSource, operatorScope } from './model-source.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const feedOf = (source: FeedSource) =>
  new Feed({ source, logger: pino({ level: 'silent' }), metrics: new Metrics(), pollInterval: 1_000, queueLimit: 100 });
const subscriber = () => ({
  topic: { key: 'everything', selection: { scope: operatorScope, filter: {} }, render: () => '' },
  take: vi.fn(),
  fallBehind: vi.fn(),
});
/** True where it is done before any timer passes. */
const isDone = async (work: Promise<unknown>) => {
  let done = false;
  void work.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return done;
};

describe('joining the feed', () => {
  it('ends at once with nothing where the subscriber leaves while it waits', async () => {
    const source = new ModelSource();
    const feed = feedOf({ ...plain(source), readSnapshot: () => new Promise(() => {}) });
    const one = subscriber();
    const joining = feed.join(one);
    feed.leave(one);
    expect(await isDone(joining)).toBe(true);
    expect(await joining).toBeUndefined();
  });
});

describe('closing the feed', () => {
  it('takes nobody any more, and may be done twice', async () => {
    const source = new ModelSource();
    const feed = feedOf(source);
    await feed.join(subscriber());
    expect(await isDone(Promise.all([feed.close(), feed.close()]))).toBe(true);
    expect(await isDone(feed.close())).toBe(true);
    await expect(feed.join(subscriber())).rejects.toThrow('the feed is closed');
    const { reads } = source;
    await vi.advanceTimersByTimeAsync(600_000);
    expect([source.reads, source.listeners]).toEqual([reads, 0]);
  });

  it('refuses who waits to join, and waits for the read that is under way', async () => {
    const source = new ModelSource();
    let answer = () => {};
    const feed = feedOf({
      ...plain(source),
      readSnapshot: async () => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return source.now();
      },
    });
    const refused = expect(feed.join(subscriber())).rejects.toThrow('the feed is closed');
    const closed = feed.close();
    await refused;
    expect(await isDone(closed)).toBe(false);
    answer();
    expect(await isDone(closed)).toBe(true);
  });

  it('is done at once while the feed waits for its next try, the database being away', async () => {
    const source = new ModelSource();
    const feed = feedOf(source);
    source.failures = 1_000;
    feed.join(subscriber()).catch(() => {});
    await vi.advanceTimersByTimeAsync(10_000);
    const { reads } = source;
    expect(await isDone(feed.close())).toBe(true);
    expect(source.reads).toBe(reads);
  });

  it('is done at once where the read that is under way fails', async () => {
    const source = new ModelSource();
    const feed = feedOf(source);
    source.failures = 1_000;
    feed.join(subscriber()).catch(() => {});
    expect(await isDone(feed.close())).toBe(true);
  });
});

function plain(source: ModelSource): FeedSource {
  return {
    readFeed: (request) => source.readFeed(request),
    readSnapshot: () => source.readSnapshot(),
    onHint: (listener) => source.onHint(listener),
  };
}
