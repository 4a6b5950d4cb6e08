import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WriteResult } from '@/core/activity/activity.ts';
import { GroupCommit } from '@/storage/group-commit.ts';
import { itemsOf, recordedCommits, resultOf, turn } from './commit-log.ts';

const mebibyte = 1024 * 1024;

describe('the calls of a process that share commits', () => {
  it('commits a lone call at once and alone, and waits for no timer', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { batches, submit } = recordedCommits();
    const call = submit(['a', 'b']);
    await turn();
    expect(vi.getTimerCount()).toBe(0);
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b']]);
    batches[0]?.commit();
    expect(await call).toEqual([resultOf('a'), resultOf('b')]);
    const later = submit(['c']);
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b'], ['c']]);
    batches[1]?.commit();
    expect(await later).toEqual([resultOf('c')]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('makes the next batch of what is asked for while one is under way, in the order of the calls', async () => {
    const { batches, submit, commitNext } = recordedCommits();
    const calls = [submit(['first'])];
    await turn();
    for (const items of [['c', 'a'], ['b'], ['e', 'd', 'f']]) {
      calls.push(submit(items));
      await turn();
    }
    expect(batches.map(({ items }) => items)).toEqual([['first']]);
    await commitNext();
    expect(batches.map(({ items }) => items)).toEqual([['first'], ['c', 'a', 'b', 'e', 'd', 'f']]);
    await commitNext();
    expect(await Promise.all(calls)).toEqual(
      [['first'], ['c', 'a'], ['b'], ['e', 'd', 'f']].map((items) => items.map(resultOf)),
    );
  });

  it('takes all who were woken by one commit, and call again at once, in one batch', async () => {
    const sizes: number[] = [];
    const group = new GroupCommit<string>({
      limit: 1_000,
      commit: async (items) => {
        sizes.push(items.length);
        await turn();
        return items.map(resultOf);
      },
    });
    // The answer of a call goes through some promises before its caller asks for the next: for each through another number.
    const caller = async (name: string, promises: number) => {
      for (let call = 0; call < 6; call++) {
        const item = `${name}-${call}`;
        expect(await group.submit({ items: [item], bytes: 1 })).toEqual([resultOf(item)]);
        for (let hop = 0; hop < promises; hop++) await undefined;
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, at) => caller(`caller ${at}`, at)));
    // The very first one waits for nobody.
    expect(sizes).toEqual([1, 20, 20, 20, 20, 20, 19]);
  });

  it('takes no more than 1,000 entries together, and a call that is larger alone', async () => {
    const { submit, commitNext } = recordedCommits();
    const settled = [submit(['under way'])];
    await turn();
    const sizes = [400, 400, 200, 1, 999, 2, 1_000, 1_500, 3, 1_001, 1];
    settled.push(...sizes.map((size, at) => submit(itemsOf(`${at}`, size), 1)));
    const batches: number[] = [];
    for (let batch = await commitNext(); batches.length < 9; batch = await commitNext())
      batches.push(batch?.length ?? 0);
    expect(batches).toEqual([1, 1_000, 1_000, 2, 1_000, 1_500, 3, 1_001, 1]);
    expect((await Promise.all(settled)).map(({ length }) => length)).toEqual([1, ...sizes]);
  });

  it('takes no more than 4 MiB together, and a call that is larger alone', async () => {
    const { submit, commitNext } = recordedCommits();
    const settled = [submit(['under way'])];
    await turn();
    const sizes = [2, 1, 1, 0.001, 3.999, 5, 1, 4, 4.001].map((size) => size * mebibyte);
    settled.push(...sizes.map((size, at) => submit([`${at}`], size)));
    const batches: (readonly string[] | undefined)[] = [];
    for (let batch = await commitNext(); batches.length < 7; batch = await commitNext()) batches.push(batch);
    expect(batches).toEqual([['under way'], ['0', '1', '2'], ['3', '4'], ['5'], ['6'], ['7'], ['8']]);
    await Promise.all(settled);
  });

  it('refuses a call for which too many wait, naming ACTIVITY_WRITE_QUEUE, and commits nothing of it', async () => {
    const { group, batches, submit, commitNext } = recordedCommits({ limit: 10 });
    const taken = [submit(itemsOf('under way', 8))];
    await turn();
    // What is under way does not wait.
    expect(group.waiting).toBe(0);
    taken.push(submit(itemsOf('six', 6)));
    const refused = submit(itemsOf('five', 5));
    taken.push(submit(itemsOf('four', 4)));
    const full = submit(['one']);
    expect(group.waiting).toBe(10);
    for (const [call, waiting] of [
      [refused, 6],
      [full, 10],
    ] as const) {
      await expect(call).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(
          new RegExp(`${waiting} wait already, the most is 10 \\(ACTIVITY_WRITE_QUEUE\\)`),
        ),
      });
    }
    await commitNext();
    expect(group.waiting).toBe(0);
    // One that finds nobody before it is taken whatever its size, or it could never be.
    taken.push(submit(itemsOf('eleven', 11)));
    expect(group.waiting).toBe(11);
    await commitNext();
    await commitNext();
    await Promise.all(taken);
    const sizes = { 'under way': 8, six: 6, four: 4, eleven: 11 };
    const expected = Object.entries(sizes).flatMap(([name, size]) => itemsOf(name, size));
    expect(batches.flatMap(({ items }) => items)).toEqual(expected);
    expect(group.waiting).toBe(0);
  });

  it('is settled where nothing is under way and nothing waits, also after a failure, and not before', async () => {
    const { group, batches, submit, commitNext } = recordedCommits();
    await group.settled();
    const failing = submit(['a']);
    await turn();
    let settled = false;
    const settling = group.settled().then(() => {
      settled = true;
    });
    const behind = submit(['b']);
    batches[0]?.fail(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    await turn();
    expect([settled, batches.length]).toEqual([false, 2]);
    await commitNext();
    await settling;
    await behind;
    await group.settled();
    const again = submit(['c']);
    const settlingAgain = group.settled();
    await turn();
    await commitNext();
    await settlingAgain;
    expect(await again).toEqual([resultOf('c')]);
  });

  it('tells its observer of each batch: entries, the wait of each call, and how long it took, failed or not', async () => {
    const now = () => performance.now() / 1_000;
    const seen: { entries: number; waits: readonly number[]; at: number; took?: number; ended?: number }[] = [];
    const { batches, submit } = recordedCommits({
      observer: {
        began: (entries, waits) => void seen.push({ entries, waits, at: now() }),
        ended: (seconds) => void Object.assign(seen.at(-1) ?? {}, { took: seconds, ended: now() }),
      },
    });
    const asked: { before: number; after: number }[] = [];
    const call = async (name: string, size: number) => {
      const before = now();
      const result = submit(itemsOf(name, size));
      asked.push({ before, after: now() });
      await turn();
      return { result };
    };
    const first = await call('a', 3);
    const second = await call('b', 2);
    const third = await call('c', 4);
    const failedAt = now();
    batches[0]?.fail(new Error('no'));
    await expect(first.result).rejects.toThrow('no');
    await turn();
    batches[1]?.commit();
    await Promise.all([second.result, third.result]);
    await turn();
    expect(seen.map(({ entries, waits }) => [entries, waits.length])).toEqual([
      [3, 1],
      [6, 2],
    ]);
    const [one, two] = seen as [Required<(typeof seen)[0]>, Required<(typeof seen)[0]>];
    expect(one.took).toBeLessThanOrEqual(one.ended - (asked[0]?.before ?? 0));
    expect(one.took).toBeGreaterThanOrEqual(failedAt - one.at);
    expect(two.took).toBeLessThanOrEqual(two.ended - failedAt);
    for (const [at, wait] of [one.waits[0], ...two.waits].entries()) {
      const { before, after } = asked[at] as { before: number; after: number };
      const batch = at === 0 ? one : two;
      expect(wait).toBeLessThanOrEqual(batch.at - before);
      expect(wait).toBeGreaterThanOrEqual(at === 0 ? 0 : failedAt - after);
    }
  });
});

