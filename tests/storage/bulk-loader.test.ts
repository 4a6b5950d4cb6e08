import fc from 'fast-check';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import type { ActivityWriter } from '@/core/activity/activity-log.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { type BulkLoader, createBulkLoader, type LoadResult } from '@/storage/bulk-loader.ts';
import type { Database } from '@/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, entryOf, generatedEntry, hostileText, onDatabase } from '../support/generated-entries.ts';
import { addTrigger, numberOf, runScript, storedEntries } from '../support/stored-entries.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;
const keyed = (workspaceId: string, entries: readonly (readonly [key: string | null, message: string])[]) =>
  distinct(entries.map(([idempotencyKey, message]) => entryOf({ id: '', workspaceId, idempotencyKey, message })));

/** What COPY's text format has a meaning for, or what looks as if it had. */
const copyTraps = [
  '\\N',
  '\\.',
  '\n\\.\n',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\b',
  '\f',
  '\v',
  '\\',
  '\\\\',
  '\\n',
  '\\x41',
  '\\101',
  '',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...copyTraps), hostileText(0, 2)), { maxLength: 4 })
  .map((pieces) => pieces.join(''));

const [fine, refused] = [{ duplicate: false, differs: false }, { error: { code: 'BAD_USER_INPUT', field: 'entry' } }];
const there = (differs: boolean) => ({ duplicate: true, differs });

