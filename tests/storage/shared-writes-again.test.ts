/** Entries that come a second time: under their own id (`writeAgain`), or under their key, saying the same or not. */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import {
  type AcceptedActivity,
  ActivityActorType,
  ActivityEntityType,
  ActivitySeverity,
  ActivityVisibility,
  type JsonValue,
  type Written,
} from '@/core/activity/activity.ts';
import type { ActivityWriter } from '@/core/activity/activity-log.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { distinct, entryOf, generatedEntry, hostileText, moment, onDatabase } from '../support/generated-entries.ts';
import { describeOnInstances } from '../support/instances.ts';
import { addTrigger, storedEntries } from '../support/stored-entries.ts';
import { allWritten } from '../support/written.ts';

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;

/** The same value with the keys of its objects in another order. */
function turned(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, turned(part)]),
  );
}

const otherThan = <T>(values: Record<string, T>, value: T) => Object.values(values).find((one) => one !== value) as T;
const otherText = (text: string | null, unlike: string) => (text === null ? unlike : `${text}${unlike}`);

/** For each field that an entry says something with: the entry saying something else with it. */
const changes: Record<string, (entry: AcceptedActivity, unlike: string) => Partial<AcceptedActivity>> = {
  brandId: ({ brandId }, unlike) => ({ brandId: otherText(brandId, unlike) }),
  'brandId, left out': ({ brandId }) => ({ brandId: brandId === null ? '' : null }),
  entityType: ({ entityType }) => ({ entityType: otherThan(ActivityEntityType, entityType) }),
  entityId: ({ entityId }, unlike) => ({ entityId: `${entityId}${unlike}` }),
  eventKey: ({ eventKey }) => ({ eventKey: `${eventKey}_x` }),
  message: ({ message }, unlike) => ({ message: otherText(message, unlike) }),
  'message, left out': ({ message }) => ({ message: message === null ? '' : null }),
  context: ({ context }, unlike) => ({ context: otherText(context, unlike) }),
  actorType: ({ actorType }) => ({ actorType: otherThan(ActivityActorType, actorType) }),
  actorUserId: ({ actorUserId }, unlike) => ({ actorUserId: otherText(actorUserId, unlike) }),
  actorLabel: ({ actorLabel }, unlike) => ({ actorLabel: otherText(actorLabel, unlike) }),
  payload: ({ payloadText }, unlike) => ({ payloadText: JSON.stringify([payloadText, unlike]) }),
  'payload, left out': ({ payloadText }) => ({ payloadText: payloadText === null ? '{}' : null }),
  'payload, one value of it': () => ({ payloadText: '{"a":1,"b":[1,{"c":"2"}]}' }),
  visibility: ({ visibility }) => ({ visibility: otherThan(ActivityVisibility, visibility) }),
  severity: ({ severity }) => ({ severity: otherThan(ActivitySeverity, severity) }),
};

