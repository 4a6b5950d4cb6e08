/** Idempotency keys that several callers, processes and deleters are at: what the writer promises of each key. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import type { ActivityWriter } from '@/core/activity/activity-log.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { createTestDatabase, describeOnEachDatabase, type TestDatabase } from '../support/databases.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';
import { findDeadlocksAtOnce } from '../support/instances.ts';
import { seededRandom } from '../support/seeded-random.ts';
import {
  addTrigger,
  deadlocksOn,
  meetAtTheSecond,
  numberOf,
  runScript,
  storedEntries,
  until,
} from '../support/stored-entries.ts';
import { allWritten } from '../support/written.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;
const keyed = (workspaceId: string, keys: readonly (string | null)[], message: string) =>
  distinct(keys.map((idempotencyKey) => entryOf({ id: '', workspaceId, idempotencyKey, message })));

describe('several processes that write the same keys', () => {
  let own: TestDatabase;
  let observer: Database;
  beforeAll(async () => {
    own = await createTestDatabase();
    observer = await openPostgres({ url: own.url, applicationName: 'observer' });
  });
  afterAll(async () => {
    await observer.close();
    await own.drop();
  });

  /** Processes: databases of their own, on which deadlocks are found at once. */
  async function openWriters(count: number) {
    const options = { url: `${own.url}?${findDeadlocksAtOnce}`, poolSize: 1, applicationName: 'process' };
    const databases = await Promise.all(Array.from({ length: count }, () => openPostgres(options)));
    const close = async () => {
      for (const database of databases) await database.close();
      // With its end a connection reports the deadlocks that it has met.
      const left = `SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'process'`;
      await until(
        () => numberOf(observer, left),
        (connections) => connections === 0,
      );
    };
    onTestFinished(close);
    return { writers: databases.map((database) => createActivityWriter(database)), close };
  }
  const deadlocks = async () => await deadlocksOn(observer);

  /** What every writer was told of every key: the entry that is there, and to one of them that it was its own. */
  async function expectOneOfEach(
    workspaceId: string,
    sent: AcceptedActivity[][],
    told: Awaited<ReturnType<ActivityWriter['write']>>[],
  ) {
    const trail = await storedEntries(observer, workspaceId);
    const byKey = new Map(trail.map((row) => [row.idempotencyKey, row]));
    expect(byKey.size).toBe(trail.length);
    expect([...byKey.keys()].sort()).toEqual([...new Set(sent.flat().map((one) => one.idempotencyKey))].sort());
    for (const [at, entries] of sent.entries()) {
      const expected = entries.map((entry) => {
        const activity = byKey.get(entry.idempotencyKey);
        return { activity, duplicate: activity?.id !== entry.id, differs: activity?.message !== entry.message };
      });
      expect(told[at]).toEqual(expected);
    }
  }

  it('write one entry of each where PostgreSQL gives one of them up to end a deadlock', async () => {
    const before = await deadlocks();
    const workspaceId = fresh('deadlock');
    const part = await meetAtTheSecond(observer);
    const { writers, close } = await openWriters(2);
    const sent = [
      ['a', 'b'],
      ['b', 'a'],
    ].map((keys) =>
      keyed(workspaceId, keys, 'the same').map((entry, at) => ({ ...entry, context: at === 0 ? 'first' : 'second' })),
    );
    const told = await Promise.all(writers.map((writer, at) => writer.write(sent[at] ?? [])));
    await part();
    await close();
    expect(await deadlocks()).toBeGreaterThan(before);
    const trail = await storedEntries(observer, workspaceId);
    expect(trail.map(({ idempotencyKey }) => idempotencyKey).sort()).toEqual(['a', 'b']);
    for (const [at, entries] of sent.entries()) {
      const all = allWritten(told[at] ?? []);
      expect(all.map(({ activity }) => activity.idempotencyKey)).toEqual(entries.map((one) => one.idempotencyKey));
      expect(all.every(({ activity }) => trail.some(({ id }) => id === activity.id))).toBe(true);
    }
    // One transaction was rolled back as a whole, and tried again.
    expect(told.flat().filter((one) => 'duplicate' in one && !one.duplicate)).toHaveLength(2);
  });

  it('write one entry of each in opposite orders', async () => {
    const { writers } = await openWriters(2);
    const keys = Array.from({ length: 40 }, (_, at) => `k${at}`);
    for (let round = 0; round < 25; round++) {
      const workspaceId = fresh('opposite');
      const sent = [keys, [...keys].reverse()].map((own, at) => keyed(workspaceId, own, `writer ${at}`));
      const told = await Promise.all(writers.map((writer, at) => writer.write(sent[at] ?? [])));
      await expectOneOfEach(workspaceId, sent, told);
    }
  });

  it('write one entry of each in whatever orders, ten processes at a time', async () => {
    const random = seededRandom();
    const { writers, close } = await openWriters(10);
    const before = await deadlocks();
    // Nobody begins before all do.
    const open = await addTrigger(
      observer,
      'BEFORE INSERT ON "ActivityLog" FOR EACH STATEMENT',
      `BEGIN
         PERFORM nextval('begun');
         WHILE (SELECT last_value FROM begun) < 11 LOOP PERFORM pg_sleep(0.001); END LOOP;
         RETURN NULL;
       END`,
    );
    onTestFinished(open);
    await runScript(observer, 'CREATE SEQUENCE begun START 2');
    for (let round = 0; round < 10; round++) {
      const workspaceId = fresh('shuffled');
      await numberOf(observer, `setval('begun', 1)`);
      const sent = writers.map((_, at) => {
        const keys = Array.from({ length: 150 }, (_, key) => ({ key: `k${key}`, place: random.next() }));
        keys.sort((one, other) => one.place - other.place);
        return keyed(
          workspaceId,
          keys.map(({ key }) => key),
          `writer ${at % 3}`,
        );
      });
      const told = await Promise.all(writers.map((writer, at) => writer.write(sent[at] ?? [])));
      await expectOneOfEach(workspaceId, sent, told);
    }
    await close();
    // Otherwise nothing was to be got over.
    expect(await deadlocks()).toBeGreaterThan(before);
  });
});

