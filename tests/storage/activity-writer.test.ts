import fc from 'fast-check';
import sql from 'sql-template-tag';
import { beforeAll, expect, it } from 'vitest';
import type { AcceptedActivity, Activity } from '@/core/activity/activity.ts';
import type { ActivityWriter } from '@/core/activity/activity-log.ts';
import { type ActivityRow, activityColumns, toActivity } from '@/storage/activity-rows.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { writeWithinTransaction } from '@/storage/caller-transaction.ts';
import type { Database } from '@/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, entryOf, generatedEntry, hostileText, onDatabase } from '../support/generated-entries.ts';
import { signal } from '../support/signal.ts';
import { allWritten } from '../support/written.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;

describeOnEachDatabase('the writer', (open) => {
  let database: Database;
  let writer: ActivityWriter;
  beforeAll(async () => {
    database = await open();
    writer = createActivityWriter(database);
  });

  /** The rows as they stand, in the order of the feed. */
  async function stored(ids: readonly string[]): Promise<Activity[]> {
    const rows = await database.query<ActivityRow>(
      sql`SELECT ${activityColumns} FROM "ActivityLog" WHERE "id" = ANY(${[...ids]}::text[]) ORDER BY "ActivityLog"."transactionId", "sequence"`,
    );
    return rows.map(toActivity);
  }
  const count = async (workspaceId: string) =>
    (
      await database.query<{ n: number }>(
        sql`SELECT count(*)::int AS n FROM "ActivityLog" WHERE "workspaceId" = ${workspaceId}`,
      )
    )[0]?.n;
  const write = async (entries: readonly AcceptedActivity[]) => allWritten(await writer.write(entries));

  it('returns each entry just as it stands, field by field, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(generatedEntry(['w1', 'w2']), fc.option(hostileText(1, 4))), {
          minLength: 1,
          maxLength: 20,
          size: 'max',
        }),
        async (generated) => {
          const entries = distinct(generated.map(([entry]) => entry)).map((entry, at) => {
            const text = generated[at]?.[1];
            return { ...entry, idempotencyKey: text == null ? null : `${entry.id}${text}` };
          });
          const written = await write(entries);
          expect(written.map(({ duplicate }) => duplicate)).toEqual(entries.map(() => false));
          for (const [at, { activity }] of written.entries()) expect(activity).toMatchObject(entries[at] as object);
          expect(await stored(entries.map(({ id }) => id))).toEqual(written.map(({ activity }) => activity));
        },
      ),
      { ...onDatabase, numRuns: 60 },
    );
  });

  it('keeps a payload to the letter: order, blanks, numbers and all', async () => {
    const texts = [
      '{ "b" : 1.0, "a":[ 1e2 , -0 ],"b":2 }',
      '"\\u00e9é"',
      '12345678901234567890.10',
      '[]',
      'false',
      '""',
      '{"":{"__proto__":1}}',
    ];
    const entries = distinct(texts.map((payloadText) => entryOf({ id: '', payloadText })));
    const written = await write(entries);
    const rows = await stored(entries.map(({ id }) => id));
    expect(rows.map(({ payloadText }) => payloadText)).toEqual(texts);
    expect(written.map(({ activity }) => activity.payload)).toEqual(texts.map((text) => JSON.parse(text)));
  });

  it('keeps the order of a call, in one transaction, and the order of calls', async () => {
    const entries = distinct(
      Array.from({ length: 1_000 }, (_, at) => entryOf({ id: '', message: String((at * 7919) % 1_000) })),
    );
    const first = await write(entries);
    const [last] = await write(distinct([entryOf({ id: '' })]));
    const sequences = first.map(({ activity }) => activity.sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => (a < b ? -1 : 1)));
    const transactions = new Set(first.map(({ activity }) => activity.transactionId));
    expect(transactions.size).toBe(1);
    expect(last?.activity.transactionId).toBeGreaterThan([...transactions][0] as bigint);
    expect((await stored(entries.map(({ id }) => id))).map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
  });

  it('writes nothing of a call with an entry that cannot be put into words, and fails no other call for it', async () => {
    const workspaceId = fresh('unsayable');
    const [one, other] = distinct([1, 2].map(() => entryOf({ id: '', workspaceId }))) as [
      AcceptedActivity,
      AcceptedActivity,
    ];
    const failing = write([one, { ...one, createdAt: new Date(Number.NaN) }]);
    const going = write([other]);
    await expect(failing).rejects.toThrow();
    expect((await going)[0]?.activity.id).toBe(other.id);
    expect(await count(workspaceId)).toBe(1);
    expect(await write([])).toEqual([]);
  });

  it('takes a key once in a call: the others of that key are the first one, each at its place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(null, 'k1', 'k2', 'K1'), { minLength: 1, maxLength: 12 }),
        async (keys) => {
          const workspaceId = fresh('once');
          const entries = distinct(
            keys.map((idempotencyKey, at) => entryOf({ id: '', workspaceId, idempotencyKey, message: `${at}` })),
          );
          for (const round of [1, 2]) {
            const again = round === 1 ? entries : distinct(entries);
            const written = await write(again);
            const model = keys.map((key, at) => {
              const first = key === null ? at : keys.indexOf(key);
              const duplicate = key !== null && (round === 2 || first !== at);
              return { id: duplicate ? entries[first]?.id : again[at]?.id, message: `${first}`, duplicate };
            });
            const found = written.map(({ activity, duplicate }) => ({
              id: activity.id,
              message: activity.message,
              duplicate,
            }));
            expect(found).toEqual(model);
          }
          const keyless = keys.filter((key) => key === null).length;
          expect(await count(workspaceId)).toBe(2 * keyless + new Set(keys).size - (keyless > 0 ? 1 : 0));
        },
      ),
      { ...onDatabase, numRuns: 40 },
    );
  });

  it('knows a key in its own workspace only, and to the letter', async () => {
    const [one, other] = [fresh('own'), fresh('own')];
    const texts = ['k', 'K', 'k ', 'é', 'e\u0301', '%', "'"];
    const entries = distinct(
      [one, other].flatMap((workspaceId) =>
        texts.map((idempotencyKey) => entryOf({ id: '', workspaceId, idempotencyKey })),
      ),
    );
    expect((await write(entries)).some(({ duplicate }) => duplicate)).toBe(false);
  });

  it('lets one of 50 callers at once write a key, and gives all of them that entry, whole', async () => {
    for (let round = 0; round < 3; round++) {
      const workspaceId = fresh('race');
      const calls = Array.from({ length: 50 }, (_, at) =>
        distinct([
          entryOf({
            id: '',
            workspaceId,
            idempotencyKey: 'same',
            message: `caller ${at}`,
            payloadText: `{"caller":${at}}`,
          }),
          entryOf({ id: '', workspaceId, idempotencyKey: `own ${at}` }),
        ]),
      );
      const results = await Promise.all(calls.map(write));
      const [row] = await database.query<ActivityRow>(
        sql`SELECT ${activityColumns} FROM "ActivityLog" WHERE "workspaceId" = ${workspaceId} AND "idempotencyKey" = 'same'`,
      );
      for (const [same, own] of results) {
        expect(same?.activity).toEqual(toActivity(row as ActivityRow));
        expect(own?.duplicate).toBe(false);
      }
      expect(results.filter(([same]) => same?.duplicate === false)).toHaveLength(1);
      expect(await count(workspaceId)).toBe(51);
    }
  });

  it('waits for a transaction that holds the key: writes where that one rolls back, finds it where it commits', async () => {
    for (const ending of ['rolls back', 'commits'] as const) {
      const workspaceId = fresh('held');
      const [held, waiting] = distinct(
        [1, 2].map((n) => entryOf({ id: '', workspaceId, idempotencyKey: 'k', message: `${n}` })),
      ) as [AcceptedActivity, AcceptedActivity];
      const [taken, go] = [signal(), signal()];
      const holder = database.prisma.$transaction(async (tx) => {
        await writeWithinTransaction(tx, held, false);
        taken.fire();
        await go.fired;
        if (ending === 'rolls back') throw new Error('no');
      });
      const ended = holder.catch((error: Error) => expect(error.message).toBe('no'));
      await taken.fired;
      const result = write([waiting]);
      if (database.kind === 'postgres') await untilBlocked();
      go.fire();
      await ended;
      const [written] = await result;
      expect(written).toMatchObject(
        ending === 'commits'
          ? { duplicate: true, activity: { id: held.id, message: '1' } }
          : { duplicate: false, activity: { id: waiting.id, message: '2' } },
      );
      expect(await count(workspaceId)).toBe(1);
    }
  });

  /** Until some connection waits for another's transaction. */
  async function untilBlocked(): Promise<void> {
    for (;;) {
      const rows = await database.query(
        sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (rows.length > 0) return;
    }
  }

  it('writes within a transaction of the caller just what it would write by itself', async () => {
    await fc.assert(
      fc.asyncProperty(generatedEntry(['w1']), fc.boolean(), async (generated, contain) => {
        const [entry] = distinct([{ ...generated, idempotencyKey: fresh('within') }]) as [AcceptedActivity];
        const written = await database.prisma.$transaction(
          async (tx) => await writeWithinTransaction(tx, entry, contain),
        );
        const again = await database.prisma.$transaction(
          async (tx) => await writeWithinTransaction(tx, { ...entry, id: fresh('other') }, contain),
        );
        const [row] = await stored([entry.id]);
        expect(written).toEqual({ activity: row, duplicate: false, differs: false });
        expect(again).toEqual({ activity: row, duplicate: true, differs: false });
      }),
      { ...onDatabase, numRuns: 25 },
    );
  });

  it('leaves the transaction of the caller usable where it fails, if it is asked to', async () => {
    const workspaceId = fresh('contained');
    const [bad, good] = distinct([1, 2].map(() => entryOf({ id: '', workspaceId }))) as [
      AcceptedActivity,
      AcceptedActivity,
    ];
    await database.prisma.$transaction(async (tx) => {
      await expect(writeWithinTransaction(tx, { ...bad, severity: 'NONE' as never }, true)).rejects.toThrow();
      await writeWithinTransaction(tx, good, true);
    });
    expect((await stored([bad.id, good.id])).map(({ id }) => id)).toEqual([good.id]);
  });

  it('tells its own process at once that something was committed, and only after it was', async () => {
    const [entry] = distinct([entryOf({ id: '' })]) as [AcceptedActivity];
    const seen: Promise<number>[] = [];
    const stop = database.onHint(() => void seen.push(stored([entry.id]).then((rows) => rows.length)));
    await write([entry]);
    stop();
    // PostgreSQL says hello where its listening connection is ready: that one may come too.
    expect((await Promise.all(seen)).at(-1)).toBe(1);
  });
});
