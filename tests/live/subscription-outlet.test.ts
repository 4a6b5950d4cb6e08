import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ActivityLogError } from '@/errors.ts';
import { BoundedOutlet } from './bounded-outlet.ts';
import { topicOf, turn } from './hub-members.ts';
import { isInOrder, ModelSource, scheduled } from './model-source.ts';
import { idOf, partsOf, totalOf } from './subscription-parts.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const then = fc.nat({ max: 5 });
const which = fc.nat({ max: 9 });
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('commit' as const), which, count: fc.integer({ min: 1, max: 6 }), then }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('drain' as const), which, count: fc.nat({ max: 4 }), then }) },
  fc.record({ does: fc.constant('begin' as const), which, count: fc.constant(0), then }),
);

describe('a subscription with an outlet that is full now and then', () => {
  it('writes everything once and in order, live and from the database, whatever is rendered when', async () => {
    let written = 0;
    let fell = 0;
    let live = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(action, { minLength: 10, maxLength: 50, size: 'max' }),
        fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 12 }),
        async (s, actions, renderings) => {
          const source = new ModelSource();
          const { feed, metrics, failures, subscribe } = partsOf(scheduled(source, s));
          let rendered = 0;
          const topic = topicOf((entry) => {
            rendered += 1;
            const how = renderings[rendered % renderings.length];
            if (how === 0) return s.schedule(Promise.resolve(idOf(entry)), 'rendering');
            return idOf(entry);
          });
          const open: bigint[] = [source.begin()];
          const readers = [1, 2, 50].map((capacity) => {
            const outlet = new BoundedOutlet(capacity);
            const start = source.now();
            source.write(2);
            return { outlet, start, subscription: subscribe(outlet, { seen: start }, topic) };
          });
          for (const one of actions) {
            if (one.does === 'begin') open.push(source.begin());
            else if (one.does === 'drain') readers[one.which % readers.length]?.outlet.drain(one.count);
            else {
              const [transaction = source.begin()] = open.splice(one.which % Math.max(open.length, 1), 1);
              source.commit(transaction, one.count);
              source.hint();
            }
            for (let step = 0; step < one.then; step++) if (s.count() > 0) await s.waitNext(1);
          }
          for (const transaction of open) source.commit(transaction, 1);
          const due = readers.map(({ start }) => source.after(start));
          const isDone = () => readers.every(({ outlet }, n) => outlet.texts.length >= (due[n]?.length ?? 0));
          for (let step = 0; step < 3_000 && !isDone(); step++) {
            for (const { outlet } of readers) outlet.drain(1 + (step % 3));
            source.hint();
            if (s.count() > 0) await s.waitNext(1);
            else await vi.advanceTimersByTimeAsync(1_000);
          }
          expect(failures).toEqual([]);
          for (const [n, { outlet }] of readers.entries()) {
            const entries = due[n] ?? [];
            expect([...outlet.texts].sort()).toEqual(entries.map(({ id }) => id).sort());
            const byId = new Map(entries.map((entry) => [entry.id, entry]));
            expect(
              isInOrder(
                source,
                outlet.texts.map((id) => byId.get(id) as (typeof entries)[0]),
              ),
            ).toBe(true);
            written += outlet.texts.length;
          }
          for (const { subscription } of readers) subscription.close();
          let isClosed = false;
          const closed = feed.close().then(() => {
            isClosed = true;
          });
          while (!isClosed) {
            if (s.count() > 0) await s.waitNext(1);
            else await vi.advanceTimersByTimeAsync(1_000);
          }
          await closed;
          fell += await totalOf(metrics.fellBehind);
          live += metrics.live.executions;
        },
      ),
      { numRuns: 150 },
    );
    expect(written).toBeGreaterThan(1_000);
    expect(fell).toBeGreaterThan(50);
    expect(live).toBeGreaterThan(100);
  });

  it('holds nothing while it is full, and reads on once there is room', async () => {
    const source = new ModelSource();
    const { feed, metrics, subscribe } = partsOf(source);
    const outlet = new BoundedOutlet(1);
    const subscription = subscribe(outlet, { seen: source.now() });
    await vi.advanceTimersByTimeAsync(0);
    const due = source.write(7);
    source.hint();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([outlet.texts, outlet.isWaitedFor]).toEqual([[due[0]?.id], true]);
    // It does not try before there is room.
    expect([outlet.writes, outlet.refusals]).toEqual([1, 1]);
    expect([await totalOf(metrics.subscribers), await totalOf(metrics.fellBehind)]).toEqual([0, 1]);
    const { reads } = source;
    await vi.advanceTimersByTimeAsync(60_000);
    // Nobody is left for the feed to read for.
    expect(source.reads).toBe(reads);
    outlet.drain(3);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(outlet.texts).toHaveLength(4);
    outlet.drain(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(outlet.texts).toEqual(due.map(({ id }) => id));
    expect(await totalOf(metrics.subscribers)).toBe(1);
    const [last] = source.write(1);
    const { writes } = outlet;
    source.hint();
    await vi.advanceTimersByTimeAsync(0);
    expect([outlet.texts.at(-1), outlet.writes]).toEqual([last?.id, writes + 1]);
    subscription.close();
    await feed.close();
  });
});

describe('a subscription whose rendering is away for a while', () => {
  it('tries again while it catches up, and goes on', async () => {
    vi.useRealTimers();
    const source = new ModelSource();
    const { feed, failures, subscribe } = partsOf(source);
    const outlet = new BoundedOutlet(100);
    const start = { seen: source.now() };
    const due = source.write(3);
    const tries: string[] = [];
    const topic = topicOf((entry) => {
      tries.push(entry.activity.id);
      if (tries.length === 2 || tries.length === 3) throw new ActivityLogError('UNAVAILABLE');
      return idOf(entry);
    });
    const done = new Promise<void>((resolve) => {
      outlet.onWrite = () => void (outlet.texts.length === 3 && resolve());
    });
    const subscription = subscribe(outlet, start, topic);
    await done;
    const [first, second, third] = due.map(({ id }) => id);
    expect(outlet.texts).toEqual([first, second, third]);
    expect([tries, failures]).toEqual([[first, second, second, second, third], []]);
    subscription.close();
    await feed.close();
  });

  it('reads what its group could not render, while others of the hub go on', async () => {
    vi.useRealTimers();
    const source = new ModelSource();
    const { feed, metrics, failures, subscribe } = partsOf(source);
    const [outlet, other] = [new BoundedOutlet(100), new BoundedOutlet(100)];
    let isAway = false;
    const topic = topicOf(async (entry) => {
      if (isAway) throw new ActivityLogError('UNAVAILABLE');
      return idOf(entry);
    });
    const subscriptions = [
      subscribe(outlet, { seen: source.now() }, topic),
      subscribe(other, { seen: source.now() }, topicOf(idOf, { key: 'other' })),
    ];
    while ((await totalOf(metrics.subscribers)) < 2) await turn();
    isAway = true;
    const due = source.write(2).map(({ id }) => id);
    source.hint();
    while ((await totalOf(metrics.fellBehind)) < 1) await turn();
    expect([outlet.texts, other.texts]).toEqual([[], due]);
    isAway = false;
    while (outlet.texts.length < 2) await turn();
    expect([outlet.texts, failures]).toEqual([due, []]);
    for (const subscription of subscriptions) subscription.close();
    await feed.close();
  });
});
