/**
 * The words of the domain.
 *
 * - entry (activity): one thing that happened; never changed once written.
 * - entity: what it happened to. actor: who or what did it. workspace: the tenant. brand: a part of a workspace.
 * - visibility: who may see an entry. viewer: who is looking, with a role in each workspace (see visibility.ts).
 * - timeline: entries newest first. feed: entries as they are committed. position: a place in the feed (position.ts).
 */

export const ActivityEntityType = {
  WORKSPACE: 'WORKSPACE',
  BRAND: 'BRAND',
  SOCIAL_ACCOUNT: 'SOCIAL_ACCOUNT',
  CONTENT: 'CONTENT',
  PUBLICATION: 'PUBLICATION',
  MEDIA: 'MEDIA',
  USER: 'USER',
  SETTINGS: 'SETTINGS',
  OTHER: 'OTHER',
} as const;
export type ActivityEntityType = (typeof ActivityEntityType)[keyof typeof ActivityEntityType];

export const ActivityActorType = {
  USER: 'USER',
  SYSTEM: 'SYSTEM',
  WORKER: 'WORKER',
  INTEGRATION: 'INTEGRATION',
} as const;
export type ActivityActorType = (typeof ActivityActorType)[keyof typeof ActivityActorType];

export const ActivityVisibility = { INTERNAL: 'INTERNAL', CLIENT: 'CLIENT', SYSTEM: 'SYSTEM' } as const;
export type ActivityVisibility = (typeof ActivityVisibility)[keyof typeof ActivityVisibility];

export const ActivitySeverity = { INFO: 'INFO', WARNING: 'WARNING', ERROR: 'ERROR' } as const;
export type ActivitySeverity = (typeof ActivitySeverity)[keyof typeof ActivitySeverity];

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** An entry as an application gives it. */
export interface ActivityInput {
  workspaceId: string;
  brandId?: string | null | undefined;
  entityType: ActivityEntityType;
  entityId: string;
  /** `{domain}.{action}`, for example `publication.failed`. */
  eventKey: string;
  message?: string | null | undefined;
  /** Where in the application it happened, for example `publication_worker`. Never shown to clients. */
  context?: string | null | undefined;
  actorType: ActivityActorType;
  /** Needed for the actor type USER. Never shown to clients. */
  actorUserId?: string | null | undefined;
  /** Needed for the actor types SYSTEM, WORKER and INTEGRATION. */
  actorLabel?: string | null | undefined;
  /** Any JSON value, at most 64 KiB as text. A Date is kept as its ISO text, as JSON.stringify does. */
  payload?: unknown;
  /** INTERNAL by default. */
  visibility?: ActivityVisibility | null | undefined;
  /** INFO by default. */
  severity?: ActivitySeverity | null | undefined;
  /** When it happened, to the millisecond; now by default. */
  createdAt?: Date | string | null | undefined;
  /** Writing another entry with the same key into the same workspace writes nothing. */
  idempotencyKey?: string | null | undefined;
}

/** An entry that has been checked and completed, ready to be written (see entry-schema.ts). */
export interface AcceptedActivity {
  id: string;
  workspaceId: string;
  brandId: string | null;
  entityType: ActivityEntityType;
  entityId: string;
  eventKey: string;
  message: string | null;
  context: string | null;
  actorType: ActivityActorType;
  actorUserId: string | null;
  actorLabel: string | null;
  /** The payload as JSON text: kept to the letter. */
  payloadText: string | null;
  visibility: ActivityVisibility;
  severity: ActivitySeverity;
  createdAt: Date;
  idempotencyKey: string | null;
}

/** What of an entry can be shown; its payload as text alone. */
export type ShownActivity = Omit<AcceptedActivity, 'idempotencyKey'>;

/** An entry as it stands in the trail. */
export interface Activity extends AcceptedActivity {
  payload: JsonValue | null;
  /** The transaction that wrote it, and its order inside it: its place in the feed. */
  transactionId: bigint;
  sequence: bigint;
}

/** What writing one entry came to. */
export interface Written {
  activity: Activity;
  /** True where the workspace already had an entry with this idempotency key: that entry is `activity`. */
  duplicate: boolean;
  /** True where that entry says something else: what was sent now is not in the trail. */
  differs: boolean;
}

/** What became of one entry that was to be written; with `error` it was not. */
export type WriteResult = Written | { error: unknown };
