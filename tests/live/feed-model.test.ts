/** The feed against a model of what is committed, whatever comes between. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isBehind, type Snapshot } from '@/core/activity/position.ts';
import { feedOf, idsOf, Subscriber } from './feed-under-test.ts';
import { isInOrder, ModelSource, scheduled } from './model-source.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

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
});
