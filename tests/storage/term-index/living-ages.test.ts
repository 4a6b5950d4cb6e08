import fc from 'fast-check';
import sql from 'sql-template-tag';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import { acceptPolicy } from '@/core/activity/retention.ts';
import { commandLine } from '@/core/activity/settings-entries.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { applyRetention, readRetentionMoment } from '@/storage/retention.ts';
import { setPolicy } from '@/storage/retention-rules.ts';
import { TermIndexer } from '@/storage/term-index/indexer.ts';
import { AgeFilter } from '@/storage/term-index/living-ages.ts';
import { readRuns } from '@/storage/term-index/runs.ts';
import { readPage } from '@/storage/timeline.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { entryOf } from '../../support/generated-entries.ts';
import { numberOf } from '../../support/stored-entries.ts';

describe('a filter of ages', () => {
  const age = fc.integer({ min: -8.64e15, max: 8.64e15 });

  it('knows whatever it was told', () => {
    fc.assert(
      fc.property(fc.array(age), (ages) => {
        const filter = new AgeFilter(ages.length);
        for (const one of ages) filter.add(one);
        expect(ages.every((one) => filter.mayHave(one))).toBe(true);
      }),
    );
  });

  it.each([1, 1_000, 86_400_000])('knows little else, of moments %d ms apart', (step) => {
    const filter = new AgeFilter(10_000);
    const begin = -Date.UTC(2026, 0, 1);
    for (let at = 0; at < 20_000; at += 2) filter.add(begin + at * step);
    let mistaken = 0;
    for (let at = 1; at < 20_000; at += 2) if (filter.mayHave(begin + at * step)) mistaken += 1;
    expect(mistaken).toBeLessThan(300);
  });
});

describeOnEachDatabase('the term index after retention', (open) => {
  const day = 86_400_000;
  const asOf = new Date(Date.UTC(2026, 5, 1));
  const scope = {
    workspaceId: 'w1',
    visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'] as const,
    brandIds: null,
    internals: true,
  };
  let database: Database;
  let indexer: TermIndexer;

  beforeEach(async () => {
    database = await open();
    indexer = new TermIndexer({ database, window: 512, least: 1, fanIn: 4, grace: 0 });
    await setPolicy(
      database,
      'w1',
      acceptPolicy({ visibilities: null, severities: null, eventKeys: null, days: 30 }),
      commandLine,
    );
  });

  const write = async (entries: readonly AcceptedActivity[]) => await createActivityWriter(database).write(entries);
  const apply = async () =>
    await applyRetention(database, { ...(await readRetentionMoment(database)), asOf, rest: 0, by: commandLine });
  const pages = () => numberOf(database, 'SELECT count(*) FROM "TermPage"');
  const found = async (eventKeys: string[]) => {
    const request = { scope, filter: { eventKeys }, limit: 500, from: 'newest' } as const;
    return (await readPage(database, request)).entries.map(({ id }) => id);
  };
  const many = (name: string, n: number, daysAgo: number) =>
    Array.from({ length: n }, (_, at) =>
      entryOf({
        id: `${name}-${at}`,
        eventKey: at % 40 === 0 ? 'rare.one' : 'often.one',
        entityId: `${name}-${at}`,
        createdAt: new Date(asOf.getTime() - daysAgo * day - at * 1_000),
      }),
    );

  it('is written anew without what is deleted, and finds what is left', async () => {
    await write(many('old', 4_000, 40));
    await write(many('new', 1_500, 10));
    await indexer.catchUp();
    const before = await pages();
    const expected = many('new', 1_500, 10).flatMap(({ id, eventKey }) => (eventKey === 'rare.one' ? [id] : []));
    await apply();
    const runs = await readRuns(database);
    expect(runs.reduce((sum, { removed }) => sum + removed, 0)).toBeGreaterThanOrEqual(4_000);
    expect(await found(['rare.one'])).toEqual(expected);
    await indexer.catchUp();
    expect(await pages()).toBeLessThan(before / 2);
    const after = await readRuns(database);
    expect(after.reduce((sum, { removed }) => sum + removed, 0)).toBeLessThan(1_000);
    expect(await found(['rare.one'])).toEqual(expected);
  });

  it('goes on where all of a run is deleted', async () => {
    await write(many('old', 2_000, 40));
    await indexer.catchUp();
    await apply();
    await indexer.catchUp();
    expect(await found(['rare.one'])).toEqual([]);
    await write(many('new', 600, 10));
    await indexer.catchUp();
    expect(await found(['rare.one'])).toHaveLength(15);
    expect(await pages()).toBeLessThan(1_000);
  });

  it('keeps runs of a build before, of which it is not known what they were made of', async () => {
    await write(many('old', 600, 40));
    await indexer.catchUp();
    await database.query(sql`UPDATE "TermRun" SET "firstTransaction" = NULL, "lastTransaction" = NULL`);
    const before = await pages();
    await apply();
    await indexer.catchUp();
    // The entries that tell of it are new.
    expect(await pages()).toBeGreaterThanOrEqual(before);
    expect(await found(['rare.one'])).toEqual([]);
  });
});
