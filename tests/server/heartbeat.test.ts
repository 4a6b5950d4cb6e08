import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from '@/server/heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the heartbeat', () => {
  it('beats for each every 12 seconds, and for all spread over them', () => {
    const heartbeat = new Heartbeat();
    let second = 0;
    const beats = Array.from({ length: 120 }, () => [] as number[]);
    for (const own of beats) heartbeat.add({ beat: () => void own.push(second) });
    expect(vi.getTimerCount()).toBe(1);
    for (second = 1; second <= 36; second += 1) vi.advanceTimersByTime(1_000);
    const perSecond = new Map<number, number>();
    for (const own of beats) {
      const [first = 0, ...rest] = own;
      expect([first >= 1 && first <= 12, rest]).toEqual([true, [first + 12, first + 24]]);
      for (const at of own) perSecond.set(at, (perSecond.get(at) ?? 0) + 1);
    }
    // As many in each second.
    expect([...perSecond.values()]).toEqual(Array(36).fill(10));
  });

  it('fills the gaps that are left', () => {
    const heartbeat = new Heartbeat();
    const some = Array.from({ length: 24 }, () => ({ beat: vi.fn() }));
    for (const one of some) heartbeat.add(one);
    for (const one of some.slice(0, 12)) heartbeat.remove(one);
    const more = Array.from({ length: 12 }, () => ({ beat: vi.fn() }));
    for (const one of more) heartbeat.add(one);
    const all = [...some.slice(12), ...more];
    for (let at = 1; at <= 12; at += 1) {
      vi.advanceTimersByTime(1_000);
      expect(all.filter(({ beat }) => beat.mock.calls.length === 1)).toHaveLength(2 * at);
    }
    for (const { beat } of some.slice(0, 12)) expect(beat).not.toHaveBeenCalled();
  });

  it('stops with the last, who may leave twice, and begins again with the next', () => {
    const heartbeat = new Heartbeat();
    const [one, other] = [{ beat: vi.fn() }, { beat: vi.fn() }];
    heartbeat.add(one);
    heartbeat.add(other);
    heartbeat.remove(one);
    heartbeat.remove(one);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(12_000);
    expect([one.beat.mock.calls.length, other.beat.mock.calls.length]).toEqual([0, 1]);
    heartbeat.remove(other);
    expect(vi.getTimerCount()).toBe(0);
    heartbeat.add(one);
    vi.advanceTimersByTime(12_000);
    expect(one.beat).toHaveBeenCalledTimes(1);
  });

  it('goes on where a beat removes its own', () => {
    const heartbeat = new Heartbeat();
    const leaving = { beat: vi.fn(() => heartbeat.remove(leaving)) };
    const others = Array.from({ length: 30 }, () => ({ beat: vi.fn() }));
    heartbeat.add(leaving);
    for (const one of others) heartbeat.add(one);
    vi.advanceTimersByTime(24_000);
    expect(leaving.beat).toHaveBeenCalledTimes(1);
    for (const { beat } of others) expect(beat).toHaveBeenCalledTimes(2);
  });
});
