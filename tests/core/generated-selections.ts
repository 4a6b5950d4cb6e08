import fc from 'fast-check';
import { type AcceptedActivity, ActivityEntityType } from '../../src/core/activity/activity.ts';
import type { Selection } from '../../src/core/activity/feed.ts';
import { type ActivityFilter, filterPredicate } from '../../src/core/activity/filter.ts';
import { isInScope, type ReadScope, type Role, readScope } from '../../src/core/activity/visibility.ts';
import { brandIds, eventKeys, generatedEntry, moment } from '../support/generated-entries.ts';

export const workspaceIds = ['w1', 'w2'] as const;

/** Every authorization class that reads: by role and, for clients, by brands. */
export const generatedScope: fc.Arbitrary<ReadScope> = fc
  .record({
    workspaceId: fc.constantFrom(...workspaceIds),
    role: fc.constantFrom<Role>('operator', 'admin', 'client', 'client'),
    held: fc.subarray(brandIds),
  })
  .map(({ workspaceId, role, held }) => {
    const grants = new Map([[workspaceId as string, { role, brandIds: held }]]);
    return readScope({ subject: 'u1', grants, expiresAt: new Date(0) }, workspaceId) as ReadScope;
  });

/** What a list of one text must not be taken for: lists of other texts. */
const lookalikes = ['null', 'a","b', '["a"]', 'a,b', 'a', 'b', 'a b', ''];

/** Filters of one to three conditions, by values that the entries have and by others. */
export function filterFor(entries: readonly AcceptedActivity[]): fc.Arbitrary<ActivityFilter> {
  const texts = (field: 'actorUserId' | 'actorLabel' | 'context' | 'entityId') =>
    fc.constantFrom(...lookalikes, ...entries.map((entry) => entry[field]).filter((text) => text !== null));
  const list = <T>(value: fc.Arbitrary<T>) =>
    fc.option(fc.array(value, { maxLength: 4, size: 'max' }), { freq: 12, nil: null });
  const entity = fc.record({
    type: fc.constantFrom(...Object.values(ActivityEntityType), ...entries.map(({ entityType }) => entityType)),
    id: fc.oneof(fc.constantFrom(undefined, null), { weight: 4, arbitrary: texts('entityId') }),
  });
  const known = fc.constantFrom(...entries).map(({ entityType: type, entityId: id }) => ({ type, id }));
  const conditions: { [K in keyof Required<ActivityFilter>]: fc.Arbitrary<ActivityFilter[K]> } = {
    brandIds: list(fc.constantFrom(...brandIds)),
    entities: list(fc.oneof(entity, known)),
    eventKeys: list(fc.constantFrom(...eventKeys, 'a.*', 'a_b.*', 'a.b.*', 'publication.*', 'x.y')),
    actorTypes: list(fc.constantFrom('USER', 'SYSTEM', 'WORKER', 'INTEGRATION')),
    actorUserIds: list(texts('actorUserId')),
    actorLabels: list(texts('actorLabel')),
    contexts: list(texts('context')),
    severities: list(fc.constantFrom('INFO', 'WARNING', 'ERROR')),
    visibilities: list(fc.constantFrom('INTERNAL', 'CLIENT', 'SYSTEM')),
    from: fc.option(moment),
    to: fc.option(moment),
    search: fc.option(fc.constantFrom('a', 'b', 'a b', 'publication', '')),
  };
  const every = Object.keys(conditions) as (keyof ActivityFilter)[];
  return fc
    .tuple(fc.record(conditions), fc.subarray(every, { maxLength: 3 }))
    .map(([filter, chosen]) => Object.fromEntries(chosen.map((name) => [name, filter[name]])));
}

/** Entries, and selections that have something to do with them. */
export const generatedWorld = fc
  .array(generatedEntry(workspaceIds), { minLength: 8, maxLength: 16, size: 'max' })
  .chain((entries) =>
    fc.record({
      entries: fc.constant(entries),
      selections: fc.array(fc.record({ scope: generatedScope, filter: filterFor(entries) }), {
        minLength: 4,
        maxLength: 12,
        size: 'max',
      }),
    }),
  );

/** The rule itself, without any index. */
export function isSelected({ scope, filter }: Selection, entry: AcceptedActivity): boolean {
  return isInScope(scope, entry) && filterPredicate(filter)(entry);
}
