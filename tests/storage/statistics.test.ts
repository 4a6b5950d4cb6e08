import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bucketBounds, checkTimeZone, statsIntervals } from '@/core/activity/histogram.ts';
import type { ReadScope } from '@/core/activity/visibility.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { readStatistics } from '@/storage/statistics.ts';
import { TermIndexer } from '@/storage/term-index/indexer.ts';
import { filterFor, generatedScope, isSelected, workspaceIds } from '../core/generated-selections.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, generatedEntry, onDatabase } from '../support/generated-entries.ts';

const sum = (counts: readonly { count: number }[]) => counts.reduce((all, { count }) => all + count, 0);
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'];

describeOnEachDatabase('statistics', (open, kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  it('count what is selected, each entry in its interval and under its values', async () => {
    const world = fc
      .array(generatedEntry(workspaceIds), { minLength: 10, maxLength: 40, size: 'max' })
      .chain((entries) =>
        fc.record({
          entries: fc.constant(entries),
          scope: generatedScope,
          filter: fc.oneof(fc.constant({}), filterFor(entries)),
          interval: fc.constantFrom(...statsIntervals),
          timeZone: fc.constantFrom(...zones),
        }),
      );
    await fc.assert(
      fc.asyncProperty(world, async ({ entries, scope, filter, interval, timeZone }) => {
        await database.transaction((connection) => connection.script('DELETE FROM "ActivityLog"'));
        const all = distinct(entries);
        await createActivityWriter(database).write(all);
        const selected = all.filter((entry) => isSelected({ scope, filter }, entry));
        const found = await readStatistics(database, { scope, filter, interval, timeZone });
        expect([found.total, found.exact, found.counted]).toEqual([selected.length, true, selected.length]);
        expect(sum(found.histogram)).toBe(selected.length);
        for (const { start, end, count, severities } of found.histogram) {
          const inside = selected.filter(({ createdAt }) => createdAt >= start && createdAt < end);
          expect(count).toBe(inside.length);
          expect(sum(severities)).toBe(count);
          for (const { severity, count } of severities)
            expect(count).toBe(inside.filter((entry) => entry.severity === severity).length);
          expect(new Set(severities.map(({ severity }) => severity)).size).toBe(severities.length);
        }
        const counted = new Map(found.eventKeys.map(({ eventKey, count }) => [eventKey, count]));
        for (const { eventKey } of selected)
          expect(counted.get(eventKey)).toBe(selected.filter((other) => other.eventKey === eventKey).length);
        expect(sum(found.severities)).toBe(selected.length);
        expect(sum(found.entityTypes)).toBe(selected.length);
        expect(sum(found.actors)).toBe(selected.length);
        expect(sum(found.brands)).toBe(selected.filter(({ brandId }) => brandId !== null).length);
        if (!scope.internals) expect(found.actors.every(({ actorUserId }) => actorUserId === null)).toBe(true);
      }),
      { ...onDatabase, numRuns: 40 },
    );
  });

  it.skipIf(kind === 'pglite')('of more than can be counted are estimates, and say so', async () => {
    await database.transaction((connection) =>
      connection.script(
        `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "severity", "createdAt")
          SELECT 'many-' || n, 'many', 'OTHER', 'e', 'a.' || n % 4, 'SYSTEM',
            (CASE WHEN n % 10 = 0 THEN 'ERROR' ELSE 'INFO' END)::"ActivitySeverity",
            timestamp '2026-01-01' + n * interval '1 minute' FROM generate_series(1, 60000) AS n`,
      ),
    );
    const indexer = new TermIndexer({ database });
    await indexer.catchUp();
    await indexer.release();
    const scope: ReadScope = {
      workspaceId: 'many',
      visibilities: ['INTERNAL', 'CLIENT'],
      brandIds: null,
      internals: true,
    };
    const request = { scope, interval: 'DAY', timeZone: 'UTC' } as const;
    const all = await readStatistics(database, { ...request, filter: {} });
    expect(all.exact).toBe(false);
    expect(all.total).toBe(all.counted * 8);
    expect(all.total / 60_000).toBeGreaterThan(0.9);
    expect(all.total / 60_000).toBeLessThan(1.1);
    expect(sum(all.histogram)).toBe(all.total);
    expect(sum(all.histogram.flatMap(({ severities }) => severities))).toBe(all.total);
    expect(all.histogram).toHaveLength(42);
    // A tenth of them can be counted.
    const errors = await readStatistics(database, { ...request, filter: { severities: ['ERROR'] } });
    expect([errors.exact, errors.total]).toEqual([true, 6_000]);
  });
});

describe('the intervals of a histogram', () => {
  const bounds = (first: string, last: string, ...rest: ['DAY' | 'HOUR' | 'MONTH' | 'WEEK', string]) =>
    bucketBounds(new Date(first), new Date(last), ...rest).map((at) => at.toISOString());

  it('are days as the clocks show them, of 23 and 25 hours where they are changed', () => {
    expect(bounds('2026-03-28T12:00:00Z', '2026-03-29T23:00:00Z', 'DAY', 'Europe/Berlin')).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-03-30T22:00:00.000Z',
    ]);
  });

  it('are weeks from Monday on, and months of their own lengths', () => {
    expect(bounds('2026-11-25T00:00:00Z', '2026-11-25T00:00:00Z', 'WEEK', 'UTC')).toEqual([
      '2026-11-23T00:00:00.000Z',
      '2026-11-30T00:00:00.000Z',
    ]);
    expect(bounds('2026-01-31T00:00:00Z', '2026-03-01T00:00:00Z', 'MONTH', 'UTC')).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-02-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
      '2026-04-01T00:00:00.000Z',
    ]);
  });

  it('are 1,500 at most, of time zones that there are', () => {
    const hours = (count: number) =>
      bounds(
        '2026-01-01T00:00:00Z',
        new Date(Date.UTC(2026, 0, 1) + count * 3_600_000 - 1).toISOString(),
        'HOUR',
        'UTC',
      );
    expect(hours(1_500)).toHaveLength(1_501);
    expect(() => hours(1_501)).toThrow('at most 1500 intervals');
    expect(() => bounds('0001-01-01T00:00:00Z', '9999-01-01T00:00:00Z', 'HOUR', 'UTC')).toThrow('at most 1500');
    for (const zone of zones) checkTimeZone(zone);
    expect(() => checkTimeZone('Europe/Nowhere')).toThrow('timeZone takes a name like "Europe/Berlin"');
  });
});
