import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PagePosition } from '@/core/activity/page-cursor.ts';
import type { ReadScope } from '@/core/activity/visibility.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { toParameter } from '@/storage/row-parsers.ts';
import { type PageRequest, readPage } from '@/storage/timeline.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { explained, modes, recording } from './explained.ts';

/** One workspace has half of the entries, a thousand small ones share the rest. */
const [half, small] = [30_000, 1_000];
const limit = 50;

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPostgres({ url: own.url, applicationName: 'timeline plan' });
  await database.transaction(async (connection) => {
    for (const workspace of [`'large'`, `'small' || n % ${small}`]) {
      await connection.script(
        `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "visibility", "createdAt")
          SELECT ${workspace} || '-' || n, ${workspace}, 'OTHER', 'e', 'a.b', 'SYSTEM',
            (CASE WHEN n % 5 = 0 THEN 'SYSTEM' ELSE 'INTERNAL' END)::"ActivityVisibility",
            timestamp '2026-01-01' + n * interval '1 minute'
          FROM generate_series(1, ${half}) AS n`,
      );
    }
  });
  await database.transaction((connection) => connection.script('ANALYZE "ActivityLog"'));
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const scopeOf = (workspaceId: string, visibilities: ReadScope['visibilities']): ReadScope => ({
  workspaceId,
  visibilities,
  brandIds: null,
  internals: true,
});
const operator: ReadScope['visibilities'] = ['INTERNAL', 'CLIENT', 'SYSTEM'];
const admin: ReadScope['visibilities'] = ['INTERNAL', 'CLIENT'];

/** The place of an entry that comes after so many minutes. */
const at = (minutes: number): PagePosition => ({
  createdAt: new Date(Date.UTC(2026, 0, 1) + minutes * 60_000),
  id: 'm',
});

describe.each(modes)('a page of a timeline without a filter (%s)', (mode) => {
  const pages: [string, Omit<PageRequest, 'scope' | 'filter' | 'limit'>][] = [
    ['the newest', { from: 'newest' }],
    ['the oldest', { from: 'oldest' }],
    ['half way down', { from: 'newest', after: at(half / 2) }],
    ['near the end', { from: 'newest', after: at(200) }],
    ['upwards from the middle', { from: 'oldest', before: at(half / 2) }],
    ['between two places', { from: 'newest', after: at(20_000), before: at(10_000) }],
  ];
  const cases = pages.flatMap(([page, range]) =>
    (['large', 'small7'] as const).flatMap((workspace) =>
      [operator, admin].map((visibilities) => ({ page, range, workspace, visibilities })),
    ),
  );

  it.each(cases)(
    'reads what it returns, by the index: $page of $workspace, $visibilities',
    async ({ range, workspace, visibilities }) => {
      const { recorded, statements } = recording(database);
      const page = await readPage(recorded, { ...range, scope: scopeOf(workspace, visibilities), filter: {}, limit });
      expect(statements).toHaveLength(1);
      const { looked, indexes } = await explained(own.url, statements[0] as (typeof statements)[number], mode);
      // The other one is for the snapshot, which ends at the latest entry.
      expect(indexes.sort()).toEqual([
        'ActivityLog_transactionId_sequence_idx',
        'ActivityLog_workspaceId_createdAt_id_idx',
      ]);
      // One more says that there is more; a fifth of the entries is not for admins.
      expect(looked).toBeLessThanOrEqual(2 * (page.entries.length + 1) + 1);
    },
  );
});

it('a page is read by the index also where its plan was made while there were few entries', async () => {
  const empty = await createTestDatabase();
  const grown = await openPostgres({ url: empty.url, applicationName: 'timeline plan, grown' });
  const { recorded, statements } = recording(grown);
  const write = (from: number, to: number) =>
    grown.transaction(async (connection) => {
      await connection.script(
        `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "visibility", "createdAt")
          SELECT 'e' || n, 'large', 'OTHER', 'e', 'a.b', 'SYSTEM', 'INTERNAL', timestamp '2026-01-01' + n * interval '1 minute'
          FROM generate_series(${from}, ${to}) AS n`,
      );
    });
  await write(1, 20);
  await grown.transaction((connection) => connection.script('ANALYZE "ActivityLog"'));
  const page: PageRequest = { scope: scopeOf('large', operator), filter: {}, limit, from: 'newest' };
  for (let time = 0; time < 7; time += 1) await readPage(recorded, page);
  await write(21, 20_000);
  // Of the connection that has read the pages, whose plan is kept.
  const ask = async <Row>(text: string) =>
    await grown.query<Row>({ text, values: [] }, { repeated: true, onePlan: true });
  const [prepared] = await ask<{ name: string }>(
    `SELECT "name" FROM pg_prepared_statements WHERE "statement" LIKE 'SELECT now.snapshot%'`,
  );
  const values = (statements[0] as (typeof statements)[number]).values.map((value) => `'${toParameter(value)}'`);
  const plan = await ask<Record<string, string>>(`EXPLAIN EXECUTE ${prepared?.name}(${values.join(', ')})`);
  const text = plan.map((line) => Object.values(line)[0]).join('\n');
  await grown.close();
  await empty.drop();
  expect(text).toContain('Index Scan Backward using "ActivityLog_workspaceId_createdAt_id_idx"');
  expect(text).not.toMatch(/Seq Scan on "ActivityLog"|Bitmap/);
});