describeOnEachDatabase('keys that come and go', (open) => {
  let database: Database;
  let writer: ActivityWriter;
  beforeAll(async () => {
    database = await open();
    writer = createActivityWriter(database);
  });

  /** From now on whoever inserts anything removes an entry right after: before it looks for what stood in its way. */
  const removeAfterInsert = async (id: string) => {
    const stop = await addTrigger(
      database,
      'AFTER INSERT ON "ActivityLog" FOR EACH STATEMENT',
      `BEGIN DELETE FROM "ActivityLog" WHERE "id" = '${id}'; RETURN NULL; END`,
    );
    onTestFinished(stop);
  };

  it('writes an entry whose key was there, and gone when it was looked for', async () => {
    const workspaceId = fresh('gone');
    const [there] = keyed(workspaceId, ['k'], 'there') as [AcceptedActivity];
    await writer.write([there]);
    await removeAfterInsert(there.id);
    const sent = keyed(workspaceId, ['other', 'k', null, 'k'], 'new');
    const results = await writer.write(sent);
    const trail = await storedEntries(database, workspaceId);
    const stored = new Map(trail.map((row) => [row.id, row]));
    expect([...stored.keys()].sort()).toEqual([0, 1, 2].map((at) => sent[at]?.id).sort());
    expect(results).toEqual(
      [0, 1, 2, 1].map((first, at) => ({
        activity: stored.get(sent[first]?.id ?? ''),
        duplicate: first !== at,
        differs: false,
      })),
    );
  });

  it('calls no entry refused, or a duplicate, that it has written itself, where another is refused at its second try', async () => {
    const workspaceId = fresh('twice');
    const [there] = keyed(workspaceId, ['k'], 'there') as [AcceptedActivity];
    await writer.write([there]);
    await removeAfterInsert(there.id);
    // Not a CHECK: this one is asked of an entry only where its key is free.
    const allow = await addTrigger(
      database,
      'AFTER INSERT ON "ActivityLog" FOR EACH ROW',
      `BEGIN IF NEW."message" = 'never' THEN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END IF; RETURN NULL; END`,
    );
    onTestFinished(allow);
    const [never] = keyed(workspaceId, ['k'], 'never') as [AcceptedActivity];
    const [plain, own] = keyed(workspaceId, [null, 'own'], 'fine') as [AcceptedActivity, AcceptedActivity];
    const results = await writer.write([plain, never, own]);
    const [first, second] = await storedEntries(database, workspaceId);
    expect([first?.id, second?.id]).toEqual([plain.id, own.id]);
    expect(results).toEqual([
      { activity: first, duplicate: false, differs: false },
      { error: expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'entry' }) },
      { activity: second, duplicate: false, differs: false },
    ]);
  });

  it('gives up an entry whose key comes and goes without end, and only that one', async () => {
    const workspaceId = fresh('ghost');
    // Whoever writes meets an entry that is there during the INSERT alone.
    const atOutermost = (statement: string) =>
      `BEGIN IF pg_trigger_depth() = 1 THEN ${statement}; END IF; RETURN NULL; END`;
    const come = await addTrigger(
      database,
      'BEFORE INSERT ON "ActivityLog" FOR EACH STATEMENT',
      atOutermost(`INSERT INTO "ActivityLog"
        ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "idempotencyKey")
        VALUES ('ghost', '${workspaceId}', 'OTHER', 'e', 'a.b', 'SYSTEM', 'k')`),
    );
    onTestFinished(come);
    const go = await addTrigger(
      database,
      'AFTER INSERT ON "ActivityLog" FOR EACH STATEMENT',
      atOutermost(`DELETE FROM "ActivityLog" WHERE "id" = 'ghost'`),
    );
    onTestFinished(go);
    const calls = [null, 'k', 'own'].map((key) => keyed(workspaceId, [key], 'fine'));
    const [plain, , own] = calls.flat();
    const [one, haunted, other] = await Promise.allSettled(calls.map((entries) => writer.write(entries)));
    const [first, second, ...more] = await storedEntries(database, workspaceId);
    expect([first?.id, second?.id, more]).toEqual([plain?.id, own?.id, []]);
    // As the failure of its call, or as what became of its entry.
    const told = haunted?.status === 'rejected' ? { error: haunted.reason } : haunted?.value[0];
    expect(told).toMatchObject({ error: { code: 'UNAVAILABLE', message: expect.stringContaining('try again') } });
    expect(one).toEqual({ status: 'fulfilled', value: [{ activity: first, duplicate: false, differs: false }] });
    expect(other).toEqual({ status: 'fulfilled', value: [{ activity: second, duplicate: false, differs: false }] });
  });
});
