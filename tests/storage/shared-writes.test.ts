/** Concurrent calls of the writer share INSERTs: what each caller may rely on all the same. Refusals and keys: the two files beside. */
import fc from 'fast-check';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { AcceptedActivity, WriteResult } from '@/core/activity/activity.ts';
import type { ActivityWriter } from '@/core/activity/activity-log.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { distinct, entryOf, onDatabase } from '../support/generated-entries.ts';
import { describeOnInstances } from '../support/instances.ts';
import { signal } from '../support/signal.ts';
import { numberOf, storedEntries, until } from '../support/stored-entries.ts';
import { allWritten } from '../support/written.ts';
import { turn } from './commit-log.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;
const entriesOf = (workspaceId: string, messages: readonly string[]) =>
  distinct(messages.map((message) => entryOf({ id: '', workspaceId, message })));

describeOnInstances('shared writes', (open, kind) => {
  let database: Database;
  let other: Database;
  let writer: ActivityWriter;
  beforeAll(async () => {
    [database, other] = await open();
    writer = createActivityWriter(database);
  });
  const write = async (entries: readonly AcceptedActivity[]) => allWritten(await writer.write(entries));

  /** Keeps everybody from writing until the function is called that it gives. */
  async function hold(): Promise<() => Promise<void>> {
    const [held, go] = [signal(), signal()];
    const holding = other.transaction(async (connection) => {
      // The embedded database has one connection: nobody else gets it before this transaction ends.
      if (kind === 'postgres') await connection.script('LOCK TABLE "ActivityLog" IN SHARE MODE');
      held.fire();
      await go.fired;
    });
    await held.fired;
    const release = async () => {
      go.fire();
      await holding;
    };
    onTestFinished(release);
    return release;
  }

  it('writes what 64 callers ask for in few transactions, and gives each its own entry as it stands', async () => {
    const workspaceId = fresh('callers');
    const rounds = 5;
    const written: [AcceptedActivity, WriteResult | undefined][] = [];
    const caller = async (name: string) => {
      for (let round = 0; round < rounds; round++) {
        const [entry] = entriesOf(workspaceId, [`${name}, ${round}`]) as [AcceptedActivity];
        const [result, ...more] = await writer.write([entry]);
        expect(more).toEqual([]);
        written.push([entry, result]);
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, at) => caller(`caller ${at}`)));
    const trail = new Map((await storedEntries(database, workspaceId)).map((row) => [row.id, row]));
    expect(trail.size).toBe(64 * rounds);
    for (const [entry, result] of written) {
      const activity = trail.get(entry.id);
      expect(activity).toMatchObject(entry);
      expect(result).toEqual({ activity, duplicate: false, differs: false });
    }
    // All who were woken by one commit go together: one transaction a round, two where two batches are under way.
    expect(new Set([...trail.values()].map(({ transactionId }) => transactionId)).size).toBeLessThanOrEqual(3 * rounds);
  });

  it('keeps the order of a caller, within a call and from call to call, while 20 others write', async () => {
    const workspaceId = fresh('order');
    const elsewhere = createActivityWriter(other);
    let ended = false;
    const others = Array.from({ length: 20 }, async (_, at) => {
      while (!ended) await (at % 4 === 0 ? elsewhere : writer).write(entriesOf(fresh('noise'), ['1', '2']));
    });
    const expected: string[] = [];
    const call = async (size: number) => {
      const messages = Array.from({ length: size }, () => String(expected.length).padStart(4, '0'));
      const entries = entriesOf(workspaceId, messages);
      expected.push(...entries.map(({ id }) => id));
      await write(entries);
    };
    try {
      for (let n = 0; n < 30; n++) await call(1 + (n % 7));
      // Those that are not awaited are in the order in which they were asked for.
      await Promise.all(Array.from({ length: 30 }, (_, n) => call(1 + (n % 7))));
    } finally {
      ended = true;
      await Promise.all(others);
    }
    expect((await storedEntries(database, workspaceId)).map(({ id }) => id)).toEqual(expected);
  });

  it('never writes one call in two transactions', async () => {
    const workspaceId = fresh('whole');
    const calls = [700, 600, 300, 100, 1_300, 1].map((size) =>
      entriesOf(
        workspaceId,
        Array.from({ length: size }, (_, at) => `${at}`),
      ),
    );
    const results = await Promise.all(calls.map(write));
    const transactions = results.map((call) => [...new Set(call.map(({ activity }) => activity.transactionId))]);
    expect(transactions.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
    const [first, second, third, fourth, fifth, sixth] = transactions.flat() as bigint[];
    // 700 | 600 + 300 + 100 | 1,300 | 1
    expect([first === second, second === third, third === fourth]).toEqual([false, true, true]);
    expect([fourth === fifth, fifth === sixth]).toEqual([false, false]);
    expect((await storedEntries(database, workspaceId)).map(({ id }) => id)).toEqual(calls.flat().map(({ id }) => id));
  });

  it('writes an entry of each key once, and every entry without, however calls mix them', async () => {
    const key = fc.constantFrom(null, null, 'k1', 'k2', 'k3');
    const calls = fc.array(fc.array(key, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(calls, async (keys) => {
        const workspaceId = fresh('mixed');
        const sent = keys.map((own) =>
          distinct(own.map((idempotencyKey) => entryOf({ id: '', workspaceId, idempotencyKey }))),
        );
        const results = await Promise.all(sent.map(write));
        const trail = await storedEntries(database, workspaceId);
        const byKey = new Map(trail.map((row) => [row.idempotencyKey, row]));
        const byId = new Map(trail.map((row) => [row.id, row]));
        // The calls are in order, so it is known which entry of a key comes first.
        const firsts = new Map<string, string>();
        for (const [at, entry] of sent.flat().entries()) {
          const result = results.flat()[at];
          const first = entry.idempotencyKey === null ? entry.id : (firsts.get(entry.idempotencyKey) ?? entry.id);
          if (entry.idempotencyKey !== null) firsts.set(entry.idempotencyKey, first);
          const activity = entry.idempotencyKey === null ? byId.get(entry.id) : byKey.get(entry.idempotencyKey);
          expect(activity?.id).toBe(first);
          expect(result).toEqual({ activity, duplicate: first !== entry.id, differs: false });
        }
        expect(trail).toHaveLength(keys.flat().filter((one) => one === null).length + firsts.size);
      }),
      { ...onDatabase, numRuns: 60 },
    );
  });

  it('refuses what comes while too much waits, writes nothing of it, and all that was taken', async () => {
    const workspaceId = fresh('limit');
    const limited = createActivityWriter(database, { limit: 10 });
    const release = await hold();
    const underWay = limited.write(entriesOf(workspaceId, ['under way']));
    await turn();
    const waiting = [5, 5].map((size) => limited.write(entriesOf(workspaceId, Array<string>(size).fill('waits'))));
    const refused = limited.write(entriesOf(workspaceId, ['one too many']));
    await expect(refused).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('10 wait already, the most is 10 (ACTIVITY_WRITE_QUEUE)'),
    });
    let settled = false;
    const settling = limited.settled().then(() => {
      settled = true;
    });
    await turn();
    expect(settled).toBe(false);
    await release();
    await settling;
    allWritten((await Promise.all([underWay, ...waiting])).flat());
    expect((await storedEntries(database, workspaceId)).map(({ message }) => message)).toEqual([
      'under way',
      ...Array<string>(10).fill('waits'),
    ]);
    allWritten(await limited.write(entriesOf(workspaceId, ['room again'])));
  });

  it.runIf(kind === 'postgres')(
    'fails all calls of a batch whose connection breaks, tells them that it is not known, and goes on',
    async () => {
      const workspaceId = fresh('broken');
      const release = await hold();
      const endConnection = async () =>
        await until(
          () =>
            numberOf(
              other,
              `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'`,
            ),
          (ended) => ended > 0,
        );
      const call = (text: string) => Promise.allSettled([writer.write(entriesOf(workspaceId, [text]))]);
      const message = expect.stringContaining('not known whether a write took place');
      const failed = [{ status: 'rejected', reason: expect.objectContaining({ code: 'UNAVAILABLE', message }) }];
      const first = call('under way');
      await turn();
      // These form a batch behind it.
      const batch = Promise.all(['1', '2', '3'].map(call));
      await endConnection();
      expect(await first).toEqual(failed);
      // It leaves now; whoever comes later does not belong to it.
      await turn();
      const behind = writer.write(entriesOf(workspaceId, ['behind']));
      await endConnection();
      expect(await batch).toEqual([failed, failed, failed]);
      await release();
      allWritten(await behind);
      expect((await storedEntries(database, workspaceId)).map(({ message }) => message)).toEqual(['behind']);
    },
  );
});
