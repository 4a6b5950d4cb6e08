import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityFilter } from '@/core/activity/filter.ts';
import type { ReadScope } from '@/core/activity/visibility.ts';
import type { Database, Statement } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { TermIndexer } from '@/storage/term-index/indexer.ts';
import { readPage } from '@/storage/timeline.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { explained, recording } from './explained.ts';

/** One workspace has half of the entries, a thousand small ones share the rest. */
const [half, small] = [30_000, 1_000];
const limit = 50;
/** What the first look and what says where it ends read at most, and what is not indexed yet. */
const looks = 2 * 1_000 + 512;

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPostgres({ url: own.url, applicationName: 'matching plan' });
  await database.transaction(async (connection) => {
    for (const workspace of [`'large'`, `'small' || n % ${small}`]) {
      await connection.script(
        `INSERT INTO "ActivityLog" ("id", "workspaceId", "brandId", "entityType", "entityId", "eventKey", "message", "context",
            "actorType", "actorUserId", "visibility", "severity", "createdAt")
          SELECT ${workspace} || '-' || n, ${workspace}, 'b' || n % 3, 'CONTENT', 'e' || n % 500,
            CASE WHEN n % 1500 = 7 THEN 'publication.failed' ELSE 'content.updated' END,
            CASE WHEN n % 1500 = 8 THEN 'a needle in the hay' ELSE 'hay' END,
            CASE WHEN n % 1500 = 9 THEN 'audit' END, 'USER', CASE WHEN n < 20 THEN 'rare' ELSE 'u' || n % 7 END,
            (CASE WHEN n % 1500 = 10 THEN 'CLIENT' ELSE 'INTERNAL' END)::"ActivityVisibility",
            (CASE WHEN n % 1500 = 11 THEN 'ERROR' ELSE 'INFO' END)::"ActivitySeverity",
            timestamp '2026-01-01' + n * interval '1 minute'
          FROM generate_series(1, ${half}) AS n`,
      );
    }
  });
  // What an admin sees of it are the ten oldest.
  await database.transaction((connection) =>
    connection.script(
      `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "visibility", "createdAt")
        SELECT 'noisy-' || n, 'noisy', 'OTHER', 'e', 'a.b', 'SYSTEM',
          (CASE WHEN n <= 10 THEN 'INTERNAL' ELSE 'SYSTEM' END)::"ActivityVisibility", timestamp '2026-01-01' + n * interval '1 minute'
        FROM generate_series(1, 20000) AS n`,
    ),
  );
  const indexer = new TermIndexer({ database });
  await indexer.catchUp();
  await indexer.release();
  await database.transaction((connection) => connection.script('ANALYZE'));
}, 60_000);
afterAll(async () => {
  await database.close();
  await own.drop();
});

/** What statements looked at, all together; fails where one of them scanned the table without an index. */
async function lookedAt(statements: readonly Statement[]): Promise<number> {
  let looked = 0;
  for (const statement of statements) {
    const plan = await explained(own.url, statement, 'force_custom_plan');
    looked += plan.looked;
    expect([statement.text, plan.indexes]).toEqual([statement.text, plan.indexes.map(String)]);
  }
  return looked;
}

const scopeOf = (workspaceId: string): ReadScope => ({
  workspaceId,
  visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'],
  brandIds: null,
  internals: true,
});

const filters: [string, ActivityFilter][] = [
  ['an event key', { eventKeys: ['publication.failed'] }],
  ['a domain', { eventKeys: ['publication.*'] }],
  ['an entity', { entities: [{ type: 'CONTENT', id: 'e77' }] }],
  ['an actor whose entries are the oldest', { actorUserIds: ['rare'] }],
  ['an actor who has done nothing', { actorUserIds: ['nobody'] }],
  ['a context', { contexts: ['audit'] }],
  ['a severity', { severities: ['ERROR'] }],
  ['a visibility', { visibilities: ['CLIENT'] }],
  ['a brand and a severity', { brandIds: ['b2'], severities: ['ERROR'] }],
  ['two that never meet', { contexts: ['audit'], severities: ['ERROR'] }],
  ['a word', { search: 'needle' }],
  ['a phrase and an actor', { search: '"needle in"', actorUserIds: ['u1'] }],
];

describe.each(['large', 'small7'])('a page by a rare filter, of %s', (workspace) => {
  it.each(filters)('reads little more than it returns, always by an index: %s', async (_, filter) => {
    for (const from of ['newest', 'oldest'] as const) {
      const { recorded, statements } = recording(database);
      const { entries } = await readPage(recorded, { scope: scopeOf(workspace), filter, limit, from });
      // Each entry is found in a page of its terms, then read.
      expect(await lookedAt(statements)).toBeLessThanOrEqual(looks + 8 * entries.length + 200);
    }
  });

  it('finds what there is', async () => {
    const counts = await Promise.all(
      filters.map(async ([, filter]) => {
        const page = { scope: scopeOf(workspace), filter, limit, from: 'newest' as const };
        return (await readPage(database, page)).entries.length;
      }),
    );
    if (workspace === 'large')
      expect(counts).toEqual([20, 20, 50, 19, 0, 20, 20, 20, expect.any(Number), 0, 20, expect.any(Number)]);
  });
});

describe('a page without a filter, where most is hidden from the viewer', () => {
  it.each(['newest', 'oldest'] as const)('reads little more than it returns, from the %s on', async (from) => {
    const { recorded, statements } = recording(database);
    const scope: ReadScope = { ...scopeOf('noisy'), visibilities: ['INTERNAL', 'CLIENT'] };
    const { entries } = await readPage(recorded, { scope, filter: {}, limit, from });
    expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => `noisy-${10 - n}`));
    // The plain look of a thousand comes first.
    expect(await lookedAt(statements)).toBeLessThanOrEqual(looks + 1_000 + 2 * limit + 200);
  });
});
