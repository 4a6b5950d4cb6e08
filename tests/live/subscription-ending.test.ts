import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Subscription } from '@/live/subscription.ts';
import type { Outlet } from '@/live/topic.ts';
import { BoundedOutlet } from './bounded-outlet.ts';
import { topicOf } from './hub-members.ts';
import { ModelSource } from './model-source.ts';
import { idOf, partsOf, totalOf } from './subscription-parts.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('closing a subscription', () => {
  it.each([
    ['live', true],
    ['while it catches up', false],
  ])('stops the writing at once, %s', async (_when, isLive) => {
    const source = new ModelSource();
    const { feed, metrics, failures, subscribe } = partsOf(source);
    const outlet = new BoundedOutlet(100);
    const start = { seen: source.now() };
    if (!isLive) source.write(5);
    const subscription = subscribe(outlet, start);
    outlet.onWrite = () => subscription.close();
    await vi.advanceTimersByTimeAsync(0);
    if (isLive) {
      source.write(5);
      source.hint();
    }
    await vi.advanceTimersByTimeAsync(5_000);
    const { writes } = outlet;
    // Live, all of one read come in one write.
    expect([writes, outlet.texts.length]).toEqual([1, isLive ? 2 : 1]);
    source.write(5);
    source.hint();
    await vi.advanceTimersByTimeAsync(5_000);
    subscription.close();
    expect([outlet.writes, failures, await totalOf(metrics.subscribers)]).toEqual([1, [], 0]);
    await feed.close();
  });

  it('ends the waiting for room, for the join and for the database', async () => {
    const source = new ModelSource();
    const { feed, failures, subscribe } = partsOf(source);
    const full = new BoundedOutlet(0);
    const start = { seen: source.now() };
    source.write(5);
    const waiting = subscribe(full, start);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(full.isWaitedFor).toBe(true);
    waiting.close();
    full.drain(100);
    const joining = subscribe(full, start);
    joining.close();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([full.texts, failures]).toEqual([[], []]);
    await feed.close();
  });

  it('while it waits for room ends its reading and writing for good', async () => {
    const source = new ModelSource();
    const { feed, failures, subscribe } = partsOf(source);
    const outlet = new BoundedOutlet(1);
    const subscription = subscribe(outlet, { seen: source.now() });
    await vi.advanceTimersByTimeAsync(0);
    const [first] = source.write(7);
    source.hint();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([outlet.texts, outlet.isWaitedFor]).toEqual([[first?.id], true]);
    const { reads } = source;
    const { writes } = outlet;
    subscription.close();
    // As a socket that is gone: room for ever, and nobody there.
    outlet.drain(0);
    outlet.drain(1_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([source.reads, outlet.writes, outlet.texts, failures]).toEqual([reads, writes, [first?.id], []]);
    await feed.close();
  });

  it('may come before the beginning', async () => {
    const source = new ModelSource();
    const { feed, metrics } = partsOf(source);
    const live = { feed, source, metrics, queueLimit: 3 };
    const onFailure = vi.fn();
    const subscription = new Subscription({ live, topic: topicOf(idOf), outlet: new BoundedOutlet(1), onFailure });
    subscription.close();
    subscription.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([source.reads, onFailure.mock.calls]).toEqual([0, []]);
    await feed.close();
  });
});

describe('a subscription whose outlet fails', () => {
  it.each([
    ['live', true],
    ['while it catches up', false],
  ])('ends with that, once, %s, and nobody else', async (_when, isLive) => {
    const source = new ModelSource();
    const { feed, metrics, failures, subscribe } = partsOf(source);
    const other = new BoundedOutlet(100);
    const start = { seen: source.now() };
    const broken = new Error('the outlet is broken');
    const outlet: Outlet = {
      write: () => {
        throw broken;
      },
      room: () => Promise.resolve(),
    };
    if (!isLive) source.write(2);
    subscribe(outlet, start);
    const whole = subscribe(other, start);
    await vi.advanceTimersByTimeAsync(0);
    source.write(2);
    source.hint();
    await vi.advanceTimersByTimeAsync(5_000);
    source.write(2);
    source.hint();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(failures).toEqual([broken]);
    expect([other.texts.length, await totalOf(metrics.subscribers)]).toEqual([isLive ? 4 : 6, 1]);
    whole.close();
    await feed.close();
  });
});
