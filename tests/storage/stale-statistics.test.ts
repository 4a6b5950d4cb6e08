/** PostgreSQL plans by statistics that it makes now and then: a workspace that has become large since is read no worse for that. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Position } from '@/core/activity/position.ts';
import type { ReadScope } from '@/core/activity/visibility.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { readStatistics } from '@/storage/statistics.ts';
import { readFeed, readSnapshot } from '@/storage/tail.ts';
import { TermIndexer } from '@/storage/term-index/indexer.ts';
import { readPage } from '@/storage/timeline.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { explained, modes, recording } from './explained.ts';

const entries = 20_000;
const limit = 50;
/** What the first look, what says where it ends, and what is not indexed yet have at most. */
const looks = 2 * 1_000 + 512;

let own: TestDatabase;
let database: Database;
/** Behind all but the entries that were written last. */
let end: Position;
const written = 100;
beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPostgres({ url: own.url, applicationName: 'stale statistics' });
  // Nothing makes new statistics meanwhile.
  await database.transaction((connection) =>
    connection.script('ALTER TABLE "ActivityLog" SET (autovacuum_enabled = false)'),
  );
  // Some in each transaction, as a trail is written: how many have one in common is what the statistics do know.
  for (let part = 0; part < 30; part += 1) await fill('known', 100, part * 100);
  await database.transaction((connection) => connection.script('ANALYZE'));
  await fill('grown', entries);
  end = { seen: await readSnapshot(database) };
  await fill('grown', written, entries);
  const indexer = new TermIndexer({ database });
  await indexer.catchUp();
  await indexer.release();
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

async function fill(workspace: string, count: number, from = 0): Promise<void> {
  await database.transaction((connection) =>
    connection.script(
      `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "brandId", "createdAt")
        SELECT '${workspace}-' || n, '${workspace}', 'OTHER', 'e', CASE WHEN n % 400 = 7 THEN 'rare.one' ELSE 'a.' || n % 4 END, 'SYSTEM', 'b' || n % 3,
          timestamp '2026-01-01' + n * interval '1 minute' FROM generate_series(${from + 1}, ${from + count}) AS n`,
    ),
  );
}

const scope: ReadScope = {
  workspaceId: 'grown',
  visibilities: ['INTERNAL', 'CLIENT'],
  brandIds: null,
  internals: true,
};

describe.each(modes)('a workspace that the statistics do not know (%s)', (mode) => {
  /** What each statement looked at that reads entries. */
  async function lookedAt(read: (recorded: Database) => Promise<unknown>): Promise<number[]> {
    const { recorded, statements } = recording(database);
    await read(recorded);
    const all: number[] = [];
    for (const statement of statements.filter(({ text }) => text.includes('"ActivityLog"')))
      all.push((await explained(own.url, statement, mode)).looked);
    return all;
  }

  it.each([
    ['all', {}],
    ['a frequent event', { eventKeys: ['a.1'] }],
    ['a rare one', { eventKeys: ['rare.one'] }],
    ['a severity that nothing has', { severities: ['ERROR' as const] }],
    ['a word that nobody wrote', { search: 'needle' }],
  ])('is paged through without looking at all of it: %s', async (_, filter) => {
    for (const from of ['newest', 'oldest'] as const)
      for (const looked of await lookedAt((recorded) => readPage(recorded, { scope, filter, limit, from })))
        expect(looked).toBeLessThanOrEqual(looks);
  });

  it('is counted by looking at what is counted, each once', async () => {
    const request = { scope, filter: {}, interval: 'DAY', timeZone: 'UTC' } as const;
    for (const looked of await lookedAt((recorded) => readStatistics(recorded, request)))
      expect(looked).toBeLessThanOrEqual(10_000);
  });

  it.each([
    ['all', {}],
    ['an event', { eventKeys: ['a.1'] }],
    ['an entity', { entities: [{ type: 'OTHER' as const, id: 'e' }] }],
    ['a brand', { brandIds: ['b1'] }],
  ])('is followed without looking at what was there before: %s', async (_, filter) => {
    const selection = { scope, filter };
    const looked = await lookedAt((recorded) => readFeed(recorded, { after: end, limit: 50, selection }));
    // And what others run beside it, in other databases.
    expect(looked[0]).toBeLessThanOrEqual(2 * written);
  });
});
