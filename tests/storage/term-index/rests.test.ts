import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { TermIndexer } from '@/storage/term-index/indexer.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { entryOf, onDatabase } from '../../support/generated-entries.ts';

const least = 3;

describeOnEachDatabase('what a full window has left over', (open) => {
  let database: Database;
  let indexer: TermIndexer;
  let written = 0;
  beforeAll(async () => {
    database = await open();
    indexer = new TermIndexer({ database, window: 4, least, fanIn: 3, grace: 0 });
  });
  /** Writes so many entries in one transaction. */
  const write = async (count: number): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => `entry-${++written}`);
    await createActivityWriter(database).write(ids.map((id) => entryOf({ id })));
    return ids;
  };
  /** Entries that no run has. Not by the metric, which counts also what came after a transaction that anybody still has open. */
  const unindexed = async () => {
    const [row] = await database.query<{ n: number }>({
      text: `SELECT ((SELECT count(*) FROM "ActivityLog")
        - (SELECT coalesce(sum("entries"), 0) FROM "TermRun" WHERE "ready" AND "retiredAt" IS NULL))::int4 AS n`,
      values: [],
    });
    return row?.n;
  };

  it('is indexed, and what came after it too, until less is left than is waited for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 11 }), fc.boolean()), { maxLength: 8 }),
        async (all) => {
          for (const [count, isLookedAt] of all) {
            await write(count);
            if (isLookedAt) await indexer.step();
          }
          await indexer.catchUp();
          expect(await unindexed()).toBeLessThan(least);
        },
      ),
      { ...onDatabase, numRuns: 40 },
    );
  });

  it('does not hold it up where it was deleted meanwhile', async () => {
    await write(least);
    await indexer.catchUp();
    const ids = await write(5);
    await indexer.step();
    const left = (await unindexed()) ?? 0;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(ids.length);
    await database.query({
      text: `DELETE FROM "ActivityLog" WHERE "id" = ANY($1::text[])`,
      values: [ids.slice(-left)],
    });
    await write(least);
    await indexer.catchUp();
    expect(await unindexed()).toBeLessThan(least);
  });
});
