import fc from 'fast-check';
import sql from 'sql-template-tag';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AcceptedActivity, ActivitySeverity, ActivityVisibility } from '@/core/activity/activity.ts';
import type { HoldTarget } from '@/core/activity/legal-hold.ts';
import { acceptPolicy, type RetentionConditions, type RetentionPolicy } from '@/core/activity/retention.ts';
import { commandLine } from '@/core/activity/settings-entries.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { applyRetention, previewRetention, readRetentionMoment } from '@/storage/retention.ts';
import {
  holdRules,
  placeHold,
  readHolds,
  readPolicies,
  releaseHold,
  removePolicy,
  setPolicy,
} from '@/storage/retention-rules.ts';
import { runRetention } from '@/storage/retention-work.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, entryOf, eventKeys, generatedEntry, onDatabase } from '../support/generated-entries.ts';
import { numberOf, storedEntries, until } from '../support/stored-entries.ts';

const day = 86_400_000;
const asOf = new Date(Date.UTC(2026, 5, 1));
const workspaceIds = ['w1', 'W1', 'w%'];
const any: RetentionConditions = { visibilities: null, severities: null, eventKeys: null };
const ago = (days: number, milliseconds = 0) => new Date(asOf.getTime() - days * day - milliseconds);

type Rule = RetentionConditions & { workspaceId: string; days: number | null };

const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values], { minLength: 1 }), { nil: null, freq: 2 });
/** Half of the conditions ask for nothing: a rule that nothing meets tells little. */
const rule: fc.Arbitrary<Rule> = fc.record({
  workspaceId: fc.constantFrom(...workspaceIds, 'w1', '*', '*'),
  visibilities: some(Object.values(ActivityVisibility)),
  severities: some(Object.values(ActivitySeverity)),
  eventKeys: some([...eventKeys, 'a.*', 'a_b.*', 'publication.*']),
  days: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 5 }),
});
const entry: fc.Arbitrary<AcceptedActivity> = fc
  .tuple(generatedEntry(workspaceIds), fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 0, 1))
  .map(([given, days, milliseconds]) => ({ ...given, createdAt: ago(days, milliseconds) }));

const noTarget = { brandId: null, entityType: null, entityId: null, actorUserId: null, actorLabel: null };
function holdFor(entries: readonly AcceptedActivity[]): fc.Arbitrary<HoldTarget> {
  return fc
    .tuple(
      fc.constantFrom(...entries),
      fc.constantFrom('workspace', 'brand', 'brand', 'entity', 'actor', 'brand and actor'),
    )
    .map(([{ workspaceId, brandId, entityType, entityId, actorUserId, actorLabel }, kind]) => ({
      ...noTarget,
      workspaceId,
      ...(kind.includes('brand') && { brandId: brandId ?? 'b1' }),
      ...(kind === 'entity' && { entityType, entityId }),
      ...(kind.includes('actor') && (actorUserId === null ? { actorLabel } : { actorUserId })),
    }));
}

/** The rule, read aloud: the policy by which an entry is due. */
function dueBy(policies: readonly RetentionPolicy[], one: AcceptedActivity): string | undefined {
  const meets = (policy: RetentionPolicy) =>
    (policy.visibilities?.includes(one.visibility) ?? true) &&
    (policy.severities?.includes(one.severity) ?? true) &&
    (policy.eventKeys?.some((key) =>
      key.endsWith('.*') ? one.eventKey.startsWith(key.slice(0, -1)) : key === one.eventKey,
    ) ??
      true);
  const hasConditions = (policy: RetentionPolicy) =>
    policy.visibilities !== null || policy.severities !== null || policy.eventKeys !== null;
  for (const workspaceId of [one.workspaceId, '*']) {
    for (const withConditions of [true, false]) {
      const level = policies.filter(
        (policy) => policy.workspaceId === workspaceId && hasConditions(policy) === withConditions && meets(policy),
      );
      if (level.length === 0) continue;
      if (level.some(({ days }) => days === null)) return undefined;
      const longest = Math.max(...level.map(({ days }) => days ?? 0));
      if (asOf.getTime() - one.createdAt.getTime() <= longest * day) return undefined;
      return level
        .filter(({ days }) => days === longest)
        .map(({ id }) => id)
        .sort()[0];
    }
  }
  return undefined;
}

