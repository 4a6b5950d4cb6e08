/** The feed, however transactions and reads interleave. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedEntry, Selection } from '@/core/activity/feed.ts';
import { LiveCursors } from '@/core/activity/live-cursor.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { readFeed, readSnapshot } from '@/storage/tail.ts';
import { readPage } from '@/storage/timeline.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { onDatabase } from '../support/generated-entries.ts';

const cursors = new LiveCursors({ epoch: 'e', key: randomBytes(32) });
const scope = { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: ['b1'], internals: false } as const;
const selections: (Selection | undefined)[] = [
  undefined,
  {
    scope: { workspaceId: 'w1', visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'], brandIds: null, internals: true },
    filter: {},
  },
  { scope, filter: { eventKeys: ['a.*'] } },
  // Asked in the process, of what SQL has found.
  {
    scope: { workspaceId: 'w1', visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'], brandIds: null, internals: true },
    filter: { search: 'x.y' },
  },
];

const idsOf = (entries: readonly FeedEntry[]) => entries.map(({ activity }) => activity.id);

interface Written {
  id: string;
  /** Where in the run its transaction began and, if it did, committed. */
  began: number;
  committed?: number;
  matches: boolean[];
}
type Step =
  | { writer: number; does: 'begin' | 'write' | 'nested' | 'undone' | 'commit' | 'rollback'; kind: number }
  | { reader: number; limit: number; keep: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      writer: fc.nat({ max: 3 }),
      does: fc.constantFrom('begin', 'write', 'write', 'write', 'nested', 'undone', 'commit', 'commit', 'rollback'),
      kind: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      reader: fc.nat({ max: 7 }),
      limit: fc.integer({ min: 1, max: 4 }),
      keep: fc.nat({ max: 4 }),
    }),
  },
);
const kinds = [
  { values: `'w1', 'CLIENT', 'b1', 'a.b'`, matches: [true, true, true, false] },
  { values: `'w1', 'SYSTEM', NULL, 'x.y'`, matches: [true, true, false, true] },
  { values: `'w2', 'CLIENT', 'b1', 'a.b'`, matches: [true, false, false, false] },
] as const;