describeOnInstances('entries that come again', (open) => {
  let database: Database;
  let writer: ActivityWriter;
  let elsewhere: ActivityWriter;
  beforeAll(async () => {
    const [one, other] = await open();
    database = one;
    writer = createActivityWriter(one);
    elsewhere = createActivityWriter(other);
  });

  /** Entries with and without keys. */
  const entriesOf = (workspaceId: string, count: number) =>
    distinct(
      Array.from({ length: count }, (_, at) =>
        entryOf({ id: '', workspaceId, message: `${at}`, idempotencyKey: at % 2 === 0 ? `k${at}` : null }),
      ),
    );

  it.each([0, 1, 4, 9, 10])('writes what is missing of 10 entries of which %i were written before', async (before) => {
    const workspaceId = fresh('again');
    const entries = entriesOf(workspaceId, 10);
    await writer.write(entries.slice(0, before));
    for (const again of ['the rest', 'nothing'] as const) {
      const results = await writer.writeAgain(entries);
      const trail = await storedEntries(database, workspaceId);
      expect([again, ...trail.map(({ id }) => id)]).toEqual([again, ...entries.map(({ id }) => id)]);
      expect(results).toEqual(trail.map((activity) => ({ activity, duplicate: false, differs: false })));
    }
    expect(await writer.writeAgain([])).toEqual([]);
  });

  it('writes nothing twice that any subset of was written before, in whatever calls', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (before, times) => {
        const workspaceId = fresh('subset');
        const entries = entriesOf(workspaceId, before.length);
        await writer.write(entries.filter((_, at) => before[at]));
        const results = await Promise.all(
          Array.from({ length: times }, (_, at) => (at % 2 === 0 ? writer : elsewhere).writeAgain(entries)),
        );
        const stored = new Map((await storedEntries(database, workspaceId)).map((row) => [row.id, row]));
        expect([...stored.keys()].sort()).toEqual(entries.map(({ id }) => id).sort());
        const expected = entries.map(({ id }) => ({ activity: stored.get(id), duplicate: false, differs: false }));
        for (const told of results) expect(told).toEqual(expected);
      },
    );
    await fc.assert(property, { ...onDatabase, numRuns: 50 });
  });

  it('tells of an entry whose key another one has had before it, as `write` does', async () => {
    const workspaceId = fresh('taken');
    const [there] = entriesOf(workspaceId, 1) as [AcceptedActivity];
    const [{ activity }] = allWritten(await writer.write([there])) as [Written];
    const [same, other] = distinct([there, { ...there, message: 'else' }]) as [AcceptedActivity, AcceptedActivity];
    expect(await writer.writeAgain([same, there, other])).toEqual([
      { activity, duplicate: true, differs: false },
      { activity, duplicate: false, differs: false },
      { activity, duplicate: true, differs: true },
    ]);
    expect(await storedEntries(database, workspaceId)).toEqual([activity]);
  });

  it('refuses again what the database refuses, alone', async () => {
    const workspaceId = fresh('refused');
    const allow = await addTrigger(
      database,
      'BEFORE INSERT ON "ActivityLog" FOR EACH ROW',
      `BEGIN IF NEW."message" = '3' THEN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END IF; RETURN NEW; END`,
    );
    const entries = entriesOf(workspaceId, 6);
    for (let time = 0; time < 2; time++) {
      const results = await writer.writeAgain(entries);
      expect(results.map((one) => 'error' in one)).toEqual([false, false, false, true, false, false]);
      expect(results[3]).toMatchObject({ error: { code: 'BAD_USER_INPUT', field: 'entry' } });
    }
    await allow();
    allWritten(await writer.writeAgain(entries));
    const messages = (await storedEntries(database, workspaceId)).map(({ message }) => message);
    expect(messages).toEqual(['0', '1', '2', '4', '5', '3']);
  });

  it.each(Object.keys(changes))('tells where the entry of a key says something else: %s', async (change) => {
    const property = fc.asyncProperty(generatedEntry(['w1']), hostileText(1, 2), async (generated, unlike) => {
      const workspaceId = fresh('differs');
      const payload = change === 'payload, one value of it' ? { payloadText: '{"a":1,"b":[1,{"c":2}]}' } : {};
      const entry = { ...generated, ...payload, workspaceId, idempotencyKey: 'k' };
      const [first, other] = distinct([entry, { ...entry, ...changes[change]?.(entry, unlike) }]);
      await writer.write([first as AcceptedActivity]);
      const [activity] = await storedEntries(database, workspaceId);
      expect(await writer.write([other as AcceptedActivity])).toEqual([{ activity, duplicate: true, differs: true }]);
    });
    await fc.assert(property, { ...onDatabase, numRuns: 12 });
  });

  it('tells that it says the same where only ids, times and the order of payload keys differ', async () => {
    const property = fc.asyncProperty(generatedEntry(['w1']), moment, async (generated, createdAt) => {
      const workspaceId = fresh('same');
      const { payloadText: inner } = generated;
      const payloadText = inner === null ? null : `{"inner":${inner},"list":[{"x":1,"y":{"b":${inner},"a":2}}]}`;
      const entry = { ...generated, workspaceId, payloadText, idempotencyKey: 'k' };
      const again =
        payloadText === null ? null : JSON.stringify(turned(JSON.parse(payloadText) as JsonValue), null, ' ');
      const [first, same] = distinct([entry, { ...entry, createdAt, payloadText: again }]);
      const results = await writer.write([first, same] as AcceptedActivity[]);
      const [activity] = await storedEntries(database, workspaceId);
      expect(activity).toMatchObject(first as object);
      expect(results).toEqual([
        { activity, duplicate: false, differs: false },
        { activity, duplicate: true, differs: false },
      ]);
    });
    await fc.assert(property, { ...onDatabase, numRuns: 150 });
  });
});
