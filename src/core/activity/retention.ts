/**
 * The rule of retention: which entries are due to be deleted.
 *
 * The policies of a workspace come before those of every workspace (`*`), and policies with conditions before the default
 * of the same. Of those at the first of these four levels that an entry meets, the one that keeps it longest decides. An entry
 * that meets none is kept for good, and so is one under a legal hold (legal-hold.ts).
 */
import sql, { empty, join, type Sql } from 'sql-template-tag';
import { ActivityLogError } from '../../errors.ts';
import type { ActivitySeverity, ActivityVisibility } from './activity.ts';
import { checkConditions, filterCondition } from './filter.ts';

/** The workspace of policies that hold for every workspace which has none of its own for an entry. */
export const everyWorkspace = '*';

/** Which entries a policy is for: all given conditions hold, each list means any of. Null where it asks for nothing. */
export interface RetentionConditions {
  visibilities: readonly ActivityVisibility[] | null;
  severities: readonly ActivitySeverity[] | null;
  /** `publication.failed`, or `publication.*` for everything under a domain. */
  eventKeys: readonly string[] | null;
}

export interface RetentionPolicy extends RetentionConditions {
  id: string;
  /** `*` for every workspace. */
  workspaceId: string;
  /** Days of 24 hours that an entry is kept after its `createdAt`; null for good. */
  days: number | null;
}

export const retentionLimits = { days: 36_500, policies: 100 } as const;

const day = 86_400_000;

const conditionsOf = ({ visibilities, severities, eventKeys }: RetentionConditions) => ({
  visibilities,
  severities,
  eventKeys,
});

const isDefault = (policy: RetentionConditions): boolean =>
  policy.visibilities === null && policy.severities === null && policy.eventKeys === null;

/**
 * Checks what a policy is given, and brings its conditions into one form: sorted, each value once.
 * @throws ActivityLogError BAD_USER_INPUT or LIMIT_EXCEEDED naming the field
 */
export function acceptPolicy(
  given: RetentionConditions & { days: number | null },
): RetentionConditions & { days: number | null } {
  const { days } = given;
  if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= retentionLimits.days)) {
    throw new ActivityLogError(
      'BAD_USER_INPUT',
      `days takes a whole number from 1 to ${retentionLimits.days}, or null to keep for good; got ${days}`,
      { field: 'input.days' },
    );
  }
  const sorted = <T extends string>(field: string, values: readonly T[] | null): T[] | null => {
    if (values === null) return null;
    if (values.length === 0) {
      throw new ActivityLogError('BAD_USER_INPUT', `${field} takes at least one value; leave it out to ask for none`, {
        field: `input.${field}`,
      });
    }
    return [...new Set(values)].sort();
  };
  checkConditions(conditionsOf(given), 'input');
  return {
    visibilities: sorted('visibilities', given.visibilities),
    severities: sorted('severities', given.severities),
    eventKeys: sorted('eventKeys', given.eventKeys),
    days,
  };
}

/**
 * Policies in the order in which they decide: of those of an entry's workspace and of every workspace the first that it meets
 * does. Policies of other workspaces may stand between them.
 */
export function decidingOrder(policies: readonly RetentionPolicy[]): RetentionPolicy[] {
  const level = (policy: RetentionPolicy) =>
    (policy.workspaceId === everyWorkspace ? 2 : 0) + (isDefault(policy) ? 1 : 0);
  const kept = ({ days }: RetentionPolicy) => days ?? Number.POSITIVE_INFINITY;
  return policies.toSorted(
    (a, b) => level(a) - level(b) || (kept(a) === kept(b) ? (a.id < b.id ? -1 : 1) : kept(b) > kept(a) ? 1 : -1),
  );
}

/** Entries that are older than this are due under a policy; undefined where none ever is. */
function cutoffOf({ days }: Pick<RetentionPolicy, 'days'>, asOf: Date): Date | undefined {
  return days === null ? undefined : new Date(asOf.getTime() - days * day);
}

/**
 * The id of the policy by which an entry is due, as an expression on the columns of "ActivityLog"; null where it is kept.
 * @param policies of any workspaces, in their deciding order
 */
export function dueExpression(policies: readonly RetentionPolicy[], asOf: Date): Sql {
  if (policies.length === 0) return sql`NULL::text`;
  const cases = policies.map((policy) => {
    const cutoff = cutoffOf(policy, asOf);
    const due =
      cutoff === undefined
        ? sql`NULL`
        : sql`CASE WHEN "createdAt" < ${cutoff}::timestamp(3) THEN ${policy.id}::text END`;
    const ofWorkspace = policy.workspaceId === everyWorkspace ? empty : sql`"workspaceId" = ${policy.workspaceId} AND `;
    return sql`WHEN ${ofWorkspace}${filterCondition(conditionsOf(policy))} THEN ${due}`;
  });
  return sql`CASE ${join(cases, ' ')} END`;
}