describe('the feed, beside transactions of others', () => {
  let own: TestDatabase;
  let databases: Database[];
  let clients: pg.Client[];
  beforeAll(async () => {
    own = await createTestDatabase();
    databases = await Promise.all(
      [1, 2].map((n) => openPostgres({ url: own.url, applicationName: `tail ${n}`, poolSize: 2 })),
    );
    clients = Array.from(
      { length: 4 },
      (_, n) => new pg.Client({ connectionString: own.url, application_name: `writer ${n}` }),
    );
    for (const client of clients) await client.connect();
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    for (const database of databases) await database.close();
    await own.drop();
  });
  let ids = 0;

  /** One run: what the writers wrote, and what each reader got after the start that it chose for itself. */
  async function play(steps: Step[]) {
    const written: Written[] = [];
    const open: (Written[] & { began?: number })[] = clients.map(() => []);
    const readers = new Map<number, { cursor: string; started: number; had: string[]; got: string[] }>();
    const begin = async (writer: number, now: number) => {
      const transaction = open[writer] as Written[] & { began?: number };
      if (transaction.began === undefined) await clients[writer]?.query('BEGIN');
      transaction.began ??= now;
      return transaction;
    };
    const write = async (writer: number, kind: number, now: number) => {
      const transaction = await begin(writer, now);
      const { values, matches } = kinds[kind] as (typeof kinds)[number];
      const id = `t${++ids}`;
      await clients[
        writer
      ]?.query(`INSERT INTO "ActivityLog" ("id", "entityType", "entityId", "actorType", "workspaceId",
        "visibility", "brandId", "eventKey") VALUES ('${id}', 'OTHER', 'e', 'SYSTEM', ${values})`);
      return { id, began: transaction.began ?? now, matches: [...matches] };
    };
    const end = async (writer: number, how: 'COMMIT' | 'ROLLBACK', now: number) => {
      const transaction = open[writer] ?? [];
      await clients[writer]?.query(how);
      if (how === 'COMMIT') written.push(...transaction.map((entry) => ({ ...entry, committed: now })));
      open[writer] = [];
    };
    const read = async (reader: number, limit: number, keep: number, now: number) => {
      // Each read is of another connection, and all that is kept of the one before is the cursor.
      const database = databases[now % 2] as Database;
      const selection = selections[reader % selections.length];
      const state = readers.get(reader);
      if (state === undefined) {
        const page = selection && (await readPage(database, { ...selection, limit: 10_000, from: 'newest' }));
        const seen = page?.snapshot ?? (await readSnapshot(database));
        const had = page?.entries.map(({ id }) => id) ?? written.map(({ id }) => id);
        readers.set(reader, { cursor: cursors.close({ seen }), started: now, had, got: [] });
        return 1;
      }
      const after = cursors.open(state.cursor);
      const result = await readFeed(database, { after, limit, selection });
      // A connection cut after some entries: the cursor of the last one that came goes on.
      const kept = result.entries.slice(0, keep === 0 ? undefined : keep);
      state.got.push(...idsOf(kept));
      const whole = kept.length === result.entries.length;
      state.cursor = cursors.close(whole ? result.position : (kept.at(-1) as FeedEntry).position);
      // The end of a window that was begun earlier is not yet the end of the feed.
      return kept.length + (result.settled && after.within === undefined ? 0 : 1);
    };
    for (const [now, one] of steps.entries()) {
      if ('reader' in one) await read(one.reader, one.limit, one.keep, now);
      else if (one.does === 'begin') await begin(one.writer, now);
      else if (one.does === 'write') {
        const entry = await write(one.writer, one.kind, now);
        open[one.writer]?.push(entry);
      } else if (one.does === 'nested' || one.does === 'undone') {
        await begin(one.writer, now);
        await clients[one.writer]?.query('SAVEPOINT s');
        const entry = await write(one.writer, one.kind, now);
        await clients[one.writer]?.query(one.does === 'nested' ? 'RELEASE SAVEPOINT s' : 'ROLLBACK TO SAVEPOINT s');
        if (one.does === 'nested') open[one.writer]?.push(entry);
      } else await end(one.writer, one.does === 'commit' ? 'COMMIT' : 'ROLLBACK', now);
    }
    for (const writer of clients.keys()) await end(writer, writer % 2 === 0 ? 'COMMIT' : 'ROLLBACK', steps.length);
    for (const reader of readers.keys()) {
      let now = 0;
      while ((await read(reader, 2, 0, now)) > 0) now += 1;
    }
    return { written, readers };
  }

  it('gives each committed entry exactly once and in the order of commits, however transactions and reads interleave', async () => {
    let late = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 70, size: 'max' }), async (steps) => {
        const { written, readers } = await play(steps);
        for (const [reader, { started, had, got }] of readers) {
          const matching = written.filter(({ matches }) => matches[reader % selections.length]);
          const after = matching.filter(({ committed = 0 }) => committed > started);
          // What the page showed and what the feed gave: everything, no overlap, no gap.
          expect([...got].sort()).toEqual(after.map(({ id }) => id).sort());
          for (const { id, committed = 0 } of matching) if (committed < started) expect(had).toContain(id);
          const places = new Map(got.map((id, place) => [id, place]));
          for (const one of after) {
            for (const other of after) {
              if ((one.committed ?? 0) < other.began)
                expect(places.get(one.id)).toBeLessThan(places.get(other.id) ?? -1);
            }
          }
          late += after.filter(({ began }) => began < started).length;
        }
      }),
      { ...onDatabase, numRuns: 60 },
    );
    // Begun before a reader started, committed after: what every simpler cursor loses.
    expect(late).toBeGreaterThan(0);
  });
});
