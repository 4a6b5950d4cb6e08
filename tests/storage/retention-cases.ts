/** Policies, holds and entries for tests of retention, and its rule read aloud. */
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { type AcceptedActivity, ActivitySeverity, ActivityVisibility } from '../../src/core/activity/activity.ts';
import type { HoldTarget } from '../../src/core/activity/legal-hold.ts';
import { acceptPolicy, type RetentionConditions, type RetentionPolicy } from '../../src/core/activity/retention.ts';
import { commandLine } from '../../src/core/activity/settings-entries.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import type { Database } from '../../src/storage/database.ts';
import { setPolicy } from '../../src/storage/retention-rules.ts';
import { eventKeys, generatedEntry } from '../support/generated-entries.ts';
import { storedEntries } from '../support/stored-entries.ts';

export const day = 86_400_000;
export const asOf = new Date(Date.UTC(2026, 5, 1));
export const workspaceIds = ['w1', 'W1', 'w%', 'w2'];
export const any: RetentionConditions = { visibilities: null, severities: null, eventKeys: null };
export const ago = (days: number, milliseconds = 0) => new Date(asOf.getTime() - days * day - milliseconds);

/** A policy with the workspace that it is for. */
export type Rule = RetentionConditions & { workspaceId: string; days: number | null };

const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values], { minLength: 1 }), { nil: null, freq: 2 });
/** Half of the conditions ask for nothing: a rule that nothing meets tells little. */
export const rule: fc.Arbitrary<Rule> = fc.record({
  workspaceId: fc.constantFrom(...workspaceIds, 'w1', '*', '*'),
  visibilities: some(Object.values(ActivityVisibility)),
  severities: some(Object.values(ActivitySeverity)),
  eventKeys: some([...eventKeys, 'a.*', 'a_b.*', 'publication.*']),
  days: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 5 }),
});
export const entry: fc.Arbitrary<AcceptedActivity> = fc
  .tuple(generatedEntry(workspaceIds), fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 0, 1))
  .map(([given, days, milliseconds]) => ({ ...given, createdAt: ago(days, milliseconds) }));

/** Of a hold on all of a workspace. */
export const noTarget = { brandId: null, entityType: null, entityId: null, actorUserId: null, actorLabel: null };

/** A hold that is on one of these entries at least. */
export function holdFor(entries: readonly AcceptedActivity[]): fc.Arbitrary<HoldTarget> {
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
export function dueBy(policies: readonly RetentionPolicy[], one: AcceptedActivity): string | undefined {
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

/** The rule of holds, read aloud. */
export const isHeld = (holds: readonly HoldTarget[], one: AcceptedActivity) =>
  holds.some((hold) =>
    Object.entries(hold).every(([field, value]) => value === null || value === one[field as keyof AcceptedActivity]),
  );

export const setRule = async (database: Database, { workspaceId, ...given }: Rule): Promise<RetentionPolicy> =>
  await setPolicy(database, workspaceId, acceptPolicy(given), commandLine);

/** Writes entries, each of which has to be accepted. */
export async function writeAll(database: Database, entries: readonly AcceptedActivity[]): Promise<void> {
  for (const result of await createActivityWriter(database).write(entries)) {
    if ('error' in result) throw result.error;
  }
}

/** The ids of what tests have written, without the entries by which retention tells of itself. */
export async function idsLeft(database: Database): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    sql`SELECT "id" FROM "ActivityLog" WHERE "entityType" <> 'SETTINGS'::"ActivityEntityType" OR "id" LIKE 'r%'`,
  );
  return rows.map(({ id }) => id).sort();
}

/** What an entry tells of a run. */
export interface Told {
  deleted: number;
  policies: { id: string; deleted: number }[];
}

/** What the trail of a workspace says that runs have deleted, one after the other. */
export async function toldOf(database: Database, workspaceId: string): Promise<Told[]> {
  const entries = await storedEntries(database, workspaceId);
  return entries
    .filter(({ eventKey }) => eventKey === 'settings.retention_applied')
    .map(({ payload }) => payload as unknown as Told);
}
