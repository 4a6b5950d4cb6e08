import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AcceptedActivity, ShownActivity } from '@/core/activity/activity.ts';
import { csvRecords, csvRows } from '@/core/activity/export-csv.ts';
import { type FormulaRule, formulaRules } from '@/core/activity/export-format.ts';
import { jsonRecord } from '@/core/activity/export-json.ts';
import type { Selection } from '@/core/activity/feed.ts';
import { searchOf } from '@/core/activity/filter.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { ExportReader, type ExportRequest } from '@/storage/export-reader.ts';
import { revealed, shownShape, writtenShape } from '@/storage/export-shapes.ts';
import { readSnapshot } from '@/storage/tail.ts';
import { clearTermIndex, TermIndexer } from '@/storage/term-index/indexer.ts';
import { readPage } from '@/storage/timeline.ts';
import { filterFor, generatedScope, workspaceIds } from '../core/generated-selections.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, entryOf, generatedEntry, onDatabase } from '../support/generated-entries.ts';

const whole = {
  workspaceId: 'w1',
  visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'],
  brandIds: null,
  internals: true,
} as const;

const texts = (entries: readonly ShownActivity[]) => entries.map(jsonRecord);

type Request = Omit<ExportRequest<ShownActivity>, 'shape'>;

async function exported(database: Database, request: Request): Promise<ShownActivity[]> {
  const entries: ShownActivity[] = [];
  const batches = new ExportReader(database, { ...request, shape: shownShape }).batches();
  for await (const batch of revealed(request.scope, batches)) entries.push(...batch);
  return entries;
}

/** The same as the CSV that is made of rows that PostgreSQL has written. */
async function csvOf(database: Database, request: Request, formulas: FormulaRule): Promise<string[]> {
  const records: string[] = [];
  const shape = writtenShape(request.scope);
  const record = csvRows(formulas);
  for await (const batch of new ExportReader(database, { ...request, shape }).batches())
    records.push(...batch.map(record));
  return records;
}

/** The timeline, page by page. */
async function walked(database: Database, selection: Selection): Promise<ShownActivity[]> {
  const entries: ShownActivity[] = [];
  for (;;) {
    const page = await readPage(database, { ...selection, from: 'newest', limit: 3, after: entries.at(-1) });
    entries.push(...page.entries);
    if (!page.more) return entries;
  }
}

/** What is, or only looks like, the beginning of a formula; and what PostgreSQL doubles. */
const formulas = ['=1', "'=1", "it's ,-x", '\t@', '\r\n=2', '"=3"', 'a,"=4', '＝5', '\\', '-\\"', ',', '()', ''];

const entry = fc
  .tuple(generatedEntry(workspaceIds), fc.option(fc.constantFrom(...formulas)))
  .map(([one, formula]) => (formula === null ? one : { ...one, message: formula, entityId: `${formula}.` }));

const world = fc.array(entry, { minLength: 6, maxLength: 40, size: 'max' }).chain((entries) =>
  fc.record({
    entries: fc.constant(entries),
    later: fc.array(generatedEntry(workspaceIds), { maxLength: 5 }),
    /** How many of them the term index has reached. */
    indexed: fc.nat({ max: entries.length }),
    requests: fc.array(
      fc.record({
        scope: fc.oneof(fc.constant(whole), generatedScope),
        filter: fc.oneof(fc.constant({}), filterFor(entries)),
        most: fc.integer({ min: 1, max: 9 }),
        cut: fc.nat(),
      }),
      { minLength: 4, maxLength: 8 },
    ),
  }),
);

describeOnEachDatabase('reading for an export', (open) => {
  let database: Database;
  const write = async (entries: readonly AcceptedActivity[]) =>
    await createActivityWriter(database).write(distinct(entries));
  beforeAll(async () => {
    database = await open();
  });

  it('gives the timeline walked page by page, of the moment of its snapshot, and from any entry on the rest', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(world, async ({ entries, later, indexed, requests }) => {
        await database.transaction(async (connection) => {
          await connection.script('DELETE FROM "ActivityLog"');
          await clearTermIndex(connection);
        });
        const indexer = new TermIndexer({ database, window: 4, least: 1, fanIn: 2, grace: 0 });
        await write(entries.slice(0, indexed));
        for (let more = true; more; ) more = await indexer.step();
        await write(entries.slice(indexed));
        const snapshot = await readSnapshot(database);
        const expected = await Promise.all(requests.map((request) => walked(database, request)));
        await write(later);
        for (const [place, { cut, ...request }] of requests.entries()) {
          const all = expected[place] as ShownActivity[];
          expect(texts(await exported(database, { ...request, snapshot }))).toEqual(texts(all));
          if (searchOf(request.filter) === undefined) {
            for (const formulas of formulaRules)
              expect(await csvOf(database, { ...request, snapshot }, formulas)).toEqual(all.map(csvRecords(formulas)));
          }
          const at = all[cut % Math.max(all.length, 1)];
          const rest = all.slice(all.indexOf(at as ShownActivity) + 1);
          if (at !== undefined)
            expect(texts(await exported(database, { ...request, snapshot, after: at }))).toEqual(texts(rest));
          found += all.length;
        }
        await indexer.release();
      }),
      { ...onDatabase, numRuns: 40 },
    );
    expect(found).toBeGreaterThan(500);
  });

  it('reads no further than somebody takes it, and one page ahead', async () => {
    await write(Array.from({ length: 60 }, (_, place) => entryOf({ id: '', workspaceId: 'w3', entityId: `${place}` })));
    let statements = 0;
    const counting: Database = Object.create(database, {
      query: {
        value: (...args: Parameters<Database['query']>) => {
          statements += 1;
          return database.query(...args);
        },
      },
    });
    const scope = { ...whole, workspaceId: 'w3' };
    const snapshot = await readSnapshot(database);
    const batches = new ExportReader(counting, { scope, filter: {}, snapshot, most: 5, shape: shownShape }).batches();
    expect((await batches.next()).value).toHaveLength(5);
    expect(statements).toBe(2);
    await batches.return(undefined);
    expect(statements).toBe(2);
  });
});

describe('reading for an export', () => {
  it('asks nothing where nothing can match', async () => {
    const unasked: Partial<Database> = { query: () => expect.unreachable() };
    const snapshot = { xmin: 3n, xmax: 3n, xip: [] };
    const request = { scope: whole, filter: { brandIds: [] }, snapshot };
    expect(await exported(unasked as Database, request)).toEqual([]);
  });
});
