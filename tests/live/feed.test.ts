import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Snapshot } from '@/core/activity/position.ts';
import { feedOf, idsOf, lines, Subscriber, totalOf } from './feed-under-test.ts';
import { ModelSource } from './model-source.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = async () => void (await vi.advanceTimersByTimeAsync(0));

describe('the feed', () => {
  it('reads nothing while nobody is subscribed, wakes for the first and stops with the last', async () => {
    const source = new ModelSource();
    const { feed, metrics } = feedOf(source);
    source.write(3);
    source.hint();
    await vi.advanceTimersByTimeAsync(600_000);
    expect([source.reads, source.listeners]).toEqual([0, 0]);
    const one = new Subscriber();
    await feed.join(one);
    expect(source.listeners).toBe(1);
    const [entry] = source.write(1);
    source.hint();
    await settle();
    expect(one.ids).toEqual([entry?.id]);
    feed.leave(one);
    feed.leave(one);
    await settle();
    const { reads } = source;
    source.write(3);
    source.hint();
    await vi.advanceTimersByTimeAsync(600_000);
    expect([source.reads, source.listeners, one.got.length]).toEqual([reads, 0, 1]);
    const again = new Subscriber();
    const at = await feed.join(again);
    expect(source.after(at as Snapshot)).toEqual([]);
    // What came meanwhile is nobody's.
    expect(await totalOf(metrics.feedRead)).toBe(1);
    await feed.close();
  });

  it('reads at once on a hint, and by the poll without one', async () => {
    const source = new ModelSource();
    const { feed } = feedOf(source);
    const one = new Subscriber();
    await feed.join(one);
    source.write(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(one.got).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.got).toHaveLength(1);
    source.write(1);
    source.hint();
    await settle();
    expect(one.got).toHaveLength(2);
    await feed.close();
  });

  it('does not lose a hint that comes while it reads', async () => {
    const source = new ModelSource();
    let answer = () => {};
    const { feed } = feedOf({
      readSnapshot: () => source.readSnapshot(),
      readFeed: async (request) => {
        const read = await source.readFeed(request);
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return read;
      },
      onHint: (listener) => source.onHint(listener),
    });
    const one = new Subscriber();
    const joined = feed.join(one);
    await settle();
    // The statement has its answer already; this is committed behind its back.
    source.write(1);
    source.hint();
    answer();
    await joined;
    await settle();
    answer();
    await settle();
    expect(one.got).toHaveLength(1);
    const closed = feed.close();
    answer();
    await closed;
  });

  it('spends a tenth of its time on reading where hints never end, and still hands on everything', async () => {
    const source = new ModelSource();
    const { feed } = feedOf({
      readSnapshot: () => source.readSnapshot(),
      readFeed: async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return await source.readFeed(request);
      },
      onHint: (listener) => source.onHint(listener),
    });
    const one = new Subscriber();
    const joined = feed.join(one);
    await vi.advanceTimersByTimeAsync(20);
    await joined;
    const { reads } = source;
    for (let millisecond = 0; millisecond < 500; millisecond++) {
      source.write(1);
      source.hint();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(source.reads - reads).toBeGreaterThan(40);
    expect(source.reads - reads).toBeLessThan(60);
    await vi.advanceTimersByTimeAsync(20);
    expect(one.got).toHaveLength(500);
    const closed = feed.close();
    await vi.advanceTimersByTimeAsync(20);
    await closed;
  });

  it('goes on trying while the database is away, ever less often, says so once, and loses and doubles nothing', async () => {
    const source = new ModelSource();
    const { feed, metrics } = feedOf(source, { batch: 1 });
    const one = new Subscriber();
    await feed.join(one);
    const before = source.write(2);
    source.failures = 9;
    const { reads } = source;
    const tries: number[] = [];
    for (let second = 0; second < 12; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      tries.push(source.reads - reads);
    }
    const after = source.write(1);
    // 50, 100, 200, 400, 800, 1600, 2000, 2000 and 2000 ms after the first failure, which the poll met after 1 s.
    expect(tries.slice(0, 5)).toEqual([1, 5, 6, 6, 7]);
    expect(await totalOf(metrics.feedFailures)).toBe(9);
    expect(lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
      'the live feed cannot read; it goes on trying',
    ]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(one.ids).toEqual(idsOf([...before, ...after]));
    await feed.close();
  });

  it('counts who is subscribed, what it read and what it handed on', async () => {
    const source = new ModelSource();
    const { feed, metrics } = feedOf(source);
    const [one, other] = [new Subscriber(), new Subscriber()];
    await Promise.all([one, other].map((subscriber) => feed.join(subscriber)));
    source.write(3);
    source.write(2, { workspaceId: 'w2' });
    source.hint();
    await settle();
    expect([one.got.length, await totalOf(metrics.feedRead), metrics.live.executions]).toEqual([3, 5, 3]);
    expect([await totalOf(metrics.subscribers), await totalOf(metrics.groups)]).toEqual([2, 1]);
    feed.leave(one);
    expect(await totalOf(metrics.subscribers)).toBe(1);
    await feed.close();
  });
});
