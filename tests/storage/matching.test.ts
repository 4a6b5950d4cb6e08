import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type AcceptedActivity, ActivityVisibility } from '@/core/activity/activity.ts';
import type { ActivityFilter } from '@/core/activity/filter.ts';
import { searchedWords } from '@/core/activity/search.ts';
import type { ReadScope } from '@/core/activity/visibility.ts';
import { type ActivityRow, activityColumns } from '@/storage/activity-rows.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { Matches, type MatchRequest } from '@/storage/matching.ts';
import { clearTermIndex, TermIndexer } from '@/storage/term-index/indexer.ts';
import { filterFor, generatedScope, isSelected, workspaceIds } from '../core/generated-selections.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, generatedEntry, onDatabase } from '../support/generated-entries.ts';

/** Searches that have something to do with the entries: their words, parts of them, phrases, exclusions. */
function searchFor(entries: readonly AcceptedActivity[]): fc.Arbitrary<string> {
  const texts = entries.flatMap(searchedWords).filter((words) => words.length > 0);
  const word = fc.constantFrom(...texts).chain((words) => fc.constantFrom(...words));
  const phrase = fc
    .tuple(fc.constantFrom(...texts), fc.nat({ max: 3 }), fc.integer({ min: 1, max: 3 }))
    .map(([words, from, length]) =>
      words
        .slice(from % words.length)
        .slice(0, length)
        .join(' '),
    );
  const begun = fc
    .tuple(word, fc.integer({ min: 1, max: 5 }))
    .map(([text, length]) => `${text.slice(0, length)}*`.toWellFormed());
  const part = fc.oneof(
    word,
    phrase.map((text) => `"${text}"`),
    begun,
    phrase.map((text) => `"${text}"*`),
    fc.constant('nothing'),
  );
  return fc
    .array(
      fc.tuple(fc.constantFrom('', '', '', '-'), part).map(([minus, text]) => minus + text),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => parts.join(' '));
}

/** The values of one entry in one or two conditions: those filters find something. */
const valuesOf = (entries: readonly AcceptedActivity[]): fc.Arbitrary<ActivityFilter> =>
  fc.tuple(fc.constantFrom(...entries), fc.constantFrom(...entries)).chain(([one, other]) => {
    const both = (field: 'brandId' | 'actorUserId' | 'actorLabel' | 'context') =>
      [one[field], other[field]].filter((value) => value !== null);
    return fc.constantFrom<ActivityFilter>(
      { brandIds: both('brandId') },
      { actorUserIds: both('actorUserId') },
      { actorLabels: both('actorLabel') },
      { contexts: both('context') },
      { severities: [one.severity] },
      { visibilities: [one.visibility], severities: [one.severity, other.severity] },
      { entities: [{ type: one.entityType }, { type: other.entityType, id: other.entityId }] },
      { entities: [{ type: one.entityType, id: one.entityId }], actorTypes: [one.actorType] },
      { eventKeys: [one.eventKey, 'publication.*'] },
      { eventKeys: [`${one.eventKey.split('.')[0]}.*`], visibilities: [one.visibility, other.visibility] },
    );
  });

const whole: fc.Arbitrary<ReadScope> = fc.constantFrom(...workspaceIds).map((workspaceId) => ({
  workspaceId,
  visibilities: Object.values(ActivityVisibility),
  brandIds: null,
  internals: true,
}));
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, arbitrary);

const world = fc.array(generatedEntry(workspaceIds), { minLength: 10, maxLength: 40, size: 'max' }).chain((entries) =>
  fc.record({
    entries: fc.constant(entries),
    /** Written, indexed, written again: where the parts end. */
    parts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
    window: fc.integer({ min: 1, max: 9 }),
    requests: fc.array(
      fc.record({
        scope: fc.oneof({ weight: 3, arbitrary: whole }, generatedScope),
        filter: fc.oneof({ weight: 2, arbitrary: valuesOf(entries) }, fc.constant({}), filterFor(entries)),
        search: fc.option(searchFor(entries), { freq: 1, nil: undefined }),
        from: fc.constantFrom('newest' as const, 'oldest' as const),
        bounds: fc.tuple(seldom(fc.nat()), seldom(fc.nat()), fc.boolean()),
        firstLook: fc.integer({ min: 1, max: 4 }),
        wanted: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength: 6, maxLength: 10 },
    ),
  }),
);

const older = (a: AcceptedActivity, b: AcceptedActivity) =>
  b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

describeOnEachDatabase('the matches of a filter', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  it('are those of the rule, in order, each once, however far the index has come', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(world, async ({ entries, parts, window, requests }) => {
        await database.transaction(async (connection) => {
          await connection.script('DELETE FROM "ActivityLog"');
          await clearTermIndex(connection);
        });
        const all = distinct(entries);
        const indexer = new TermIndexer({ database, window, least: 1, fanIn: 2, grace: 0 });
        let written = 0;
        for (const part of parts) {
          await createActivityWriter(database).write(all.slice(written, written + part));
          written += part;
          for (let step = 0; step < part % 5; step += 1) await indexer.step();
        }
        const there = all.slice(0, written).sort(older);
        for (const { scope, filter, search, from, bounds, ...rest } of requests) {
          const [first, last, including] = bounds;
          const bound = (at: number | null) => {
            const entry = at === null ? undefined : there[at % there.length];
            return entry && { createdAt: entry.createdAt, id: entry.id, including };
          };
          const request: MatchRequest = {
            ...rest,
            scope,
            filter: search === undefined ? filter : { ...filter, search },
            from,
            after: bound(first),
            before: bound(last),
            columns: activityColumns,
          };
          const isInside = (entry: AcceptedActivity) => {
            const { after, before } = request;
            const least = including ? 0 : 1;
            return (
              (after === undefined || older(entry, after as AcceptedActivity) >= least) &&
              (before === undefined || older(before as AcceptedActivity, entry) >= least)
            );
          };
          const expected = there.filter((entry) => isSelected(request, entry) && isInside(entry));
          if (from === 'oldest') expected.reverse();
          const matches = new Matches<ActivityRow>(database, request);
          const ids: string[] = [];
          for await (const batch of matches.batches()) ids.push(...batch.map(({ id }) => id));
          expect(ids).toEqual(expected.map(({ id }) => id));
          found += ids.length;
        }
        await indexer.release();
      }),
      { ...onDatabase, numRuns: 60 },
    );
    expect(found).toBeGreaterThan(500);
  });
});
