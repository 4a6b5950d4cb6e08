import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Activity } from '@/core/activity/activity.ts';
import type { FeedEntry, FeedSource } from '@/core/activity/feed.ts';
import { isBehind, type Snapshot } from '@/core/activity/position.ts';
import { Feed } from '@/live/feed.ts';
import type { Member } from '@/live/group.ts';
import type { Delivery } from '@/live/topic.ts';
import { Metrics } from '@/metrics.ts';
import { isInOrder, ModelSource, operatorScope, scheduled } from './model-source.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const lines: { level: number; msg: string }[] = [];
const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

function feedOf(source: FeedSource, options: { pollInterval?: number; batch?: number } = {}) {
  lines.length = 0;
  const metrics = new Metrics();
  return { feed: new Feed({ source, logger, metrics, pollInterval: 1_000, queueLimit: 100, ...options }), metrics };
}

class Subscriber implements Member {
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

const totalOf = async (counter: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await counter.get()).values.reduce((sum, { value }) => sum + value, 0);
const idsOf = (entries: readonly Activity[]) => entries.map(({ id }) => id);
const settle = async () => void (await vi.advanceTimersByTimeAsync(0));

type Action =
  | { does: 'begin' | 'join'; then: number }
  | { does: 'commit' | 'leave' | 'abort'; which: number; count: number; hint: boolean; then: number }
  | { does: 'fail'; count: number; then: number };

const then = fc.nat({ max: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ does: fc.constantFrom('begin' as const, 'join' as const), then }),
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'commit' as const,
        'commit' as const,
        'commit' as const,
        'leave' as const,
        'abort' as const,
      ),
      which: fc.nat({ max: 9 }),
      count: fc.integer({ min: 0, max: 4 }),
      hint: fc.boolean(),
      then,
    }),
  },
  fc.record({ does: fc.constant('fail' as const), count: fc.integer({ min: 1, max: 3 }), then }),
);

describe('the feed', () => {
  it('hands every subscriber what was committed after it joined: once, in order, whatever comes between', async () => {
    let delivered = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(action, { minLength: 5, maxLength: 40, size: 'max' }),
        async (s, actions) => {
          const source = new ModelSource();
          const { feed } = feedOf(scheduled(source, s), { batch: 2 });
          const open: bigint[] = [];
          const subscribers: Subscriber[] = [];
          for (const one of actions) {
            const subscriber = 'which' in one ? subscribers[one.which % Math.max(subscribers.length, 1)] : undefined;
            if (one.does === 'begin') open.push(source.begin());
            else if (one.does === 'join') {
              const joining = new Subscriber();
              joining.asked = source.now();
              subscribers.push(joining);
              feed.join(joining).then((at) => {
                joining.joined = at;
              });
            } else if (one.does === 'commit') {
              const [transaction = source.begin()] = open.splice(one.which % Math.max(open.length, 1), 1);
              source.commit(transaction, one.count);
              if (one.hint) source.hint();
            } else if (one.does === 'fail') source.failures = one.count;
            else if (subscriber?.joined !== undefined || one.does === 'abort') {
              if (subscriber === undefined) continue;
              feed.leave(subscriber);
              subscriber.left = true;
            }
            for (let step = 0; step < one.then; step++) {
              if (s.count() > 0) await s.waitNext(1);
              else await vi.advanceTimersByTimeAsync(1_000);
            }
          }
          for (const transaction of open) source.commit(transaction, 1);
          const lateSubscribers = subscribers.filter(({ left }) => !left);
          const isDone = (one: Subscriber) =>
            one.joined !== undefined && one.got.length >= source.after(one.joined).length;
          for (let step = 0; step < 500 && !lateSubscribers.every(isDone); step++) {
            if (s.count() > 0) await s.waitNext(1);
            else await vi.advanceTimersByTimeAsync(2_000);
          }
          for (const one of subscribers) {
            if (one.joined === undefined) {
              expect([one.left, one.ids]).toEqual([true, []]);
              continue;
            }
            // Never older than the call.
            for (const { transactionId } of source.committed) {
              if (isBehind({ seen: one.asked as Snapshot }, { transactionId, sequence: 0n }))
                expect(isBehind({ seen: one.joined }, { transactionId, sequence: 0n })).toBe(true);
            }
            const expected = idsOf(source.after(one.joined));
            if (one.left) expect(expected).toEqual(expect.arrayContaining(one.ids));
            else expect([...one.ids].sort()).toEqual([...expected].sort());
            expect(new Set(one.ids).size).toBe(one.ids.length);
            expect(
              isInOrder(
                source,
                one.got.map(({ activity }) => activity),
              ),
            ).toBe(true);
            for (const [at, { position }] of one.got.entries()) {
              const behind = one.got.map(({ activity }) => isBehind(position, activity));
              expect(behind).toEqual(one.got.map((_, place) => place <= at));
            }
            delivered += one.got.length;
          }
          // Ended while nothing is under way or with everything under way: either way it ends.
          source.failures = 0;
          let isClosed = false;
          const closed = feed.close().then(() => {
            isClosed = true;
          });
          for (let step = 0; step < 500 && !isClosed; step++) {
            if (s.count() > 0) await s.waitNext(1);
            else await vi.advanceTimersByTimeAsync(2_000);
          }
          await closed;
          expect(source.listeners).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
    // That anything was put to the test at all; how much is up to chance.
    expect(delivered).toBeGreaterThan(50);
  });

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
