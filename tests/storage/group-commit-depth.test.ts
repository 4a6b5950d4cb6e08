/** Calls that share commits, of which several may be under way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WriteResult } from '@/core/activity/activity.ts';
import { GroupCommit } from '@/storage/group-commit.ts';
import { itemsOf, recordedCommits, resultOf, turn } from './commit-log.ts';

const mebibyte = 1024 * 1024;
/** Fewer items do not leave while another batch is under way. */
const least = 16;

/** Two may be under way. */
function twoAtOnce() {
  const recorded = recordedCommits({ depth: 2 });
  /** The sizes of the batches so far. */
  const sizes = () => recorded.batches.map(({ items }) => items.length);
  return { ...recorded, sizes };
}

describe('calls that share commits, two of them at once', () => {
  it('are divided over both where they are many: each takes about half of them', async () => {
    const sizes: number[] = [];
    const commits: (() => void)[] = [];
    const group = new GroupCommit<string>({
      limit: 1_000,
      depth: 2,
      commit: async (items) => {
        sizes.push(items.length);
        await new Promise<void>((resolve) => commits.push(resolve));
        return items.map(resultOf);
      },
    });
    // Each calls again when it is answered.
    const caller = async (name: string) => {
      for (let call = 0; call < 10; call++) {
        const item = `${name}-${call}`;
        expect(await group.submit({ items: [item], bytes: 1 })).toEqual([resultOf(item)]);
      }
    };
    const callers = Promise.all(Array.from({ length: 64 }, (_, at) => caller(`${at}`)));
    const underWay: number[] = [];
    for (let ended = 0; ended < 17; ended++) {
      await turn();
      underWay.push(sizes.length - ended);
      commits[ended]?.();
    }
    expect(underWay).toEqual(Array.from({ length: 17 }, () => 2));
    // The very first caller waits for nobody, and the next ones for no more of them than it takes.
    expect(sizes.slice(0, 2)).toEqual([1, least]);
    for (const size of sizes.slice(2, 17)) {
      expect(size).toBeGreaterThanOrEqual(28);
      expect(size).toBeLessThanOrEqual(36);
    }
    for (let ended = 17; ended < sizes.length; ended++) {
      commits[ended]?.();
      await turn();
    }
    await callers;
    expect(sizes.reduce((sum, size) => sum + size)).toBe(640);
  });

  it('leave at once where there is only one, and again when that one is done', async () => {
    const { batches, submit, sizes } = twoAtOnce();
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      const call = submit([name]);
      // Not even a promise later.
      expect(sizes()).toHaveLength(at + 1);
      batches[at]?.commit();
      expect(await call).toEqual([resultOf(name)]);
      await turn();
    }
  });

  it('wait for the batch under way where they are fewer than 16 items, and leave beside it where they are 16', async () => {
    const { batches, submit, sizes } = twoAtOnce();
    const first = submit(['first']);
    const waiting = [submit(itemsOf('a', 7)), submit(itemsOf('b', 8))];
    await turn();
    expect(sizes()).toEqual([1]);
    waiting.push(submit(['c']));
    await turn();
    expect(sizes()).toEqual([1, 16]);
    // The first one has not been answered meanwhile. Nobody leaves as a third.
    const more = [submit(itemsOf('d', 20)), submit(itemsOf('e', 20))];
    await turn();
    expect(sizes()).toEqual([1, 16]);
    batches[0]?.commit();
    await first;
    await turn();
    // Half of the 56 that are there, by whole calls.
    expect(sizes()).toEqual([1, 16, 20]);
    batches[1]?.commit();
    batches[2]?.commit();
    await turn();
    batches[3]?.commit();
    await Promise.all([...waiting, ...more]);
    expect(sizes()).toEqual([1, 16, 20, 20]);
  });

  it.each(['commit', 'fail'] as const)(
    'leave when nothing is under way any more, however few they are, also where that ends otherwise (%s)',
    async (how) => {
      const { batches, submit, sizes } = twoAtOnce();
      const calls = [submit(['first'])];
      await turn();
      calls.push(submit(itemsOf('a', 16)));
      await turn();
      calls.push(submit(itemsOf('b', 15)));
      const settled = Promise.allSettled(calls);
      for (const at of [1, 0]) {
        expect(sizes()).toEqual([1, 16]);
        batches[at]?.[how](new Error('no'));
        await turn();
      }
      expect(sizes()).toEqual([1, 16, 15]);
      batches[2]?.commit();
      const ended = how === 'commit' ? 'fulfilled' : 'rejected';
      expect((await settled).map(({ status }) => status)).toEqual([ended, ended, 'fulfilled']);
    },
  );

  it('are never divided themselves: a call of more than half goes whole, and nothing overtakes it', async () => {
    const { batches, submit } = twoAtOnce();
    const sizes = [1, 300, 1_200, 2];
    const calls = sizes.map((size, at) => submit(itemsOf(`${at}`, size)));
    await turn();
    for (let ended = 0; ended < batches.length; ended++) {
      batches[ended]?.commit();
      await turn();
    }
    expect((await Promise.all(calls)).map(({ length }) => length)).toEqual(sizes);
    expect(batches.map(({ items }) => items.length)).toEqual(sizes);
    expect(batches.flatMap(({ items }) => items)).toEqual(sizes.flatMap((size, at) => itemsOf(`${at}`, size)));
  });

  it('get their own results, whichever batch is done first, and the failure of one leaves the other alone', async () => {
    const { batches, submit } = twoAtOnce();
    const first = submit(['first']);
    const beside = [submit(itemsOf('a', 8)), submit(itemsOf('b', 8))];
    await turn();
    batches[1]?.commit();
    expect(await Promise.all(beside)).toEqual([itemsOf('a', 8).map(resultOf), itemsOf('b', 8).map(resultOf)]);
    const failing = [submit(itemsOf('c', 8)), submit(itemsOf('d', 8))];
    await turn();
    batches[2]?.fail(new Error('no'));
    for (const call of failing) await expect(call).rejects.toThrow('no');
    batches[0]?.commit();
    expect(await first).toEqual([resultOf('first')]);
    expect(batches).toHaveLength(3);
  });

  it('are settled when both are done and nothing waits, not before', async () => {
    const { group, batches, submit } = twoAtOnce();
    const calls = [submit(['first']), submit(itemsOf('a', 16)), submit(['b'])];
    await turn();
    let settled = false;
    const settling = group.settled().then(() => {
      settled = true;
    });
    const seen: [number, boolean][] = [];
    for (const at of [1, 0, 2]) {
      seen.push([batches.length, settled]);
      batches[at]?.commit();
      await turn();
    }
    expect(seen).toEqual([
      [2, false],
      [2, false],
      [3, false],
    ]);
    await settling;
    await Promise.all(calls);
  });
});

