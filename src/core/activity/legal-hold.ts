/** The rule of legal holds: which entries nothing may delete. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { ActivityLogError, shorten } from '../../errors.ts';
import type { ActivityEntityType } from './activity.ts';
import { entryLimits } from './entry-schema.ts';
import { isLongerThan, isStorableText } from './text.ts';

/** Which entries a hold is on: those of the workspace of which all given conditions hold. */
export interface HoldTarget {
  workspaceId: string;
  brandId: string | null;
  entityType: ActivityEntityType | null;
  /** With `entityType`. */
  entityId: string | null;
  actorUserId: string | null;
  actorLabel: string | null;
}

export interface LegalHold extends HoldTarget {
  id: string;
  reason: string;
  placedBy: string;
  placedAt: Date;
  /** Null while it holds. */
  releasedBy: string | null;
  releasedAt: Date | null;
}

const longestReason = 1_000;

/**
 * Checks what a hold is given.
 * @throws ActivityLogError BAD_USER_INPUT naming the field
 */
export function checkHold({ reason, ...target }: HoldTarget & { reason: string }): void {
  const refuse = (field: string, message: string): never => {
    throw new ActivityLogError('BAD_USER_INPUT', message, { field: `input.${field}` });
  };
  for (const field of ['workspaceId', 'brandId', 'entityId', 'actorUserId', 'actorLabel'] as const) {
    const value = target[field];
    if (value === null) continue;
    if (value === '' || isLongerThan(value, entryLimits.id) || !isStorableText(value)) {
      refuse(field, `${field} takes 1 to ${entryLimits.id} characters without U+0000, got ${shorten(value)}`);
    }
  }
  if (target.workspaceId === '*') refuse('workspaceId', 'A legal hold is on one workspace: name it.');
  if ((target.entityType === null) !== (target.entityId === null)) {
    refuse('entity', 'A legal hold on an entity takes its type and its id.');
  }
  if (target.actorUserId !== null && target.actorLabel !== null) {
    refuse('actor', 'A legal hold on an actor takes the id of a user, or the label of another actor.');
  }
  if (reason.trim() === '' || isLongerThan(reason, longestReason) || !isStorableText(reason)) {
    refuse('reason', `reason takes 1 to ${longestReason} characters: why the entries have to stay`);
  }
}

/** True where a hold is on the entry, as a condition on the columns of the table or query `entry`. */
export function heldCondition(entry: string): Sql {
  const columns = ['brandId', 'entityType', 'entityId', 'actorUserId', 'actorLabel'];
  const same = columns.map((name) => `(hold."${name}" IS NULL OR hold."${name}" = ${entry}."${name}")`).join(' AND ');
  return sql`EXISTS (SELECT 1 FROM "LegalHold" AS hold
    WHERE hold."releasedAt" IS NULL AND hold."workspaceId" = ${raw(`${entry}."workspaceId" AND ${same}`)})`;
}