const isHeld = (holds: readonly HoldTarget[], one: AcceptedActivity) =>
  holds.some((hold) =>
    Object.entries(hold).every(([field, value]) => value === null || value === one[field as keyof AcceptedActivity]),
  );

describeOnEachDatabase('retention', (open, kind) => {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });

  const write = async (entries: readonly AcceptedActivity[]) => {
    const results = await createActivityWriter(database).write(entries);
    for (const result of results) expect(result).not.toHaveProperty('error');
  };
  const ids = async () =>
    (
      await database.query<{ id: string }>(
        sql`SELECT "id" FROM "ActivityLog" WHERE "entityType" <> 'SETTINGS'::"ActivityEntityType" OR "id" LIKE 'r%'`,
      )
    )
      .map(({ id }) => id)
      .sort();
  const set = async ({ workspaceId, ...given }: Rule) =>
    await setPolicy(database, workspaceId, acceptPolicy(given), commandLine);
  const previewed = async (options: Parameters<typeof previewRetention>[1]) => {
    const due: { id: string; policyId: string }[] = [];
    const report = await previewRetention(database, {
      ...options,
      rest: 0,
      onEntry: ({ id, policyId }) => void due.push({ id, policyId }),
    });
    expect(report.due).toBe(due.length);
    return due;
  };

  it('says what the rule says, and deletes just that', async () => {
    let deleted = 0;
    let held = 0;
    await fc.assert(
      fc.asyncProperty(
        fc
          .record({
            rules: fc.array(rule, { minLength: 1, maxLength: 6, size: 'max' }),
            entries: fc.array(entry, { minLength: 5, maxLength: 30, size: 'max' }),
          })
          .chain(({ rules, entries }) =>
            fc.record({
              rules: fc.constant(rules),
              entries: fc.constant(entries),
              targets: fc.array(holdFor(entries), { maxLength: 3, size: 'max' }),
              released: fc.array(holdFor(entries), { maxLength: 1 }),
            }),
          ),
        async ({ rules, entries, targets, released }) => {
          await database.query(sql`TRUNCATE "ActivityLog", "RetentionPolicy", "LegalHold"`);
          const all = distinct(entries);
          await write(all);
          for (const one of rules) await set(one);
          for (const target of targets) await placeHold(database, target, 'a reason', commandLine);
          for (const target of released) {
            const { id } = await placeHold(database, target, 'a reason', commandLine);
            await releaseHold(database, target.workspaceId, id, commandLine);
          }
          const policies = await readPolicies(database);
          const due = all.flatMap((one) => {
            const policyId = dueBy(policies, one);
            return policyId === undefined ? [] : [{ one, policyId }];
          });
          const expected = due.filter(({ one }) => !isHeld(targets, one));
          const { snapshot } = await readRetentionMoment(database);
          const shown = await previewed({ asOf, snapshot });
          const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
          expect(shown.sort(byId)).toEqual(expected.map(({ one: { id }, policyId }) => ({ id, policyId })).sort(byId));
          const report = await applyRetention(database, { asOf, snapshot, rest: 0, by: commandLine });
          expect({ due: report.due, held: report.held }).toEqual({
            due: expected.length,
            held: due.length - expected.length,
          });
          const gone = new Set(expected.map(({ one }) => one.id));
          expect(await ids()).toEqual(
            all
              .map(({ id }) => id)
              .filter((id) => !gone.has(id))
              .sort(),
          );
          deleted += gone.size;
          held += report.held;
        },
      ),
      { ...onDatabase, numRuns: 60 },
    );
    expect(deleted).toBeGreaterThan(30);
    expect(held).toBeGreaterThan(5);
  });

  it('deletes nothing that was written after the moment of the dry run', async () => {
    await set({ ...any, workspaceId: 'w1', days: 1 });
    await write([entryOf({ id: 'r-before', createdAt: ago(2) })]);
    const moment = { ...(await readRetentionMoment(database)), asOf };
    await write([entryOf({ id: 'r-after', createdAt: ago(2) })]);
    expect(await previewed(moment)).toHaveLength(1);
    await applyRetention(database, { ...moment, rest: 0, by: commandLine });
    expect(await ids()).toEqual(['r-after']);
  });

  it('goes on in small steps, and keeps what a hold or a policy that comes meanwhile is on', async () => {
    await set({ ...any, workspaceId: 'w1', days: 1 });
    const entries = Array.from({ length: 900 }, (_, at) =>
      entryOf({ id: `r-${String(at).padStart(3, '0')}`, entityId: `e${at % 2}`, createdAt: ago(3, 900 - at) }),
    );
    await write(entries);
    const moment = { ...(await readRetentionMoment(database)), asOf };
    let steps = 0;
    const report = await applyRetention(database, {
      ...moment,
      rest: 0,
      by: commandLine,
      onStep: async () => {
        steps += 1;
        if (steps > 1) return;
        const target = { ...noTarget, workspaceId: 'w1', entityType: 'OTHER', entityId: 'e1' } as const;
        await placeHold(database, target, 'a reason', commandLine);
      },
    });
    expect(steps).toBeGreaterThan(1);
    expect({ due: report.due, held: report.held }).toEqual({ due: 700, held: 200 });
    expect(await ids()).toHaveLength(200);
  });

  it('tells of every change and of what was deleted, in the trail', async () => {
    const policy = await set({ ...any, workspaceId: 'w1', severities: ['INFO'], days: 2 });
    await set({ ...any, workspaceId: 'w1', severities: ['INFO'], days: 1 });
    await set({ ...any, workspaceId: 'w1', severities: ['INFO'], days: 1 });
    const hold = await placeHold(database, { ...noTarget, workspaceId: 'w1', brandId: 'b1' }, 'a lawsuit', commandLine);
    await write([entryOf({ id: 'r-1', createdAt: ago(2) }), entryOf({ id: 'r-2', brandId: 'b1', createdAt: ago(2) })]);
    await applyRetention(database, { ...(await readRetentionMoment(database)), asOf, rest: 0, by: commandLine });
    await releaseHold(database, 'w1', hold.id, commandLine);
    await releaseHold(database, 'w1', hold.id, commandLine);
    await removePolicy(database, 'w1', policy.id, commandLine);
    await removePolicy(database, 'w1', policy.id, commandLine);
    const told = (await storedEntries(database, 'w1')).filter(({ entityType }) => entityType === 'SETTINGS');
    expect(told.map(({ eventKey, visibility, payload }) => [eventKey, visibility, payload])).toEqual([
      ['settings.retention_policy_set', 'INTERNAL', { policy: { severities: ['INFO'], days: 2 } }],
      [
        'settings.retention_policy_set',
        'INTERNAL',
        { policy: { severities: ['INFO'], days: 1 }, before: { severities: ['INFO'], days: 2 } },
      ],
      ['settings.legal_hold_placed', 'SYSTEM', { on: { brandId: 'b1' }, reason: 'a lawsuit' }],
      [
        'settings.retention_applied',
        'INTERNAL',
        {
          deleted: 1,
          asOf: asOf.toISOString(),
          policies: [{ id: policy.id, severities: ['INFO'], days: 1, deleted: 1 }],
        },
      ],
      ['settings.legal_hold_released', 'SYSTEM', { on: { brandId: 'b1' }, reason: 'a lawsuit' }],
      ['settings.retention_policy_removed', 'INTERNAL', { policy: { severities: ['INFO'], days: 1 } }],
    ]);
    expect(await readPolicies(database, ['w1'])).toEqual([]);
    expect(await readHolds(database, 'w1', false)).toEqual([]);
    expect(await readHolds(database, 'w1', true)).toHaveLength(1);
  });

  it('is not changed by half: without its entry there is no policy', async () => {
    const tooLong = { ...commandLine, actorLabel: 'x'.repeat(300) };
    await expect(setPolicy(database, 'w1', acceptPolicy({ ...any, days: 1 }), tooLong)).rejects.toThrow(/at most 256/);
    expect(await readPolicies(database)).toEqual([]);
  });

  it('runs in one process at a time, and not again before it is time', async () => {
    await set({ ...any, workspaceId: 'w1', days: 1 });
    await write([entryOf({ id: 'r-1', createdAt: new Date(Date.now() - 2 * day) })]);
    const inside: unknown[] = [];
    const first = await runRetention(database, {
      by: commandLine,
      rest: 0,
      onStep: async () => void inside.push(await runRetention(database, { by: commandLine })),
    });
    expect(first?.due).toBe(1);
    expect(inside).toEqual([undefined]);
    expect(await runRetention(database, { by: commandLine, every: 3_600 })).toBeUndefined();
    expect((await runRetention(database, { by: commandLine, rest: 0 }))?.due).toBe(0);
  });

  it('makes room for new entries', async () => {
    await set({ ...any, workspaceId: 'w1', days: 1 });
    const many = (name: string) =>
      Array.from({ length: 3_000 }, (_, at) => entryOf({ id: `r-${name}-${at}`, createdAt: ago(2, at) }));
    const size = () => numberOf(database, `pg_relation_size('"ActivityLog"')`);
    await write(many('first'));
    const before = await size();
    for (const name of ['second', 'third']) {
      expect((await runRetention(database, { asOf, by: commandLine, rest: 0 }))?.due).toBe(3_000);
      // Autovacuum, on PostgreSQL, comes when it comes.
      if (kind === 'postgres') await database.query(sql`VACUUM "ActivityLog"`);
      await write(many(name));
    }
    expect(await size()).toBeLessThan(before * 1.1);
  });

  it('ends between two steps where it is told to, and tells of what it has deleted', async () => {
    await set({ ...any, workspaceId: 'w1', days: 1 });
    await write(Array.from({ length: 600 }, (_, at) => entryOf({ id: `r-${at}`, createdAt: ago(2, at) })));
    const ending = new AbortController();
    const run = runRetention(database, {
      asOf,
      by: commandLine,
      signal: ending.signal,
      onStep: () => ending.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow();
    expect(await ids()).toHaveLength(100);
    const told = (await storedEntries(database, 'w1')).filter(
      ({ eventKey }) => eventKey === 'settings.retention_applied',
    );
    expect(told.map(({ payload }) => payload)).toMatchObject([{ deleted: 500 }]);
    // The work is free for others. Who is stopped behind the last step has told of all of it.
    const last = new AbortController();
    const stopped = runRetention(database, { asOf, by: commandLine, signal: last.signal, onStep: () => last.abort() });
    await expect(stopped).rejects.toThrow();
    expect(await ids()).toEqual([]);
    const all = (await storedEntries(database, 'w1')).filter(
      ({ eventKey }) => eventKey === 'settings.retention_applied',
    );
    expect(all.map(({ payload }) => payload)).toMatchObject([{ deleted: 500 }, { deleted: 100 }]);
  });

  it.runIf(kind === 'postgres')('a hold is placed when the step under way has ended', async () => {
    let isPlaced = false;
    const placed = await database.transaction(async (connection) => {
      await holdRules(connection);
      const placing = placeHold(database, { ...noTarget, workspaceId: 'w1' }, 'a reason', commandLine).then(() => {
        isPlaced = true;
      });
      const waiting = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      await until(
        () => numberOf(database, waiting),
        (n) => n === 1,
      );
      expect(isPlaced).toBe(false);
      return { placing };
    });
    await placed.placing;
    expect(await readHolds(database, 'w1', false)).toHaveLength(1);
  });
});

describe('a policy', () => {
  it.each([
    [{ days: 0 }, 'input.days'],
    [{ days: 1.5 }, 'input.days'],
    [{ days: 36_501 }, 'input.days'],
    [{ days: 1, severities: [] }, 'input.severities'],
    [{ days: 1, eventKeys: ['a*'] }, 'input.eventKeys'],
    [{ days: 1, eventKeys: ['a\u0000.*'] }, 'input.eventKeys'],
  ])('is refused: %j', (given, field) => {
    expect(() => acceptPolicy({ ...any, ...(given as object), days: given.days })).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field }),
    );
  });

  it('has its conditions sorted, each once', () => {
    const given = {
      ...any,
      days: null,
      severities: ['WARNING', 'ERROR', 'WARNING'] as const,
      eventKeys: ['b.c', 'a.*'],
    };
    expect(acceptPolicy(given)).toEqual({
      ...any,
      days: null,
      severities: ['ERROR', 'WARNING'],
      eventKeys: ['a.*', 'b.c'],
    });
  });
});
