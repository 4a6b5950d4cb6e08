import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import type { Selection } from '@/core/activity/feed.ts';
import type { ActivityFilter } from '@/core/activity/filter.ts';
import { lookupsOf, placeOf, selectionKey } from '@/core/activity/selection-key.ts';
import type { ReadScope } from '@/core/activity/visibility.ts';
import { filterFor, generatedScope, generatedWorld, isSelected } from './generated-selections.ts';

/** The same list: in another order, with some of its values twice. */
function reordered<T>(list: readonly T[], dice: () => number): T[] {
  const twice = list.flatMap((value) => (dice() % 2 === 0 ? [value] : [value, value]));
  return twice
    .map((value) => ({ value, by: dice() }))
    .sort((a, b) => a.by - b.by)
    .map(({ value }) => value);
}

/** The same selection, said in another way. */
function restated({ scope, filter }: Selection, dice: () => number): Selection {
  const fields = reordered(Object.entries(filter), dice).map(([field, value]) => {
    const said = value instanceof Date ? new Date(value) : Array.isArray(value) ? reordered(value, dice) : value;
    return [field, field === 'entities' && said != null ? said.map(bare) : said] as const;
  });
  const brandIds = scope.brandIds && reordered(scope.brandIds, dice);
  return {
    scope: { ...scope, visibilities: reordered(scope.visibilities, dice), brandIds },
    filter: { severities: null, search: undefined, ...Object.fromEntries(fields) },
  };
}
/** Without an id where that says nothing. */
const bare = ({ type, id }: { type: string; id?: string | null }) => (id == null ? { type } : { id, type });

/** All that a selection does to entries: which it shows, and whether with all that is in them. */
const effectOf = (selection: Selection, entries: readonly AcceptedActivity[]) =>
  entries.map((entry) => (isSelected(selection, entry) ? (selection.scope.internals ? 'whole' : 'without') : 'no'));

/** Two selections of which the second differs in one thing or two, or in nothing. */
const neighbours = generatedWorld.chain(({ entries, selections: [selection] }) =>
  fc
    .record({ scope: generatedScope, filter: filterFor(entries), which: fc.constantFrom('scope', 'filter', 'field') })
    .map(({ scope, filter, which }): { entries: AcceptedActivity[]; pair: [Selection, Selection] } => {
      const one = selection as Selection;
      const inField = { scope: one.scope, filter: { ...one.filter, ...filter } as ActivityFilter };
      const others = { scope: { ...one, scope }, filter: { ...one, filter }, field: inField };
      return { entries, pair: [one, others[which as keyof typeof others]] };
    }),
);

describe('the key of a selection', () => {
  it('is the same however its lists are ordered and whatever is said twice', () => {
    fc.assert(
      fc.property(generatedWorld, fc.infiniteStream(fc.nat()), ({ entries, selections }, stream) => {
        const dice = () => stream.next().value as number;
        for (const selection of selections) {
          const again = restated(selection, dice);
          expect(selectionKey(again)).toBe(selectionKey(selection));
          // That it is the same selection indeed.
          expect(effectOf(again, entries)).toEqual(effectOf(selection, entries));
        }
      }),
    );
  });

  it('is another one wherever two selections differ in what they show of any entry', () => {
    let different = 0;
    fc.assert(
      fc.property(neighbours, ({ entries, pair: [one, other] }) => {
        const isSame = selectionKey(one) === selectionKey(other);
        const effects = [effectOf(one, entries), effectOf(other, entries)];
        if (isSame) expect(effects[0]).toEqual(effects[1]);
        else if (JSON.stringify(effects[0]) !== JSON.stringify(effects[1])) different += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(different).toBeGreaterThan(100);
  });

  it.each<[string, ActivityFilter, ActivityFilter]>([
    ['nothing and no condition', { brandIds: [] }, {}],
    ['a text that looks like two', { contexts: ['a","b'] }, { contexts: ['a', 'b'] }],
    ['the text null and no id', { entities: [{ type: 'OTHER', id: 'null' }] }, { entities: [{ type: 'OTHER' }] }],
    ['the empty text and no id', { entities: [{ type: 'OTHER', id: '' }] }, { entities: [{ type: 'OTHER' }] }],
    ['the same value elsewhere', { contexts: ['a'] }, { actorLabels: ['a'] }],
    ['from and to', { from: new Date(0) }, { to: new Date(0) }],
    ['a millisecond', { from: new Date(0) }, { from: new Date(1) }],
  ])('tells %s apart', (_what, one, other) => {
    const scope = { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: ['b1'], internals: false } as const;
    expect(selectionKey({ scope, filter: one })).not.toBe(selectionKey({ scope, filter: other }));
  });
});

describe('the key of a scope', () => {
  const scope: ReadScope = { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: null, internals: true };
  it.each<Partial<ReadScope>>([
    { workspaceId: 'w2' },
    { visibilities: ['CLIENT', 'INTERNAL'] },
    { visibilities: [] },
    { brandIds: [] },
    { brandIds: ['b1'] },
    { internals: false },
  ])('is another one with %j', (change) => {
    const other = { ...scope, ...change };
    expect(selectionKey({ scope: other, filter: {} })).not.toBe(selectionKey({ scope, filter: {} }));
  });
});

describe('the place of a selection', () => {
  it('is one where every entry that it shows is looked for', () => {
    let found = 0;
    const dimensions = new Set<string>();
    fc.assert(
      fc.property(generatedWorld, ({ entries, selections }) => {
        for (const selection of selections) {
          const place = placeOf(selection);
          if (place === undefined) continue;
          for (const entry of entries) {
            if (!isSelected(selection, entry)) continue;
            const lookups = lookupsOf(place.dimension, entry);
            expect([place.dimension, lookups.some((value) => place.values.has(value))]).toEqual([
              place.dimension,
              true,
            ]);
            found += 1;
            dimensions.add(place.dimension);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(found).toBeGreaterThan(500);
    // Each of them was put to the test.
    expect(dimensions.size).toBe(10);
  });
});
