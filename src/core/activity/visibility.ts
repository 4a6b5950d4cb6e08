/**
 * The one rule of who sees and writes what. Every path (timeline, node, counts, search, feed, mutation answers) asks
 * here: `readScope` for the viewer's scope in a workspace, then `scopeCondition` in SQL or `isInScope` in the process,
 * and `reveal` before an entry leaves. tests/core/visibility.test.ts holds the SQL and the predicate against each other.
 */
import sql, { type Sql } from 'sql-template-tag';
import { ActivityLogError } from '../../errors.ts';
import type { AcceptedActivity, Activity, ActivityInput, ActivityVisibility, ShownActivity } from './activity.ts';
import { keyIsTaken, saysTheSame } from './same-entry.ts';
import { isStorableText } from './text.ts';

export const roles = ['operator', 'admin', 'client', 'writer'] as const;
export type Role = (typeof roles)[number];

/** What a token grants in one workspace. */
export interface Grant {
  role: Role;
  /** The brands of a client; no meaning for the other roles. */
  brandIds: readonly string[];
}

/** Who is looking. */
export interface Viewer {
  /** The token's `sub`. */
  subject: string;
  /** By workspace id; `*` stands for every workspace that is not named. */
  grants: ReadonlyMap<string, Grant>;
  /** When the token ends. */
  expiresAt: Date;
}

/** What a viewer may read in one workspace. Two viewers with equal scopes see exactly the same: it is the authorization class. */
export interface ReadScope {
  workspaceId: string;
  visibilities: readonly ActivityVisibility[];
  /** Only entries of these brands; null for all, with or without a brand. */
  brandIds: readonly string[] | null;
  /** False where `context` and `actorUserId` are hidden. */
  internals: boolean;
}

const readableBy: Record<Role, readonly ActivityVisibility[]> = {
  operator: ['INTERNAL', 'CLIENT', 'SYSTEM'],
  admin: ['INTERNAL', 'CLIENT'],
  client: ['CLIENT'],
  writer: [],
};

/** The viewer's grant in a workspace; undefined where, for this viewer, there is no such workspace. */
export function grantIn(viewer: Viewer, workspaceId: string): Grant | undefined {
  return viewer.grants.get(workspaceId) ?? viewer.grants.get('*');
}

/** What the viewer may read in the workspace; undefined where that is nothing. */
export function readScope(viewer: Viewer, workspaceId: string): ReadScope | undefined {
  const grant = grantIn(viewer, workspaceId);
  if (grant === undefined || grant.role === 'writer') return undefined;
  const isClient = grant.role === 'client';
  return {
    workspaceId,
    visibilities: readableBy[grant.role],
    brandIds: isClient ? [...new Set(grant.brandIds)].sort() : null,
    internals: !isClient,
  };
}

/**
 * Like `readScope`, for paths that answer with an error. A workspace that does not exist and one that the token does
 * not name get the same one.
 * @throws ActivityLogError FORBIDDEN; BAD_USER_INPUT for text that can be no workspace's id
 */
export function needReadScope(viewer: Viewer, workspaceId: string): ReadScope {
  const scope = readScope(viewer, workspaceId);
  const field = 'workspaceId';
  if (scope === undefined)
    throw new ActivityLogError('FORBIDDEN', 'The token does not let you read this workspace.', { field });
  if (!isStorableText(workspaceId))
    throw new ActivityLogError('BAD_USER_INPUT', 'workspaceId must not contain U+0000 or a lone surrogate', { field });
  return scope;
}

/** The rule as a condition on the columns of "ActivityLog". */
export function scopeCondition(scope: ReadScope): Sql {
  return sql`"workspaceId" = ${scope.workspaceId} AND ${grantedCondition(scope)}`;
}

/** What of the rule is the same in every workspace that one grant covers. */
export function grantedCondition({ visibilities, brandIds }: Omit<ReadScope, 'workspaceId'>): Sql {
  const visible = sql`"visibility" = ANY(${[...visibilities]}::text[]::"ActivityVisibility"[])`;
  return brandIds === null ? visible : sql`${visible} AND "brandId" = ANY(${[...brandIds]}::text[])`;
}

/** The rule as a predicate. */
export function isInScope(scope: ReadScope, entry: ShownActivity): boolean {
  return (
    entry.workspaceId === scope.workspaceId &&
    scope.visibilities.includes(entry.visibility) &&
    (scope.brandIds === null || (entry.brandId !== null && scope.brandIds.includes(entry.brandId)))
  );
}

/** An entry of the scope as its viewer may see it: for clients without `context` and `actorUserId`. */
export function reveal<T extends ShownActivity>(scope: ReadScope, entry: T): T {
  return scope.internals ? entry : { ...entry, context: null, actorUserId: null };
}

/**
 * Checks that the viewer may write the entry as it is.
 * @throws ActivityLogError FORBIDDEN naming the field at fault
 */
export function checkMayWrite(viewer: Viewer, entry: ActivityInput): void {
  const role = grantIn(viewer, entry.workspaceId)?.role;
  const refuse = (field: string, message: string) => {
    throw new ActivityLogError('FORBIDDEN', message, { field });
  };
  if (role === undefined || role === 'client')
    refuse('workspaceId', 'The token does not let you write to this workspace.');
  if (role === 'admin' && entry.actorType !== 'USER')
    refuse('actorType', 'An admin writes only as itself: actorType must be USER.');
  if (role === 'admin' && entry.actorUserId !== viewer.subject) {
    refuse('actorUserId', "An admin writes only as itself: actorUserId must be the token's sub.");
  }
  if (role !== 'operator' && entry.createdAt != null) refuse('createdAt', 'Only an operator may set createdAt.');
}

/**
 * Checks that the viewer may give names to the workspace and its brands: operators, admins and writers.
 * @throws ActivityLogError FORBIDDEN
 */
export function checkMayName(viewer: Viewer, workspaceId: string): void {
  const role = grantIn(viewer, workspaceId)?.role;
  if (role === undefined || role === 'client') {
    throw new ActivityLogError('FORBIDDEN', 'The token does not let you write to this workspace.', {
      field: 'workspaceId',
    });
  }
}

/**
 * Checks that the viewer may say what is kept and what is deleted: operators of the workspace, or, for `*`, of every one.
 * @throws ActivityLogError FORBIDDEN; BAD_USER_INPUT for text that can be no workspace's id
 */
export function checkMayGovern(viewer: Viewer, workspaceId: string): void {
  const field = 'workspaceId';
  if (grantIn(viewer, workspaceId)?.role !== 'operator') {
    const message = 'Retention and legal holds are for operators of the workspace.';
    throw new ActivityLogError('FORBIDDEN', message, { field });
  }
  if (!isStorableText(workspaceId) || workspaceId === '')
    throw new ActivityLogError('BAD_USER_INPUT', 'workspaceId takes text without U+0000 or a lone surrogate', {
      field,
    });
}

/**
 * What the writer of `sent` gets back: the entry as it now stands. Where that is an earlier one with the same
 * idempotency key, only if the viewer could read it anyway or knew all of it already.
 * @throws ActivityLogError BAD_USER_INPUT where the key belongs to an entry that this viewer may not see
 */
export function revealWritten(viewer: Viewer, sent: AcceptedActivity, stored: Activity, duplicate: boolean): Activity {
  if (!duplicate) return stored;
  const scope = readScope(viewer, stored.workspaceId);
  if (scope !== undefined && isInScope(scope, stored)) return reveal(scope, stored);
  if (saysTheSame(sent, stored)) return stored;
  throw keyIsTaken();
}