/** What may happen, one after the other. `which` of those that are under way, from 0 to 1. */
type Step =
  | { does: 'call'; size: number; bytes: number }
  | { does: 'wait' }
  | { does: 'settle' }
  | { does: 'commit' | 'fail'; which: number };

const which = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('call' as const),
      size: fc.oneof(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 1_200 }),
      ),
      bytes: fc.oneof(
        { weight: 9, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 * mebibyte }) },
      ),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ does: 'wait' as const }) },
  { weight: 1, arbitrary: fc.constant({ does: 'settle' as const }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('commit' as const), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('fail' as const), which }) },
);

/** Runs the steps, ends what is under way then, and says what was called, what was committed, and what broke a promise. */
async function run(steps: readonly Step[], depth: number) {
  const calls: { items: string[]; bytes: number; answers: (WriteResult[] | Error)[] }[] = [];
  const underWay = new Set<number>();
  const failures = new Map<number, Error>();
  const wrong: string[] = [];
  let [begun, settling, settled] = [0, 0, 0];
  const { group, batches, submit } = recordedCommits({
    limit: Number.MAX_SAFE_INTEGER,
    depth,
    observer: {
      began: (entries) => {
        if (underWay.size >= depth) wrong.push(`${underWay.size + 1} are under way`);
        if (underWay.size > 0 && entries + group.waiting < least) wrong.push(`${entries} left beside another`);
        underWay.add(begun++);
      },
      ended: () => {},
    },
  });
  const end = (share: number, error?: Error) => {
    const batch = [...underWay][Math.floor(share * underWay.size)];
    if (batch === undefined) return;
    underWay.delete(batch);
    if (error === undefined) batches[batch]?.commit();
    else {
      failures.set(batch, error);
      batches[batch]?.fail(error);
    }
  };
  const rest = async () => {
    await turn();
    if (group.waiting > 0 && underWay.size === 0) wrong.push('all wait');
    if (group.waiting >= least && underWay.size < depth) wrong.push(`${group.waiting} wait for nothing`);
  };
  const settle = () => {
    settling += 1;
    const isIdle = group.waiting + underWay.size === 0;
    void group.settled().then(() => {
      settled += 1;
      // An idle one is settled at once, whatever is called in the same breath.
      if (!isIdle && group.waiting + underWay.size > 0) wrong.push('settled too early');
    });
  };
  for (const [at, one] of steps.entries()) {
    if (one.does === 'wait') await rest();
    else if (one.does === 'settle') settle();
    else if (one.does === 'call') {
      const call: (typeof calls)[0] = { items: itemsOf(`${at}`, one.size), bytes: one.bytes, answers: [] };
      calls.push(call);
      const answer = (given: WriteResult[] | Error) => void call.answers.push(given);
      submit(call.items, call.bytes).then(answer, answer);
    } else end(one.which, one.does === 'commit' ? undefined : new Error(`step ${at}`));
  }
  for (await rest(); underWay.size > 0; await rest()) end(0.99);
  await group.settled();
  if (settled !== settling) wrong.push(`settled ${settled} of ${settling} times`);
  return { calls, batches, failures, wrong };
}

describe('whatever is called, whichever batch ends first, and whatever fails', () => {
  it('each call is answered once with its own, all are committed in their order and whole, and no more at once than may be', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 80, size: 'max' }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, depth) => {
        const { calls, batches, failures, wrong } = await run(steps, depth);
        expect(wrong).toEqual([]);
        expect(batches.flatMap(({ items }) => items)).toEqual(calls.flatMap(({ items }) => items));
        let next = 0;
        for (const [at, { items }] of batches.entries()) {
          const own: typeof calls = [];
          for (let length = 0; length < items.length; length += own.at(-1)?.items.length ?? 0)
            own.push(calls[next++] as (typeof calls)[0]);
          // Whole calls, and what each is told.
          expect(own.flatMap((call) => call.items)).toEqual(items);
          for (const call of own) expect(call.answers).toEqual([failures.get(at) ?? call.items.map(resultOf)]);
          if (own.length === 1) continue;
          expect(items.length).toBeLessThanOrEqual(1_000);
          expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(4 * mebibyte);
        }
        expect(next).toBe(calls.length);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