/** What may happen, one after the other. */
type Step =
  | { does: 'call'; size: number; bytes: number }
  | { does: 'wait' }
  | { does: 'commit' }
  | { does: 'fail'; inTheSameBreath: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('call' as const),
      size: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1_200 })),
      bytes: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 5 * mebibyte })),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ does: 'wait' as const }) },
  { weight: 2, arbitrary: fc.constant({ does: 'commit' as const }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('fail' as const), inTheSameBreath: fc.boolean() }) },
);

describe('whatever is called, whenever, and whatever fails', () => {
  it('answers each call once, with its own results or the failure of its batch, and keeps all in order, never split', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const { group, batches, submit } = recordedCommits({ limit: Number.MAX_SAFE_INTEGER });
        const calls: { items: string[]; bytes: number; answers: (WriteResult[] | Error)[] }[] = [];
        const failed = new Map<number, Error>();
        let ended = 0;
        const end = async (error: Error | undefined) => {
          if (ended === batches.length) await turn();
          if (ended === batches.length) return;
          if (error === undefined) batches[ended]?.commit();
          else {
            failed.set(ended, error);
            batches[ended]?.fail(error);
          }
          ended += 1;
        };
        for (const [at, one] of steps.entries()) {
          if (one.does === 'call') {
            const call = {
              items: itemsOf(`${at}`, one.size),
              bytes: one.bytes,
              answers: [] as (WriteResult[] | Error)[],
            };
            calls.push(call);
            submit(call.items, call.bytes).then(
              (results) => void call.answers.push(results),
              (error: Error) => void call.answers.push(error),
            );
          } else if (one.does === 'wait') await turn();
          else await end(one.does === 'fail' ? new Error(`batch ${ended}`) : undefined);
          if (one.does === 'fail' && !one.inTheSameBreath) await turn();
        }
        for (await turn(); ended < batches.length; await turn()) await end(undefined);
        await group.settled();
        expect(group.waiting).toBe(0);
        expect(batches.flatMap(({ items }) => items)).toEqual(calls.flatMap(({ items }) => items));
        let next = 0;
        for (const [at, batch] of batches.entries()) {
          const own: typeof calls = [];
          for (let length = 0; length < batch.items.length; next++) {
            const call = calls[next] as (typeof calls)[0];
            own.push(call);
            length += call.items.length;
          }
          // Whole calls, and what each is told.
          expect(own.flatMap(({ items }) => items)).toEqual(batch.items);
          const error = failed.get(at);
          for (const { items, answers } of own) expect(answers).toEqual([error ?? items.map(resultOf)]);
          if (own.length > 1) {
            expect(batch.items.length).toBeLessThanOrEqual(1_000);
            expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(4 * mebibyte);
          }
        }
        expect(next).toBe(calls.length);
      }),
      { numRuns: 300 },
    );
  });
});
