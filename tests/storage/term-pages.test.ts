import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { termRange } from '@/core/activity/terms.ts';
import type { Database } from '@/storage/database.ts';
import { candidateTimes } from '@/storage/term-index/candidates.ts';
import { clearTermIndex } from '@/storage/term-index/indexer.ts';
import { Merge } from '@/storage/term-index/merge.ts';
import {
  beginRun,
  publishRun,
  type ReadyRun,
  readPagesBehind,
  readRuns,
  writePages,
} from '@/storage/term-index/runs.ts';
import { agesOf, eachTerm, PageWriter, type TermPage } from '@/storage/term-index/term-page.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { onDatabase } from '../support/generated-entries.ts';

/** Terms with the times that they have: few of many, and some of thousands, which take several pages. */
type Lists = Map<number, number[]>;

const time = fc.integer({ min: -(10 ** 12), max: 10 ** 12 });
const many = fc
  .record({ start: time, step: fc.integer({ min: 1, max: 10 ** 7 }), count: fc.integer({ min: 500, max: 6_000 }) })
  .map(({ start, step, count }) => Array.from({ length: count }, (_, at) => start + at * step));
const times = fc.oneof({ weight: 2, arbitrary: fc.array(time, { minLength: 1, maxLength: 20 }) }, many);
const term = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 12 }) },
  fc.integer({ min: 0, max: termRange - 1 }),
);
/** Term 0 always has many. */
const lists: fc.Arbitrary<Lists> = fc
  .tuple(many, fc.array(fc.tuple(term, times), { maxLength: 30 }))
  .map(
    ([first, pairs]) =>
      new Map([...pairs, [0, first] as const].map(([one, all]) => [one, [...new Set(all)].sort((a, b) => a - b)])),
  );

function pagesOf(all: Lists): { pages: TermPage[]; oldest: number; newest: number } {
  const flat = [...all.values()].flat();
  const newest = flat.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
  const oldest = flat.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  const pages: TermPage[] = [];
  const writer = new PageWriter(-newest, (page) => void pages.push(page));
  for (const [one, own] of [...all].sort(([a], [b]) => a - b)) writer.add(one, own.map((at) => 0 - at).reverse());
  writer.end();
  return { pages, oldest, newest };
}

function listsOf(pages: readonly TermPage[]): Lists {
  const found: Lists = new Map();
  for (const page of pages) {
    eachTerm(page, (one, ages) => {
      const own = [...ages].map((age) => 0 - age).reverse();
      found.set(one, [...own, ...(found.get(one) ?? [])]);
    });
  }
  return found;
}

it('pages give back the terms and times that they were made of, in order, four to a page of the database', () => {
  fc.assert(
    fc.property(lists, (all) => {
      const { pages } = pagesOf(all);
      expect(listsOf(pages)).toEqual(all);
      for (const { data } of pages) expect(data.length).toBeLessThanOrEqual(1_900);
      for (const [one, own] of all) {
        const ages = pages.flatMap((page) => [...agesOf(page, one)]);
        expect(ages.map((age) => 0 - age).reverse()).toEqual(own);
      }
    }),
    { numRuns: 100 },
  );
});

describeOnEachDatabase('runs of the term index', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  async function write(all: Lists): Promise<void> {
    const { pages, oldest, newest } = pagesOf(all);
    const unknown = { firstTransaction: null, lastTransaction: null };
    const run = await beginRun(database, { entries: 1, oldest, newest, ...unknown });
    await writePages(database, run, pages);
    await publishRun(database, run, []);
  }

  async function mergeAll(sources: readonly ReadyRun[]): Promise<void> {
    const merge = new Merge(database, sources);
    let run: number | undefined;
    while (run === undefined) run = await merge.advance(3);
    await publishRun(
      database,
      run,
      sources.map((source) => source.run),
    );
  }

  const union = (parts: readonly Lists[]): Lists => {
    const all: Lists = new Map();
    for (const part of parts) for (const [one, own] of part) all.set(one, [...(all.get(one) ?? []), ...own]);
    return new Map([...all].map(([one, own]) => [one, [...new Set(own)].sort((a, b) => a - b)]));
  };

  it('hold together what each held, before and after they are merged, and give it in both directions', async () => {
    const world = fc.record({
      parts: fc.array(lists, { minLength: 1, maxLength: 4 }),
      groups: fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }), {
        minLength: 1,
        maxLength: 2,
      }),
      bounds: fc.oneof({ weight: 3, arbitrary: fc.constant([-(10 ** 13), 10 ** 13] as const) }, fc.tuple(time, time)),
    });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(world, async ({ parts, groups, bounds }) => {
        await clearTermIndex(database);
        for (const part of parts) await write(part);
        const all = union(parts);
        const [earliest, latest] = [Math.min(...bounds), Math.max(...bounds)];
        const sets = groups.map((group) => new Set(group.flatMap((one) => all.get(one) ?? [])));
        const expected = [...(sets[0] as Set<number>)]
          .filter((at) => at >= earliest && at <= latest && sets.every((set) => set.has(at)))
          .sort((a, b) => a - b);
        const compare = async () => {
          const runs = await readRuns(database);
          for (const from of ['newest', 'oldest'] as const) {
            const given: number[] = [];
            for await (const batch of candidateTimes(database, { runs, groups, from, earliest, latest }))
              given.push(...batch);
            const ordered = from === 'oldest' ? given : given.toReversed();
            expect(ordered).toEqual([...new Set(given)].sort((a, b) => a - b));
            // A group that is too frequent to be read may let more through; never less.
            expect(expected.filter((at) => !given.includes(at))).toEqual([]);
            if (groups.length === 1) expect(ordered).toEqual(expected);
            found += expected.length;
          }
        };
        await compare();
        await mergeAll(await readRuns(database));
        await compare();
        const [run] = await readRuns(database);
        const pages = await readPagesBehind(database, (run as ReadyRun).run, undefined, 100_000);
        expect(listsOf(pages)).toEqual(all);
      }),
      { ...onDatabase, numRuns: 25 },
    );
    expect(found).toBeGreaterThan(10_000);
  });
});
