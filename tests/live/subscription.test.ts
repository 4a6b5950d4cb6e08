import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedEntry, FeedSource, Selection } from '@/core/activity/feed.ts';
import type { Position } from '@/core/activity/position.ts';
import { EntryStream } from '@/live/entry-stream.ts';
import { Feed } from '@/live/feed.ts';
import { Metrics } from '@/metrics.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { createFeedSource, readSnapshot } from '@/storage/tail.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { isInOrder, ModelSource, operatorScope, scheduled } from './model-source.ts';

interface Parts {
  feed: Feed;
  source: FeedSource;
  metrics: Metrics;
}
function partsOf(source: FeedSource, pollInterval = 5): Parts {
  const metrics = new Metrics();
  return {
    source,
    metrics,
    feed: new Feed({ source, logger: pino({ level: 'silent' }), metrics, pollInterval, queueLimit: 3, batch: 2 }),
  };
}
const everything: Selection = { scope: operatorScope, filter: {} };

function iterate(
  parts: Parts,
  after: Position | undefined,
  options: { queueLimit?: number; selection?: Selection } = {},
) {
  const { queueLimit = 3, selection = everything } = options;
  return new EntryStream({ ...parts, queueLimit, batch: 2 }, { selection, after });
}
type Iteration = ReturnType<typeof iterate>;

async function take(iteration: Iteration, count: number): Promise<FeedEntry[]> {
  const got: FeedEntry[] = [];
  while (got.length < count) {
    const { value, done } = await iteration.next();
    if (done === true) throw new Error(`it ended after ${got.length}`);
    got.push(value);
  }
  return got;
}
const idsOf = (entries: readonly FeedEntry[]) => entries.map(({ activity }) => activity.id);
const fellBehind = async ({ metrics }: Parts) => (await metrics.fellBehind.get()).values[0]?.value ?? 0;

type Action =
  | { does: 'begin' | 'commit'; which: number; count: number; of: number; then: number }
  | { does: 'cut' | 'fail'; which: number; then: number };
const then = fc.nat({ max: 4 });
const which = fc.nat({ max: 9 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom('begin' as const, 'commit' as const, 'commit' as const, 'commit' as const),
      which,
      count: fc.integer({ min: 1, max: 4 }),
      of: fc.nat({ max: 3 }),
      then,
    }),
  },
  fc.record({ does: fc.constantFrom('cut' as const, 'cut' as const, 'fail' as const), which, then }),
);
const toClients = { visibility: 'CLIENT', brandId: 'b1', context: 'c', actorUserId: 'u' } as const;
const contents = [{}, toClients, { workspaceId: 'w2' }, { ...toClients, actorType: 'WORKER' }] as const;
const client: Selection = {
  scope: { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: ['b1'], internals: false },
  filter: { actorTypes: ['SYSTEM'] },
};

describe('a subscription', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gets what was committed after its position, once, in order: slow, cut and resumed, while reads fail', async () => {
    let behind = 0;
    let fell = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(action, { minLength: 10, maxLength: 50, size: 'max' }),
        async (s, actions) => {
          const source = new ModelSource();
          const parts = partsOf(scheduled(source, s), 60_000);
          const open = [source.begin()];
          const readers = [everything, client, everything].map((selection, n) => {
            const start: Position = { seen: source.now() };
            source.write(2);
            const reader = {
              selection,
              start,
              position: start,
              got: [] as FeedEntry[],
              iteration: undefined as Iteration | undefined,
            };
            const run = async (): Promise<void> => {
              for (;;) {
                const iteration = iterate(parts, reader.position, { queueLimit: n + 1, selection });
                reader.iteration = iteration;
                try {
                  for (let next = await iteration.next(); !next.done; next = await iteration.next()) {
                    reader.got.push(next.value);
                    reader.position = next.value.position;
                    // It takes its time.
                    await s.schedule(Promise.resolve(), 'reader');
                  }
                } catch (error) {
                  expect((error as Error).message).toBe('the database is away');
                }
                if (stopped) return;
                await s.schedule(Promise.resolve(), 'resume');
              }
            };
            return { reader, run };
          });
          let stopped = false;
          const running = readers.map(({ run }) => run());
          for (const one of actions) {
            if (one.does === 'begin') open.push(source.begin());
            else if (one.does === 'commit') {
              const [transaction = source.begin()] = open.splice(one.which % Math.max(open.length, 1), 1);
              source.commit(transaction, one.count, contents[one.of]);
              source.hint();
            } else if (one.does === 'fail') source.failures = 1;
            else void readers[one.which % readers.length]?.reader.iteration?.return?.();
            for (let step = 0; step < one.then; step++) if (s.count() > 0) await s.waitNext(1);
          }
          for (const transaction of open) source.commit(transaction, 1, contents[1]);
          source.failures = 0;
          const expected = readers.map(({ reader }) =>
            source
              .after(reader.start.seen)
              .filter((entry) =>
                reader.selection === client
                  ? entry.brandId === 'b1' && entry.actorType === 'SYSTEM'
                  : entry.workspaceId === 'w1',
              ),
          );
          const isDone = () => readers.every(({ reader }, n) => reader.got.length >= (expected[n]?.length ?? 0));
          for (let step = 0; step < 3_000 && !isDone(); step++) {
            source.hint();
            // The feed rests between reads, also while there is always something to do.
            if (step % 10 === 0) await vi.advanceTimersByTimeAsync(10);
            if (s.count() > 0) await s.waitNext(1);
            else await vi.advanceTimersByTimeAsync(2_000);
          }
          for (const [n, { reader }] of readers.entries()) {
            expect([...idsOf(reader.got)].sort()).toEqual((expected[n] ?? []).map(({ id }) => id).sort());
            expect(
              isInOrder(
                source,
                reader.got.map(({ activity }) => activity),
              ),
            ).toBe(true);
            if (reader.selection === client) {
              for (const { activity } of reader.got)
                expect([activity.context, activity.actorUserId]).toEqual([null, null]);
            }
            behind += reader.got.length;
          }
          stopped = true;
          const ended = Promise.all([...running, ...readers.map(({ reader }) => reader.iteration?.return?.())]);
          for (let step = 0; step < 60; step++) {
            if (s.count() > 0) await s.waitNext(1);
            else await vi.advanceTimersByTimeAsync(2_000);
          }
          await ended;
          const closed = parts.feed.close();
          while (s.count() > 0) await s.waitNext(1);
          await closed;
          fell += await fellBehind(parts);
        },
      ),
      { numRuns: 200 },
    );
    expect(behind).toBeGreaterThan(1_000);
    expect(fell).toBeGreaterThan(0);
  });
});

