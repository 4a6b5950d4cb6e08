import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StallWatch, type Watched } from '@/server/stall-watch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection on which so much is unsent. */
function connection(watch: StallWatch) {
  const one = {
    isOpen: true,
    unsent: 1,
    progress: '0',
    sent: vi.fn(),
    stalled: vi.fn(),
    takes: () => {
      one.progress = `${Number(one.progress) + 1}`;
    },
  } satisfies Watched & { takes(): void };
  watch.watch(one);
  return one;
}

describe('the watch for stalls', () => {
  it('finds a connection that takes nothing for the time, once', () => {
    const one = connection(new StallWatch(10_000));
    vi.advanceTimersByTime(9_999);
    expect(one.stalled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_001);
    expect(one.stalled).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(100_000);
    expect(one.stalled).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('begins anew with every progress', () => {
    const one = connection(new StallWatch(10_000));
    for (let at = 0; at < 20; at += 1) {
      vi.advanceTimersByTime(8_000);
      one.takes();
    }
    expect(one.stalled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(9_000);
    expect(one.stalled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(3_000);
    expect(one.stalled).toHaveBeenCalledTimes(1);
  });

  it('does not begin anew where it is told of the same connection again', () => {
    const watch = new StallWatch(10_000);
    const one = connection(watch);
    for (let at = 0; at < 11; at += 1) {
      vi.advanceTimersByTime(1_000);
      if (at < 10) watch.watch(one);
    }
    expect(one.stalled).toHaveBeenCalledTimes(1);
  });

  it.each(['isOpen', 'unsent'] as const)('lets go of a connection by its %s, and stops with the last', (field) => {
    const watch = new StallWatch(10_000);
    const [one, other] = [connection(watch), connection(watch)];
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5_000);
    Object.assign(one, { [field]: field === 'unsent' ? 0 : false });
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(1);
    Object.assign(other, { [field]: field === 'unsent' ? 0 : false });
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100_000);
    for (const { stalled } of [one, other]) expect(stalled).not.toHaveBeenCalled();
    // And begins again with the next.
    one.isOpen = true;
    one.unsent = 1;
    watch.watch(one);
    vi.advanceTimersByTime(11_000);
    expect(one.stalled).toHaveBeenCalledTimes(1);
  });

  it('watches each by itself', () => {
    const watch = new StallWatch(10_000);
    const [stuck, slow] = [connection(watch), connection(watch)];
    for (let at = 0; at < 12; at += 1) {
      vi.advanceTimersByTime(1_000);
      slow.takes();
    }
    expect([stuck.stalled.mock.calls.length, slow.stalled.mock.calls.length]).toEqual([1, 0]);
  });

  it('looks as often as a short time asks for', () => {
    const one = connection(new StallWatch(100));
    vi.advanceTimersByTime(99);
    expect(one.stalled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(26);
    expect(one.stalled).toHaveBeenCalledTimes(1);
  });

  it('says nothing any more once it is closed', () => {
    const watch = new StallWatch(10_000);
    const one = connection(watch);
    watch.close();
    vi.advanceTimersByTime(100_000);
    expect([one.stalled.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
