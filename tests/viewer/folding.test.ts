import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/client/client.ts';
import { foldRuns, isRun } from '../../src/viewer/timeline/folding.ts';
import { toRows } from '../../src/viewer/timeline/rows.ts';

const of = (fields: Partial<Activity>, at: number): Activity => ({
  ...{ id: `id-${at}`, databaseId: `e${at}`, workspaceId: 'w', brandId: null, entityType: 'CONTENT', entityId: 'x' },
  ...{ eventKey: 'a.b', actorType: 'SYSTEM', actorUserId: null, actorLabel: 'S', severity: 'INFO', context: null },
  ...{ visibility: 'INTERNAL', message: null, payload: null, ...fields },
  createdAt: new Date(Date.UTC(2026, 2, 1, 12) - at * 3_600_000).toISOString(),
});
/** Few values, so that runs are long. */
const fields: fc.Arbitrary<Partial<Activity>> = fc.record({
  eventKey: fc.constantFrom('a.b', 'a.b', 'a.b', 'a.c'),
  severity: fc.constantFrom('INFO', 'INFO', 'INFO', 'ERROR'),
  brandId: fc.constantFrom(null, null, null, 'nike'),
});
const timelines = fc.array(fields, { maxLength: 60 }).map((all) => all.map(of));
const dayOf = ({ createdAt }: Activity) => createdAt.slice(0, 10);
const likeness = ({ eventKey, severity, brandId, createdAt }: Activity) =>
  [eventKey, severity, brandId, createdAt.slice(0, 10)].join();

describe('folding', () => {
  it('gives back exactly the entries, in their order, when it is unfolded', () => {
    fc.assert(
      fc.property(timelines, (entries) => {
        const folded = foldRuns(entries, dayOf);
        expect(folded.flatMap((one) => (isRun(one) ? one.entries : [one]))).toEqual(entries);
      }),
    );
  });

  it('folds four and more that are alike, as many as there are, and nothing else', () => {
    fc.assert(
      fc.property(timelines, (entries) => {
        const folded = foldRuns(entries, dayOf);
        for (const one of folded.filter(isRun)) {
          expect(one.entries.length).toBeGreaterThanOrEqual(4);
          expect(new Set(one.entries.map(likeness)).size).toBe(1);
        }
        // What stands beside a run is another thing, and what is not folded is short.
        let length = 1;
        for (const [at, one] of folded.entries()) {
          const before = folded[at - 1];
          if (before === undefined) continue;
          const [last, first] = [isRun(before) ? before.entries.at(-1) : before, isRun(one) ? one.entries[0] : one];
          const isAlike = likeness(last as Activity) === likeness(first as Activity);
          length = isAlike ? length + 1 : 1;
          expect(isAlike && (isRun(before) || isRun(one))).toBe(false);
          expect(length).toBeLessThan(4);
        }
      }),
    );
  });

  it('shows each entry once, whichever runs are open, and those stay open when there are more entries', () => {
    fc.assert(
      fc.property(timelines, fc.func(fc.nat({ max: 5 })), fc.nat({ max: 59 }), (entries, chosen, from) => {
        const opened = new Set(entries.map(({ id }) => id).filter((id) => chosen(id) === 0));
        const rowsOf = (some: readonly Activity[]) => toRows(some, { hasNewer: false, dayOf, isFolding: true, opened });
        const all = rowsOf(entries);
        const shown = all.flatMap((row) =>
          row.kind === 'entry' ? [row.entry] : row.kind === 'run' && !row.isOpen ? row.entries : [],
        );
        expect(shown).toEqual(entries);
        expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
        const ids = (rows: typeof all) => rows.flatMap((row) => (row.kind === 'entry' ? [row.key] : []));
        const openBefore = rowsOf(entries.slice(from)).flatMap((row) =>
          row.kind === 'run' && row.isOpen ? row.entries.map(({ id }) => id) : [],
        );
        expect(ids(all)).toEqual(expect.arrayContaining(openBefore));
      }),
    );
  });
});