describeOnEachDatabase('a subscription', (open) => {
  let database: Database;
  let parts: Parts;
  let runs = 0;
  beforeAll(async () => {
    database = await open();
    parts = partsOf(createFeedSource(database));
  });
  afterAll(async () => {
    await parts.feed.close();
  });
  const write = async (count: number, changes = {}): Promise<string[]> => {
    runs += 1;
    const entries = Array.from({ length: count }, (_, at) => entryOf({ id: `s${runs}-${at}`, ...changes }));
    await createActivityWriter(database).write(entries);
    return entries.map(({ id }) => id);
  };
  const untilSubscribed = async (count: number) => {
    while (((await parts.metrics.subscribers.get()).values[0]?.value ?? 0) < count) await now();
  };
  const now = async (): Promise<Position> => ({ seen: await readSnapshot(database) });

  it('begins with what its position has missed, goes on with what comes, and can be resumed at any entry', async () => {
    const start = await now();
    const expected = await write(5);
    const iteration = iterate(parts, start);
    const got = await take(iteration, 3);
    expected.push(...(await write(4)));
    got.push(...(await take(iteration, 6)));
    expected.push(...(await write(2)));
    got.push(...(await take(iteration, 2)));
    await iteration.return?.();
    expect(idsOf(got)).toEqual(expected);
    for (const [at, { position }] of got.slice(0, -1).entries()) {
      const resumed = iterate(parts, position);
      expect(idsOf(await take(resumed, expected.length - at - 1))).toEqual(expected.slice(at + 1));
      await resumed.return?.();
    }
  });

  it('begins now where it has no position', async () => {
    await write(2);
    const iteration = iterate(parts, undefined);
    const first = take(iteration, 1);
    // Somebody else who came after it and has got something: it has joined.
    const other = iterate(parts, await now());
    const written = [await write(1), await write(1)].flat();
    await take(other, 2);
    // Both may have joined behind all that; what comes now is for both.
    written.push(...(await write(1)));
    expect(written).toContain(idsOf(await first)[0]);
    await iteration.return?.();
    await other.return?.();
  });

  it('goes back to the database where it is too slow for its queue, and loses nothing', async () => {
    const fell = await fellBehind(parts);
    const [slow, quick] = [
      iterate(parts, await now(), { queueLimit: 2 }),
      iterate(parts, await now(), { queueLimit: 1_000 }),
    ];
    const expected = await write(1);
    expect([idsOf(await take(slow, 1)), idsOf(await take(quick, 1))]).toEqual([expected, expected]);
    for (let round = 0; round < 3; round++) {
      const burst = [await write(6), await write(1)].flat();
      expect(idsOf(await take(quick, 7))).toEqual(burst);
      expect(idsOf(await take(slow, 7))).toEqual(burst);
    }
    expect(await fellBehind(parts)).toBeGreaterThan(fell);
    await slow.return?.();
    await quick.return?.();
  });

  it('gets only what its scope shows and its filter matches, before it joined and after', async () => {
    const iteration = iterate(parts, await now(), { selection: client });
    const changes = toClients;
    const round = async () => {
      await write(2);
      await write(1, { ...changes, brandId: 'b2' });
      await write(1, { ...changes, workspaceId: 'w2' });
      await write(1, { ...changes, actorType: 'WORKER' });
      return await write(1, changes);
    };
    const expected = await round();
    const got = await take(iteration, 1);
    expected.push(...(await round()));
    got.push(...(await take(iteration, 1)));
    // Waiting for the third, it joins the hub.
    const live = take(iteration, 1);
    await untilSubscribed(1);
    expected.push(...(await round()));
    got.push(...(await live));
    expect(idsOf(got)).toEqual(expected);
    for (const { activity } of got) expect([activity.context, activity.actorUserId]).toEqual([null, null]);
    await iteration.return?.();
  });

  it('ends at once when it is returned or aborted while it waits, and the feed goes idle', async () => {
    const [one, other] = [iterate(parts, await now()), iterate(parts, undefined)];
    await write(1);
    await take(one, 1);
    const waiting = [one.next(), other.next()];
    await Promise.all([one.return?.(), other.return?.()]);
    for (const result of await Promise.all(waiting)) expect(result.done).toBe(true);
    expect((await parts.metrics.subscribers.get()).values[0]?.value).toBe(0);
  });
});
