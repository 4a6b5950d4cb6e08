/** Loads beside others that write the same keys. */
import { beforeAll, expect, it, vi } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { type BulkLoader, createBulkLoader, type LoadResult } from '@/storage/bulk-loader.ts';
import type { Database } from '@/storage/database.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';
import { describeOnInstances } from '../support/instances.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { meetAtTheSecond, numberOf, storedEntries, until } from '../support/stored-entries.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;
const keyed = (workspaceId: string, entries: readonly (readonly [key: string | null, message: string])[]) =>
  distinct(entries.map(([idempotencyKey, message]) => entryOf({ id: '', workspaceId, idempotencyKey, message })));

const fine = { duplicate: false, differs: false };
const there = (differs: boolean) => ({ duplicate: true, differs });

describeOnInstances('bulk loaders that meet others', (open, kind) => {
  let database: Database;
  let other: Database;
  let loader: BulkLoader;
  beforeAll(async () => {
    [database, other] = await open();
    loader = createBulkLoader(database, createActivityWriter(database));
  });
  const messagesOf = async (workspaceId: string) =>
    (await storedEntries(database, workspaceId)).map(({ message }) => message);

  it('holds entries against the one that somebody else writes while they are loaded', async () => {
    const workspaceId = fresh('between');
    const entries = keyed(workspaceId, [
      [null, 'first'],
      ['k', 'ours'],
      ['k', 'ours'],
      ['k', 'theirs'],
      [null, 'last'],
    ]);
    const theirs = {
      text: `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "actorLabel",
        "message", "idempotencyKey") VALUES ($1, $1, 'OTHER', 'e1', 'a.b', 'SYSTEM', 'test', 'theirs', 'k')`,
      values: [workspaceId],
    };
    // After the loader has looked for the keys, and before it copies.
    const load = async (): Promise<LoadResult[]> => {
      if (kind === 'pglite') {
        // It looks for keys where one was there lately.
        const twice = keyed(workspaceId, [['twice', 'twice']]);
        for (let time = 0; time < 2; time += 1) await loader.load(twice);
        // The one connection takes what comes in turn.
        const loading = loader.load(entries);
        await database.query(theirs);
        return await loading;
      }
      const loading = await other.transaction(async (connection) => {
        await connection.script('LOCK TABLE "ActivityLog" IN SHARE MODE');
        const results = loader.load(entries);
        const waiting = `SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE 'COPY%' AND wait_event_type = 'Lock'`;
        await until(
          () => numberOf(database, waiting),
          (count) => count === 1,
        );
        await connection.query(theirs);
        return { results };
      });
      return await loading.results;
    };
    expect(await load()).toMatchObject([fine, there(true), there(true), there(false), fine]);
    const messages = (await messagesOf(workspaceId)).filter((message) => message !== 'twice');
    expect(messages.sort()).toEqual(['first', 'last', 'theirs']);
  });

  it('holds entries against what was written after their keys were looked up', async () => {
    const workspaceId = fresh('stale');
    const [before, after] = keyed(workspaceId, [
      ['before', 'theirs'],
      ['after', 'theirs'],
    ]).map((entry) => [entry]);
    const writer = createActivityWriter(other);
    await writer.write(before ?? []);
    const entries = keyed(workspaceId, [
      ['before', 'ours'],
      ['after', 'theirs'],
      ['own', 'ours'],
      ['after', 'ours'],
      [null, 'last'],
    ]);
    // From here on it looks for keys beforehand.
    await loader.load(before ?? []);
    const query = vi.spyOn(database, 'query');
    const load = loader.prepare(entries);
    expect(query).toHaveBeenCalledOnce();
    await query.mock.results[0]?.value;
    query.mockRestore();
    await writer.write(after ?? []);
    expect(await load()).toMatchObject([there(true), there(false), fine, there(true), fine]);
    expect(await messagesOf(workspaceId)).toEqual(['theirs', 'theirs', 'ours', 'last']);
  });

  it.runIf(kind === 'postgres')(
    'goes on by the writer where PostgreSQL gives a COPY up to end a deadlock',
    async () => {
      const workspaceId = fresh('deadlock');
      const part = await meetAtTheSecond(database);
      const loads = [
        ['a', 'b'],
        ['b', 'a'],
      ].map((keys) =>
        keyed(
          workspaceId,
          keys.map((key) => [key, 'same'] as const),
        ).map((entry, at) => ({ ...entry, context: at === 0 ? 'first' : 'second' })),
      );
      const results = await Promise.all(
        [database, other].map((one, at) => createBulkLoader(one, createActivityWriter(one)).load(loads[at] ?? [])),
      );
      await part();
      const stored = await storedEntries(database, workspaceId);
      expect(stored.map(({ idempotencyKey }) => idempotencyKey).sort()).toEqual(['a', 'b']);
      const duplicates = results.map((all) => all.map((each) => 'duplicate' in each && each.duplicate));
      // One transaction was rolled back as a whole, and tried again.
      expect(duplicates.sort()).toEqual([
        [false, false],
        [true, true],
      ]);
    },
  );

  it('writes each key once where two load the same ones at the same time', async () => {
    const random = seededRandom();
    const loaders = [loader, createBulkLoader(other, createActivityWriter(other))];
    for (let round = 0; round < 8; round++) {
      const workspaceId = fresh('both');
      const loads = loaders.map((_, who) => {
        const keys = Array.from({ length: 60 }, (_, at) => ({
          key: `k${at}`,
          place: round === 0 ? at : random.next(),
        }));
        return keyed(
          workspaceId,
          keys.sort((a, b) => a.place - b.place).map(({ key }) => [key, `by ${who}`] as const),
        );
      });
      const results = await Promise.all(loaders.map((one, who) => one.load(loads[who] ?? [])));
      const stored = new Map((await storedEntries(database, workspaceId)).map((row) => [row.idempotencyKey, row]));
      expect(stored.size).toBe(60);
      expect(await messagesOf(workspaceId)).toHaveLength(60);
      for (const [who, entries] of loads.entries()) {
        const expected = entries.map(({ id, idempotencyKey }) => {
          const found = stored.get(idempotencyKey);
          return found?.id === id ? fine : there(found?.message !== `by ${who}`);
        });
        expect(results[who]).toMatchObject(expected);
      }
    }
  });
});
