import { beforeAll, expect, it } from 'vitest';
import type { FeedEntry, Selection } from '@/core/activity/feed.ts';
import type { Position } from '@/core/activity/position.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { readFeed, readSnapshot } from '@/storage/tail.ts';
import { readPage } from '@/storage/timeline.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';

const scope = { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: ['b1'], internals: false } as const;

/** Reads on until nothing is left, `limit` at a time. */
async function readAll(
  database: Database,
  after: Position,
  limit: number,
  selection?: Selection,
): Promise<FeedEntry[]> {
  const all: FeedEntry[] = [];
  for (let position = after; ; ) {
    const read = await readFeed(database, { after: position, limit, selection });
    expect(read.entries.length).toBeLessThanOrEqual(limit);
    all.push(...read.entries);
    position = read.position;
    if (read.settled && read.entries.length === 0) return all;
  }
}

const idsOf = (entries: readonly FeedEntry[]) => entries.map(({ activity }) => activity.id);

describeOnEachDatabase('the feed', (open) => {
  let database: Database;
  let runs = 0;
  beforeAll(async () => {
    database = await open();
  });
  const write = async (count: number, changes = {}): Promise<string[]> => {
    runs += 1;
    const entries = Array.from({ length: count }, (_, at) => entryOf({ id: `f${runs}-${at}`, ...changes }));
    await createActivityWriter(database).write(entries);
    return entries.map(({ id }) => id);
  };

  it('gives what was written after a position, each once, in order, whatever the limit', async () => {
    await write(3);
    const start = { seen: await readSnapshot(database) };
    const expected = [...(await write(3)), ...(await write(1)), ...(await write(4))];
    for (const limit of [1, 2, 3, 7, 8, 9, 500]) expect(idsOf(await readAll(database, start, limit))).toEqual(expected);
  });

  it('moves on past what a search passes over, and is not settled before the window is read', async () => {
    const start = { seen: await readSnapshot(database) };
    await write(3);
    const [wanted] = await write(1, { message: 'the needle' });
    const selection: Selection = {
      scope: { workspaceId: 'w1', visibilities: ['INTERNAL'], brandIds: null, internals: true },
      filter: { search: 'needle' },
    };
    const first = await readFeed(database, { after: start, limit: 2, selection });
    expect([first.entries, first.settled]).toEqual([[], false]);
    const second = await readFeed(database, { after: first.position, limit: 2, selection });
    expect([idsOf(second.entries), second.settled]).toEqual([[wanted], true]);
  });

  it('says that it is settled where a window was read to its end, and only there', async () => {
    const start = { seen: await readSnapshot(database) };
    await write(4);
    const cut = await readFeed(database, { after: start, limit: 3 });
    expect([cut.settled, cut.entries.length, cut.position]).toEqual([false, 3, cut.entries[2]?.position]);
    const rest = await readFeed(database, { after: cut.position, limit: 1 });
    expect([rest.settled, rest.entries.length, rest.position]).toEqual([true, 1, { seen: rest.position.seen }]);
    const exact = await readFeed(database, { after: start, limit: 4 });
    expect([exact.settled, exact.entries.length]).toEqual([true, 4]);
  });

  it('finishes the window of a position before it looks at what came later', async () => {
    const start = { seen: await readSnapshot(database) };
    const [first, second] = await write(2);
    const { position } = await readFeed(database, { after: start, limit: 1 });
    const later = await write(1);
    const rest = await readFeed(database, { after: position, limit: 10 });
    expect([idsOf(rest.entries), rest.settled]).toEqual([[second], true]);
    expect(idsOf(await readAll(database, rest.position, 10))).toEqual(later);
    expect(first).not.toBe(second);
  });

  it('ends at the snapshot that it is told to end at', async () => {
    const start = { seen: await readSnapshot(database) };
    const within = await write(2);
    const until = await readSnapshot(database);
    const beyond = await write(2);
    for (const limit of [1, 2, 10]) {
      const got: FeedEntry[] = [];
      for (let position: Position = start; ; ) {
        const read = await readFeed(database, { after: position, limit, until });
        got.push(...read.entries);
        position = read.position;
        if (!read.settled) continue;
        expect([idsOf(got), position]).toEqual([within, { seen: until }]);
        expect(idsOf(await readAll(database, position, limit))).toEqual(beyond);
        break;
      }
    }
  });

  it('hides from a client what its timeline hides', async () => {
    const start = { seen: await readSnapshot(database) };
    const shown = await write(1, { visibility: 'CLIENT', brandId: 'b1', context: 'c', actorUserId: 'u1' });
    await write(1, { visibility: 'CLIENT', brandId: 'b2' });
    await write(1, { visibility: 'INTERNAL', brandId: 'b1' });
    await write(1, { visibility: 'CLIENT', brandId: 'b1', workspaceId: 'w2' });
    const entries = await readAll(database, start, 1, { scope, filter: {} });
    expect(idsOf(entries)).toEqual(shown);
    expect(entries[0]?.activity).toMatchObject({ context: null, actorUserId: null });
  });

  it('is never read from the connection of a transaction, which would lose what that one writes later', async () => {
    const before = { seen: await readSnapshot(database) };
    const taken = await database.transaction(async (connection) => {
      await connection.script(`INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType")
        VALUES ('trap-${database.kind}-1', 'w1', 'OTHER', 'e', 'a.b', 'SYSTEM')`);
      // @ts-expect-error: only a database has positions.
      const wrong = (): Promise<unknown> => readSnapshot(connection);
      expect(wrong).toBeTypeOf('function');
      if (database.kind === 'pglite') {
        await expect(readSnapshot(database)).rejects.toThrow('Inside of database.transaction()');
        return [];
      }
      // Somebody ends after this transaction began: its id is below xmax from now on.
      await write(1);
      const positions = [
        { seen: await readSnapshot(database) },
        (await readFeed(database, { after: before, limit: 10 })).position,
        { seen: (await readPage(database, { scope, filter: {}, limit: 1, from: 'newest' })).snapshot },
      ];
      await connection.script(`INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType")
        VALUES ('trap-${database.kind}-2', 'w1', 'OTHER', 'e', 'a.b', 'SYSTEM')`);
      return positions;
    });
    for (const position of taken) {
      expect(idsOf(await readAll(database, position, 1))).toEqual(['trap-postgres-1', 'trap-postgres-2']);
    }
  });
});
