/** Concurrent calls share INSERTs: an entry that the database refuses must fail alone all the same. */
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { AcceptedActivity, WriteResult } from '@/core/activity/activity.ts';
import type { ActivityWriter } from '@/core/activity/activity-log.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';
import { addTrigger, runScript, storedEntries } from '../support/stored-entries.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;

const raise = (code: string) =>
  `BEGIN IF NEW."message" = 'never' THEN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END IF; RETURN NEW; END`;
const beforeEachRow = 'BEFORE INSERT ON "ActivityLog" FOR EACH ROW';

/** Ways in which an application may have its database refuse the message "never". */
const refusals: Record<string, (database: Database) => Promise<() => Promise<void>>> = {
  'a CHECK constraint': async (database) => {
    await runScript(
      database,
      `ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> 'never') NOT VALID`,
    );
    return async () => await runScript(database, 'ALTER TABLE "ActivityLog" DROP CONSTRAINT "never"');
  },
  'a trigger that raises 23514': async (database) => await addTrigger(database, beforeEachRow, raise('23514')),
  'a trigger that raises 22023': async (database) =>
    await addTrigger(database, 'AFTER INSERT ON "ActivityLog" FOR EACH ROW', raise('22023')),
  'a trigger that has a say at the commit': async (database) =>
    await addTrigger(
      database,
      'CONSTRAINT AFTER INSERT ON "ActivityLog" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW',
      raise('23514'),
    ),
  // What PL/pgSQL's RAISE EXCEPTION raises where nobody chooses a code.
  'a trigger that raises an exception without a code of its own': async (database) =>
    await addTrigger(database, beforeEachRow, raise('P0001')),
};

describeOnEachDatabase('refused entries among shared writes', (open) => {
  let database: Database;
  let writer: ActivityWriter;
  beforeAll(async () => {
    database = await open();
    writer = createActivityWriter(database);
  });

  const refused = {
    error: expect.objectContaining({
      name: 'ActivityLogError',
      code: 'BAD_USER_INPUT',
      field: 'entry',
      message: expect.stringContaining('the database refused the entry'),
    }),
  };

  /** Each result against its entry: refused where that is bad, and otherwise as it stands; and nothing else stands there. */
  async function expectJustTheGood(
    calls: readonly (readonly AcceptedActivity[])[],
    results: readonly (readonly WriteResult[])[],
    isBad: (entry: AcceptedActivity) => boolean,
  ) {
    const trail = await storedEntries(database, calls[0]?.[0]?.workspaceId ?? '');
    const stored = new Map(trail.map((row) => [row.id, row]));
    for (const [at, entries] of calls.entries()) {
      const expected = entries.map((entry) =>
        isBad(entry) ? refused : { activity: stored.get(entry.id), duplicate: false, differs: false },
      );
      expect(results[at]).toEqual(expected);
    }
    // In the order of each call too. Those behind may overtake a call whose batch has to be written anew.
    const places = new Map(trail.map(({ id }, place) => [id, place]));
    for (const entries of calls) {
      const of = entries.filter((entry) => !isBad(entry)).map(({ id }) => places.get(id) ?? Number.NaN);
      expect(of).toEqual(of.toSorted((a, b) => a - b));
    }
    expect(trail).toHaveLength(calls.flat().filter((entry) => !isBad(entry)).length);
    return trail;
  }

  it.each(Object.keys(refusals))('refuses just the 7 bad ones of 1,000 entries of 10 callers: %s', async (how) => {
    const workspaceId = fresh('refused');
    const allow = await refusals[how]?.(database);
    onTestFinished(async () => await allow?.());
    const bad = new Set(['0-0', '0-1', '2-99', '3-50', '6-17', '9-98', '9-99']);
    const calls = Array.from({ length: 10 }, (_, call) =>
      distinct(
        Array.from({ length: 100 }, (_, at) =>
          entryOf({
            id: '',
            workspaceId,
            entityId: `${call}-${at}`,
            message: bad.has(`${call}-${at}`) ? 'never' : 'fine',
            // Some with keys, the bad ones too.
            idempotencyKey: at % 3 === 0 ? `${call}-${at}` : null,
          }),
        ),
      ),
    );
    const results = await Promise.all(calls.map((entries) => writer.write(entries)));
    const trail = await expectJustTheGood(calls, results, ({ message }) => message === 'never');
    expect(trail).toHaveLength(993);
    // Halved until the bad ones stand alone: ten halvings each at most.
    expect(new Set(trail.map(({ transactionId }) => transactionId)).size).toBeLessThanOrEqual(70);
  });

  it('refuses an entry whose values the database cannot read, one whose id is there, and no other', async () => {
    const workspaceId = fresh('unreadable');
    const [there] = distinct([entryOf({ id: '', workspaceId, message: 'there' })]) as [AcceptedActivity];
    await writer.write([there]);
    const messages = ['1', 'severity', '2', 'id', 'payload', '3'];
    const entries = distinct(messages.map((message) => entryOf({ id: '', workspaceId, message }))).map((entry) => {
      if (entry.message === 'severity') return { ...entry, severity: 'NONE' as never };
      if (entry.message === 'id') return { ...entry, id: there.id };
      if (entry.message === 'payload') return { ...entry, payloadText: '{"cut' };
      return entry;
    });
    const results = await Promise.all(entries.map((entry) => writer.write([entry])));
    expect(results).toEqual(
      entries.map(({ message, id }) => [
        /\d/.test(message ?? '') ? expect.objectContaining({ activity: expect.objectContaining({ id }) }) : refused,
      ]),
    );
    const trail = await storedEntries(database, workspaceId);
    expect(trail.map(({ message }) => message)).toEqual(['there', '1', '2', '3']);
  });

  it('refuses a lone entry, and all of a batch where all are bad, and goes on', async () => {
    const workspaceId = fresh('all');
    const allow = await refusals['a CHECK constraint']?.(database);
    const bad = distinct(Array.from({ length: 9 }, () => entryOf({ id: '', workspaceId, message: 'never' })));
    expect(await writer.write(bad.slice(0, 1))).toEqual([refused]);
    expect(await Promise.all(bad.map((entry) => writer.write([entry])))).toEqual(bad.map(() => [refused]));
    await allow?.();
    expect(await storedEntries(database, workspaceId)).toEqual([]);
    await writer.write(bad);
    expect((await storedEntries(database, workspaceId)).map(({ id }) => id)).toEqual(bad.map(({ id }) => id));
  });

  it('gives a key to the next entry that has it where the first one is refused', async () => {
    const workspaceId = fresh('next');
    const allow = await refusals['a CHECK constraint']?.(database);
    onTestFinished(async () => await allow?.());
    const entries = distinct(
      ['never', 'second', 'third'].map((message) => entryOf({ id: '', workspaceId, message, idempotencyKey: 'k' })),
    );
    const results = await writer.write(entries);
    const [activity] = await storedEntries(database, workspaceId);
    expect(activity?.id).toBe(entries[1]?.id);
    expect(results).toEqual([
      refused,
      { activity, duplicate: false, differs: false },
      { activity, duplicate: true, differs: true },
    ]);
  });
});