describeOnEachDatabase('the bulk loader', (open) => {
  let database: Database;
  let writer: ActivityWriter;
  let loader: BulkLoader;
  beforeAll(async () => {
    database = await open();
    writer = createActivityWriter(database);
    loader = createBulkLoader(database, writer);
  });
  const messagesOf = async (workspaceId: string) =>
    (await storedEntries(database, workspaceId)).map(({ message }) => message);

  async function refuse(message: string): Promise<() => Promise<void>> {
    await runScript(
      database,
      `ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> '${message}') NOT VALID`,
    );
    const allow = async () => await runScript(database, 'ALTER TABLE "ActivityLog" DROP CONSTRAINT IF EXISTS "never"');
    onTestFinished(allow);
    return allow;
  }

  it('writes each entry field by field and payloads to the letter, by COPY, whatever is in them', async () => {
    await runScript(database, 'CREATE TABLE statements (text text)');
    const stop = await addTrigger(
      database,
      'BEFORE INSERT ON "ActivityLog" FOR EACH STATEMENT',
      'BEGIN INSERT INTO statements VALUES (current_query()); RETURN NULL; END',
    );
    const hostile = fc.record({
      message: fc.option(text),
      context: fc.option(text),
      brandId: fc.option(text),
      entityId: text,
      actorUserId: text,
      actorLabel: text,
      idempotencyKey: fc.option(text),
      payloadText: fc.option(fc.tuple(fc.jsonValue(), text).map((value) => JSON.stringify(value, null, '\t'))),
    });
    let loads = 0;
    const generated = fc.array(fc.tuple(generatedEntry(['w1']), hostile), { minLength: 1, maxLength: 20, size: 'max' });
    await fc.assert(
      fc.asyncProperty(generated, async (pairs) => {
        const workspaceId = `${fresh('hostile')}\t\\N`;
        const entries = distinct(pairs.map(([entry, fields]) => ({ ...entry, ...fields, workspaceId }))).map(
          (entry, at) =>
            entry.idempotencyKey === null ? entry : { ...entry, idempotencyKey: `${entry.idempotencyKey}${at}` },
        );
        expect(await loader.load(entries)).toEqual(entries.map(() => fine));
        loads += 1;
        const stored = await storedEntries(database, workspaceId);
        expect(stored).toHaveLength(entries.length);
        for (const [at, row] of stored.entries()) expect(row).toMatchObject(entries[at] as object);
      }),
      { ...onDatabase, numRuns: 100 },
    );
    await stop();
    expect(await numberOf(database, `SELECT count(*) FROM statements WHERE text LIKE 'COPY %'`)).toBe(loads);
    expect(await numberOf(database, 'SELECT count(*) FROM statements')).toBe(loads);
  });

  it('keeps the order of the entries in the feed, in one transaction, and load behind load', async () => {
    const workspaceId = fresh('order');
    const loads = [2_500, 1, 400].map((count) =>
      keyed(
        workspaceId,
        Array.from({ length: count }, (_, at) => [at % 2 === 0 ? fresh('k') : null, `${at}`] as const),
      ),
    );
    for (const entries of loads) await loader.load(entries);
    const stored = await storedEntries(database, workspaceId);
    expect(stored.map(({ id }) => id)).toEqual(loads.flat().map(({ id }) => id));
    expect(new Set(stored.map(({ transactionId }) => transactionId)).size).toBe(3);
    expect(await loader.load([])).toEqual([]);
  });

  it('writes a key once: of a load, over loads, and where the writer has written it', async () => {
    const entry = fc.tuple(fc.constantFrom(null, 'k1', 'k2', 'K1', 'k\\N'), fc.constantFrom('one', 'other'));
    const call = fc.record({ by: fc.constantFrom('loader', 'writer'), entries: fc.array(entry, { maxLength: 8 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 5 }), async (calls) => {
        const workspaceId = fresh('once');
        const trail: string[] = [];
        const taken = new Map<string, string>();
        for (const { by, entries } of calls) {
          const expected = entries.map(([key, message]) => {
            const before = key === null ? undefined : taken.get(key);
            if (before !== undefined) return there(before !== message);
            trail.push(message);
            if (key !== null) taken.set(key, message);
            return fine;
          });
          const sent = keyed(workspaceId, entries);
          const results = by === 'loader' ? await loader.load(sent) : await writer.write(sent);
          expect(results).toMatchObject(expected);
        }
        expect(await messagesOf(workspaceId)).toEqual(trail);
      }),
      { ...onDatabase, numRuns: 60 },
    );
  });

  it('refuses just the 7 bad ones of 1,000 entries, and the others are in their order', async () => {
    const workspaceId = fresh('refused');
    await refuse('never');
    const bad = new Set([0, 1, 250, 499, 500, 998, 999]);
    const entries = keyed(
      workspaceId,
      Array.from(
        { length: 1_000 },
        (_, at) => [at % 3 === 0 ? `k${at}` : null, bad.has(at) ? 'never' : `${at}`] as const,
      ),
    );
    const results = await loader.load(entries);
    expect(results.map((one) => 'error' in one)).toEqual(entries.map((_, at) => bad.has(at)));
    for (const at of bad) {
      expect(results[at]).toMatchObject(refused);
    }
    const good = entries.filter((_, at) => !bad.has(at));
    expect((await storedEntries(database, workspaceId)).map(({ id }) => id)).toEqual(good.map(({ id }) => id));
  });

  it('gives a key to the next entry of the load that has it where the first one is refused', async () => {
    const workspaceId = fresh('next');
    const allow = await refuse('never');
    const entries = keyed(workspaceId, [
      ['k', 'never'],
      ['k', 'never'],
      ['k', 'second'],
      ['k', 'second'],
      ['k', 'third'],
    ]);
    const results = await loader.load(entries);
    await allow();
    expect(await messagesOf(workspaceId)).toEqual(['second']);
    expect(results).toMatchObject([refused, refused, fine, there(false), there(true)]);
  });

  it('tells nobody that an entry is there that is not, where all of a key are refused', async () => {
    const workspaceId = fresh('none');
    const allow = await refuse('never');
    const results = await loader.load(
      keyed(workspaceId, [
        ['k', 'never'],
        ['k', 'never'],
      ]),
    );
    await allow();
    expect(await messagesOf(workspaceId)).toEqual([]);
    expect(results).toMatchObject([refused, refused]);
  });

  /** Loads batches as an import does: each is prepared while the one before is written. */
  async function importAll(batches: readonly (readonly AcceptedActivity[])[]) {
    const importing = createBulkLoader(database, writer);
    const [query, copyIn] = [vi.spyOn(database, 'query'), vi.spyOn(database, 'copyIn')];
    const results: LoadResult[] = [];
    let writing: Promise<LoadResult[]> = Promise.resolve([]);
    for (const batch of batches) {
      const load = importing.prepare(batch);
      results.push(...(await writing));
      writing = load();
    }
    results.push(...(await writing));
    const failed = copyIn.mock.settledResults.map(({ type }) => type === 'rejected');
    const lookUps = query.mock.calls.length;
    query.mockRestore();
    copyIn.mockRestore();
    return { results, lookUps, failed };
  }
  const batchesOf = (workspaceId: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, batch) =>
      keyed(
        workspaceId,
        Array.from({ length: 20 }, (_, at) => [`k${from + batch}.${at}`, `${from + batch}.${at}`] as const),
      ),
    );
  const messages = (batches: readonly (readonly AcceptedActivity[])[]) => batches.flat().map(({ message }) => message);

  it('looks for no key of an import that is new, and for those of one that comes again from its first batch on', async () => {
    const workspaceId = fresh('again');
    const batches = batchesOf(workspaceId, 0, 10);
    const first = await importAll(batches);
    expect(first.results).toEqual(batches.flat().map(() => fine));
    expect(first).toMatchObject({ lookUps: 0, failed: batches.map(() => false) });
    const again = await importAll(batchesOf(workspaceId, 0, 10));
    expect(again.results).toEqual(batches.flat().map(() => there(false)));
    expect(again).toMatchObject({ lookUps: 10, failed: [true] });
    expect(await messagesOf(workspaceId)).toEqual(messages(batches));
  });

  it('goes on without looking for keys where an import that comes again has come to what is new', async () => {
    const workspaceId = fresh('half');
    const [old, added] = [batchesOf(workspaceId, 0, 10), batchesOf(workspaceId, 10, 20)];
    await importAll(old);
    const { results, lookUps, failed } = await importAll([...batchesOf(workspaceId, 0, 10), ...added]);
    expect(results).toEqual([...old.flat().map(() => there(false)), ...added.flat().map(() => fine)]);
    expect(failed).toEqual([true, ...added.map(() => false)]);
    // Those of the old ones, of two new ones until it gives up, and of what was prepared by then.
    expect(lookUps).toBeGreaterThanOrEqual(10);
    expect(lookUps).toBeLessThan(16);
    expect(await messagesOf(workspaceId)).toEqual(messages([...old, ...added]));
  });

  it('looks for the keys of twice as many new batches each time that it has found old ones without', async () => {
    const workspaceId = fresh('twice');
    const importing = createBulkLoader(database, writer);
    const query = vi.spyOn(database, 'query');
    const counts: number[] = [];
    const [old = []] = batchesOf(workspaceId, 0, 1);
    await importing.load(old);
    for (let round = 0; round < 3; round += 1) {
      expect(await importing.load(old)).toEqual(old.map(() => there(false)));
      query.mockClear();
      for (const batch of batchesOf(workspaceId, 1 + 10 * round, 11 + 10 * round)) await importing.load(batch);
      counts.push(query.mock.calls.length);
    }
    query.mockRestore();
    expect(counts).toEqual([2, 4, 8]);
    expect(await messagesOf(workspaceId)).toEqual(messages(batchesOf(workspaceId, 0, 31)));
  });

  it('finds old entries in the midst of new ones, in the same batch and in later ones', async () => {
    const workspaceId = fresh('midst');
    const batches = batchesOf(workspaceId, 0, 12);
    const old = [batches[3]?.slice(5, 7) ?? [], batches[4]?.slice(0, 1) ?? [], batches[11]?.slice(-1) ?? []].flat();
    await writer.write(distinct(old.map((entry) => ({ ...entry, message: 'old' }))));
    const { results, failed } = await importAll(batches);
    const isOld = new Set<string>(old.map(({ id }) => id));
    expect(results).toEqual(batches.flat().map(({ id }) => (isOld.has(id) ? there(true) : fine)));
    expect(failed.filter((one) => one)).toHaveLength(2);
    const added = messages(batches.map((batch) => batch.filter(({ id }) => !isOld.has(id))));
    expect(await messagesOf(workspaceId)).toEqual([...old.map(() => 'old'), ...added]);
  });

  it('finds keys that were written after their batch was prepared', async () => {
    const workspaceId = fresh('prepared');
    const importing = createBulkLoader(database, writer);
    const loads = [1, 2, 3].map(() => importing.prepare(batchesOf(workspaceId, 0, 1).flat()));
    const results = [];
    for (const load of loads) results.push(new Set((await load()).map((one) => 'duplicate' in one && one.duplicate)));
    expect(results).toEqual([new Set([false]), new Set([true]), new Set([true])]);
    expect(await messagesOf(workspaceId)).toEqual(messages(batchesOf(workspaceId, 0, 1)));
  });

  it('tells its own process at once that something was committed', async () => {
    const workspaceId = fresh('hint');
    const seen: Promise<number>[] = [];
    const stop = database.onHint(() => void seen.push(messagesOf(workspaceId).then(({ length }) => length)));
    await loader.load(keyed(workspaceId, [[null, '1']]));
    stop();
    // PostgreSQL says hello where its listening connection is ready: that one may come too.
    expect((await Promise.all(seen)).at(-1)).toBe(1);
  });
});
