/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Who or what performed the action. */
export type ActivityActorType =
  /** An external service: `actorLabel` says which, for example `Meta API`. */
  | 'INTEGRATION'
  /** An automatic process of the application: `actorLabel` says which, for example `Scheduler`. */
  | 'SYSTEM'
  /** A user of the panel: `actorUserId` says which. */
  | 'USER'
  /** A queue worker: `actorLabel` says which. */
  | 'WORKER';

/** One entity, or all of a type. */
export type ActivityEntityInput = {
  /** The id; every entity of the type where it is left out. */
  id?: string | null | undefined;
  /** The type. */
  type: ActivityEntityType;
};

/** The type of entity that an entry is about. */
export type ActivityEntityType =
  /** A brand. */
  | 'BRAND'
  /** A piece of content. */
  | 'CONTENT'
  /** A media file. */
  | 'MEDIA'
  /** Anything else. */
  | 'OTHER'
  /** A publication of content. */
  | 'PUBLICATION'
  /** Settings. */
  | 'SETTINGS'
  /** A connected social account. */
  | 'SOCIAL_ACCOUNT'
  /** A user. */
  | 'USER'
  /** The workspace itself. */
  | 'WORKSPACE';

/** How an export is written. Described in docs/export.md. */
export type ActivityExportFormat =
  /** RFC 4180, with a header, and safe for spreadsheets: what looks like a formula has an apostrophe in front. */
  | 'CSV'
  /** One JSON document: a list of objects. */
  | 'JSON'
  /** JSON Lines: one object a line. */
  | 'JSONL';

/** Which entries. All given conditions hold; each list means any of its values (an empty list: none). Lists take at most 100 values. */
export type ActivityFilter = {
  /** Entries by any of these workers, processes or services. */
  actorLabels?: Array<string> | null | undefined;
  /** Entries by any of these kinds of actor. */
  actorTypes?: Array<ActivityActorType> | null | undefined;
  /** Entries by any of these users. Refused for clients. */
  actorUserIds?: Array<string> | null | undefined;
  /** Entries of any of these brands. */
  brandIds?: Array<string> | null | undefined;
  /** Entries from any of these contexts. Refused for clients. */
  contexts?: Array<string> | null | undefined;
  /** Entries about any of these entities. */
  entities?: Array<ActivityEntityInput> | null | undefined;
  /** Event keys: `publication.failed`, or `publication.*` for everything under a domain. */
  eventKeys?: Array<string> | null | undefined;
  /** Entries from this moment on: `from <= createdAt`. */
  from?: string | null | undefined;
  /** Words that all stand in message, event key, actor label, entity id or values of the payload, whatever their case and accents: `word`, `"a phrase"`, `begin*`, `-without`. What is written together, like `RATE_LIMIT`, is a phrase. */
  search?: string | null | undefined;
  /** Entries of any of these severities. */
  severities?: Array<ActivitySeverity> | null | undefined;
  /** Entries before this moment: `createdAt < to`. */
  to?: string | null | undefined;
  /** Entries of any of these visibilities, as far as you may see them. */
  visibilities?: Array<ActivityVisibility> | null | undefined;
};

/** An entry to be logged. */
export type ActivityLogInput = {
  /** The name of what did it: needed where `actorType` is not `USER`. */
  actorLabel?: string | null | undefined;
  /** Who or what did it. */
  actorType: ActivityActorType;
  /** The user who did it: needed where `actorType` is `USER`. Never shown to clients. */
  actorUserId?: string | null | undefined;
  /** The brand that it concerns. Clients see only entries of their brands. At most 256 characters. */
  brandId?: string | null | undefined;
  /** Where in the application it happened, for example `publication_worker`. Never shown to clients. */
  context?: string | null | undefined;
  /** When it happened; now by default. Only operators may set it, to fill in the past. */
  createdAt?: string | null | undefined;
  /** The id of that thing in your application. At most 256 characters. */
  entityId: string;
  /** What kind of thing it happened to. */
  entityType: ActivityEntityType;
  /** What happened: `{domain}.{action}` in lower snake case, for example `brand.created` or `social_account.token_refreshed`. At most 128 characters. */
  eventKey: string;
  /** Makes repeating the call harmless: an entry whose key the workspace already has is not written again. At most 256 characters. */
  idempotencyKey?: string | null | undefined;
  /** What happened, for people. At most 4096 characters. */
  message?: string | null | undefined;
  /** Details, as any JSON value of at most 64 KiB. It comes back as it was given. */
  payload?: unknown;
  /** How serious it is. */
  severity?: ActivitySeverity | null | undefined;
  /** Who can see it. */
  visibility?: ActivityVisibility | null | undefined;
  /** The workspace (tenant) that it belongs to. At most 256 characters. */
  workspaceId: string;
};

/** How serious an entry is. */
export type ActivitySeverity =
  /** Something failed. */
  | 'ERROR'
  /** All is well. */
  | 'INFO'
  /** Worth a look. */
  | 'WARNING';

/** How long each bucket of a histogram is. */
export type ActivityStatsInterval =
  /** Days, as the clocks of the time zone show them. */
  | 'DAY'
  /** Hours. */
  | 'HOUR'
  /** Minutes. */
  | 'MINUTE'
  /** Months. */
  | 'MONTH'
  /** Weeks, from Monday on. */
  | 'WEEK';

/** Who can see an entry. */
export type ActivityVisibility =
  /** The clients of the entry's brand see it too. */
  | 'CLIENT'
  /** Admins and operators see it. */
  | 'INTERNAL'
  /** Only operators see it: for debugging and monitoring. */
  | 'SYSTEM';

/** On which entries of a workspace a legal hold is: those of which all given conditions hold. */
export type LegalHoldInput = {
  /** Entries by this worker, process or service. */
  actorLabel?: string | null | undefined;
  /** Entries by this user. */
  actorUserId?: string | null | undefined;
  /** Entries of this brand. */
  brandId?: string | null | undefined;
  /** Entries about this entity; with `entityType`. */
  entityId?: string | null | undefined;
  /** Entries about this entity; with `entityId`. */
  entityType?: ActivityEntityType | null | undefined;
  /** Why the entries have to stay. At most 1,000 characters. */
  reason: string;
  /** The workspace; all of it where nothing else is given. */
  workspaceId: string;
};

/** For how long entries are kept that meet all given conditions. */
export type RetentionPolicyInput = {
  /** Days of 24 hours after `createdAt`; null, or left out, to keep them for good. */
  days?: number | null | undefined;
  /** Entries of any of these event keys or domains (`publication.*`). */
  eventKeys?: Array<string> | null | undefined;
  /** Entries of any of these severities. */
  severities?: Array<ActivitySeverity> | null | undefined;
  /** Entries of any of these visibilities. */
  visibilities?: Array<ActivityVisibility> | null | undefined;
  /** The workspace; `*` for every one. */
  workspaceId: string;
};

/** What a token lets its bearer do in a workspace. */
export type ViewerRole =
  | 'ADMIN'
  | 'CLIENT'
  | 'OPERATOR'
  | 'WRITER';

export type ActivityAddedSubscriptionVariables = Exact<{
  workspaceId: string;
  filter?: ActivityFilter | null | undefined;
  after: string;
}>;


export type ActivityAddedSubscription = { activityAdded: { liveCursor: string, activity: { id: string, databaseId: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType, entityId: string, eventKey: string, message: string | null, context: string | null, actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, payload: unknown, visibility: ActivityVisibility, severity: ActivitySeverity, createdAt: string } } };

export type ActivityFieldsFragment = { id: string, databaseId: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType, entityId: string, eventKey: string, message: string | null, context: string | null, actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, payload: unknown, visibility: ActivityVisibility, severity: ActivitySeverity, createdAt: string };

export type CompletionsQueryVariables = Exact<{
  workspaceId: string;
}>;


export type CompletionsQuery = { activityStats: { eventKeys: Array<{ eventKey: string, count: number }>, actors: Array<{ actorType: ActivityActorType, actorLabel: string | null, actorUserId: string | null, count: number }>, severities: Array<{ severity: ActivitySeverity, count: number }>, brands: Array<{ brandId: string, count: number, brand: { name: string | null } }>, entityTypes: Array<{ entityType: ActivityEntityType, count: number }> } };

export type ExportLinkMutationVariables = Exact<{
  workspaceId: string;
  format: ActivityExportFormat;
  filter?: ActivityFilter | null | undefined;
  export?: string | null | undefined;
}>;


export type ExportLinkMutation = { activityExport: { url: string, expiresAt: string } };

export type ExportCountQueryVariables = Exact<{
  workspaceId: string;
  filter?: ActivityFilter | null | undefined;
}>;


export type ExportCountQuery = { timeline: { count: { value: number, exact: boolean } } };

export type LiveCursorQueryVariables = Exact<{
  workspaceId: string;
}>;


export type LiveCursorQuery = { timeline: { liveCursor: string } };

export type LogManyMutationVariables = Exact<{
  input: Array<ActivityLogInput> | ActivityLogInput;
}>;


export type LogManyMutation = { activityLogMany: { results: Array<{ duplicate: boolean, activity: { id: string, databaseId: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType, entityId: string, eventKey: string, message: string | null, context: string | null, actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, payload: unknown, visibility: ActivityVisibility, severity: ActivitySeverity, createdAt: string } | null, error: { code: string, message: string, field: string | null } | null }> } };

export type LogMutationVariables = Exact<{
  input: ActivityLogInput;
}>;


export type LogMutation = { activityLog: { duplicate: boolean, activity: { id: string, databaseId: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType, entityId: string, eventKey: string, message: string | null, context: string | null, actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, payload: unknown, visibility: ActivityVisibility, severity: ActivitySeverity, createdAt: string }, error: { code: string, message: string, field: string | null } | null } };

export type RetentionPolicyFieldsFragment = { id: string, workspaceId: string, visibilities: Array<ActivityVisibility> | null, severities: Array<ActivitySeverity> | null, eventKeys: Array<string> | null, days: number | null };

export type LegalHoldFieldsFragment = { id: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType | null, entityId: string | null, actorUserId: string | null, actorLabel: string | null, reason: string, placedBy: string, placedAt: string, releasedBy: string | null, releasedAt: string | null };

export type RetentionQueryVariables = Exact<{
  workspaceId: string;
  released: boolean;
}>;


export type RetentionQuery = { retention: { policies: Array<{ id: string, workspaceId: string, visibilities: Array<ActivityVisibility> | null, severities: Array<ActivitySeverity> | null, eventKeys: Array<string> | null, days: number | null }>, holds: Array<{ id: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType | null, entityId: string | null, actorUserId: string | null, actorLabel: string | null, reason: string, placedBy: string, placedAt: string, releasedBy: string | null, releasedAt: string | null }> } };

export type RetentionPolicySetMutationVariables = Exact<{
  input: RetentionPolicyInput;
}>;


export type RetentionPolicySetMutation = { retentionPolicySet: { policy: { id: string, workspaceId: string, visibilities: Array<ActivityVisibility> | null, severities: Array<ActivitySeverity> | null, eventKeys: Array<string> | null, days: number | null } } };

export type RetentionPolicyRemoveMutationVariables = Exact<{
  workspaceId: string;
  id: string;
}>;


export type RetentionPolicyRemoveMutation = { retentionPolicyRemove: { policy: { id: string, workspaceId: string, visibilities: Array<ActivityVisibility> | null, severities: Array<ActivitySeverity> | null, eventKeys: Array<string> | null, days: number | null } } };

export type LegalHoldPlaceMutationVariables = Exact<{
  input: LegalHoldInput;
}>;


export type LegalHoldPlaceMutation = { legalHoldPlace: { hold: { id: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType | null, entityId: string | null, actorUserId: string | null, actorLabel: string | null, reason: string, placedBy: string, placedAt: string, releasedBy: string | null, releasedAt: string | null } } };

export type LegalHoldReleaseMutationVariables = Exact<{
  workspaceId: string;
  id: string;
}>;


export type LegalHoldReleaseMutation = { legalHoldRelease: { hold: { id: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType | null, entityId: string | null, actorUserId: string | null, actorLabel: string | null, reason: string, placedBy: string, placedAt: string, releasedBy: string | null, releasedAt: string | null } } };

export type TimelineEndsQueryVariables = Exact<{
  workspaceId: string;
  filter?: ActivityFilter | null | undefined;
}>;


export type TimelineEndsQuery = { oldest: { edges: Array<{ node: { createdAt: string } }> }, newest: { edges: Array<{ node: { createdAt: string } }> } };

export type StatisticsQueryVariables = Exact<{
  workspaceId: string;
  filter?: ActivityFilter | null | undefined;
  interval: ActivityStatsInterval;
  timeZone: string;
}>;


export type StatisticsQuery = { activityStats: { total: number, counted: number, exact: boolean, histogram: Array<{ start: string, end: string, severities: Array<{ severity: ActivitySeverity, count: number }> }>, eventKeys: Array<{ eventKey: string, count: number }>, actors: Array<{ actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, count: number }>, severities: Array<{ severity: ActivitySeverity, count: number }>, brands: Array<{ brandId: string, count: number }>, entityTypes: Array<{ entityType: ActivityEntityType, count: number }> } };

export type FacetsQueryVariables = Exact<{
  workspaceId: string;
  filter?: ActivityFilter | null | undefined;
  interval: ActivityStatsInterval;
}>;


export type FacetsQuery = { activityStats: { exact: boolean, eventKeys: Array<{ eventKey: string, count: number }>, actors: Array<{ actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, count: number }>, severities: Array<{ severity: ActivitySeverity, count: number }>, brands: Array<{ brandId: string, count: number }>, entityTypes: Array<{ entityType: ActivityEntityType, count: number }> } };

export type FacetFieldsFragment = { exact: boolean, eventKeys: Array<{ eventKey: string, count: number }>, actors: Array<{ actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, count: number }>, severities: Array<{ severity: ActivitySeverity, count: number }>, brands: Array<{ brandId: string, count: number }>, entityTypes: Array<{ entityType: ActivityEntityType, count: number }> };

export type TimelineQueryVariables = Exact<{
  workspaceId: string;
  filter?: ActivityFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type TimelineQuery = { timeline: { liveCursor: string, edges: Array<{ node: { id: string, databaseId: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType, entityId: string, eventKey: string, message: string | null, context: string | null, actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, payload: unknown, visibility: ActivityVisibility, severity: ActivitySeverity, createdAt: string } }>, pageInfo: { startCursor: string | null, endCursor: string | null, hasPreviousPage: boolean, hasNextPage: boolean } } };

export type SignedInViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type SignedInViewerQuery = { viewer: { subject: string, expiresAt: string, workspaces: Array<{ workspaceId: string, role: ViewerRole, brandIds: Array<string> | null }> } };

export type WorkspaceNamesQueryVariables = Exact<{
  workspaceId: string;
}>;


export type WorkspaceNamesQuery = { workspace: { name: string | null, brands: Array<{ databaseId: string, name: string | null }> } | null };

export type EntryQueryVariables = Exact<{
  id: string | number;
}>;


export type EntryQuery = { node:
    | { id: string, databaseId: string, workspaceId: string, brandId: string | null, entityType: ActivityEntityType, entityId: string, eventKey: string, message: string | null, context: string | null, actorType: ActivityActorType, actorUserId: string | null, actorLabel: string | null, payload: unknown, visibility: ActivityVisibility, severity: ActivitySeverity, createdAt: string }
    | Record<PropertyKey, never>
   | null };

export type WorkspacesQueryVariables = Exact<{
  search?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type WorkspacesQuery = { workspaces: { edges: Array<{ node: { databaseId: string, name: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ActivityFieldsFragmentDoc = new TypedDocumentString(`
    fragment ActivityFields on ActivityLog {
  id
  databaseId
  workspaceId
  brandId
  entityType
  entityId
  eventKey
  message
  context
  actorType
  actorUserId
  actorLabel
  payload
  visibility
  severity
  createdAt
}
    `, {"fragmentName":"ActivityFields"}) as unknown as TypedDocumentString<ActivityFieldsFragment, unknown>;
export const RetentionPolicyFieldsFragmentDoc = new TypedDocumentString(`
    fragment RetentionPolicyFields on RetentionPolicy {
  id
  workspaceId
  visibilities
  severities
  eventKeys
  days
}
    `, {"fragmentName":"RetentionPolicyFields"}) as unknown as TypedDocumentString<RetentionPolicyFieldsFragment, unknown>;
export const LegalHoldFieldsFragmentDoc = new TypedDocumentString(`
    fragment LegalHoldFields on LegalHold {
  id
  workspaceId
  brandId
  entityType
  entityId
  actorUserId
  actorLabel
  reason
  placedBy
  placedAt
  releasedBy
  releasedAt
}
    `, {"fragmentName":"LegalHoldFields"}) as unknown as TypedDocumentString<LegalHoldFieldsFragment, unknown>;
export const FacetFieldsFragmentDoc = new TypedDocumentString(`
    fragment FacetFields on ActivityStats {
  exact
  eventKeys {
    eventKey
    count
  }
  actors {
    actorType
    actorUserId
    actorLabel
    count
  }
  severities {
    severity
    count
  }
  brands {
    brandId
    count
  }
  entityTypes {
    entityType
    count
  }
}
    `, {"fragmentName":"FacetFields"}) as unknown as TypedDocumentString<FacetFieldsFragment, unknown>;
export const ActivityAddedDocument = new TypedDocumentString(`
    subscription ActivityAdded($workspaceId: String!, $filter: ActivityFilter, $after: String!) {
  activityAdded(workspaceId: $workspaceId, filter: $filter, after: $after) {
    activity {
      ...ActivityFields
    }
    liveCursor
  }
}
    fragment ActivityFields on ActivityLog {
  id
  databaseId
  workspaceId
  brandId
  entityType
  entityId
  eventKey
  message
  context
  actorType
  actorUserId
  actorLabel
  payload
  visibility
  severity
  createdAt
}`) as unknown as TypedDocumentString<ActivityAddedSubscription, ActivityAddedSubscriptionVariables>;
export const CompletionsDocument = new TypedDocumentString(`
    query Completions($workspaceId: String!) {
  activityStats(workspaceId: $workspaceId, interval: MONTH) {
    eventKeys {
      eventKey
      count
    }
    actors {
      actorType
      actorLabel
      actorUserId
      count
    }
    severities {
      severity
      count
    }
    brands {
      brandId
      brand {
        name
      }
      count
    }
    entityTypes {
      entityType
      count
    }
  }
}
    `) as unknown as TypedDocumentString<CompletionsQuery, CompletionsQueryVariables>;
export const ExportLinkDocument = new TypedDocumentString(`
    mutation ExportLink($workspaceId: String!, $format: ActivityExportFormat!, $filter: ActivityFilter, $export: String) {
  activityExport(
    workspaceId: $workspaceId
    format: $format
    filter: $filter
    export: $export
  ) {
    url
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<ExportLinkMutation, ExportLinkMutationVariables>;
export const ExportCountDocument = new TypedDocumentString(`
    query ExportCount($workspaceId: String!, $filter: ActivityFilter) {
  timeline(workspaceId: $workspaceId, filter: $filter, first: 0) {
    count(limit: 10000) {
      value
      exact
    }
  }
}
    `) as unknown as TypedDocumentString<ExportCountQuery, ExportCountQueryVariables>;
export const LiveCursorDocument = new TypedDocumentString(`
    query LiveCursor($workspaceId: String!) {
  timeline(workspaceId: $workspaceId, first: 0) {
    liveCursor
  }
}
    `) as unknown as TypedDocumentString<LiveCursorQuery, LiveCursorQueryVariables>;
export const LogManyDocument = new TypedDocumentString(`
    mutation LogMany($input: [ActivityLogInput!]!) {
  activityLogMany(input: $input) {
    results {
      activity {
        ...ActivityFields
      }
      duplicate
      error {
        code
        message
        field
      }
    }
  }
}
    fragment ActivityFields on ActivityLog {
  id
  databaseId
  workspaceId
  brandId
  entityType
  entityId
  eventKey
  message
  context
  actorType
  actorUserId
  actorLabel
  payload
  visibility
  severity
  createdAt
}`) as unknown as TypedDocumentString<LogManyMutation, LogManyMutationVariables>;
export const LogDocument = new TypedDocumentString(`
    mutation Log($input: ActivityLogInput!) {
  activityLog(input: $input) {
    activity {
      ...ActivityFields
    }
    duplicate
    error {
      code
      message
      field
    }
  }
}
    fragment ActivityFields on ActivityLog {
  id
  databaseId
  workspaceId
  brandId
  entityType
  entityId
  eventKey
  message
  context
  actorType
  actorUserId
  actorLabel
  payload
  visibility
  severity
  createdAt
}`) as unknown as TypedDocumentString<LogMutation, LogMutationVariables>;
export const RetentionDocument = new TypedDocumentString(`
    query Retention($workspaceId: String!, $released: Boolean!) {
  retention(workspaceId: $workspaceId) {
    policies {
      ...RetentionPolicyFields
    }
    holds(released: $released) {
      ...LegalHoldFields
    }
  }
}
    fragment RetentionPolicyFields on RetentionPolicy {
  id
  workspaceId
  visibilities
  severities
  eventKeys
  days
}
fragment LegalHoldFields on LegalHold {
  id
  workspaceId
  brandId
  entityType
  entityId
  actorUserId
  actorLabel
  reason
  placedBy
  placedAt
  releasedBy
  releasedAt
}`) as unknown as TypedDocumentString<RetentionQuery, RetentionQueryVariables>;
export const RetentionPolicySetDocument = new TypedDocumentString(`
    mutation RetentionPolicySet($input: RetentionPolicyInput!) {
  retentionPolicySet(input: $input) {
    policy {
      ...RetentionPolicyFields
    }
  }
}
    fragment RetentionPolicyFields on RetentionPolicy {
  id
  workspaceId
  visibilities
  severities
  eventKeys
  days
}`) as unknown as TypedDocumentString<RetentionPolicySetMutation, RetentionPolicySetMutationVariables>;
export const RetentionPolicyRemoveDocument = new TypedDocumentString(`
    mutation RetentionPolicyRemove($workspaceId: String!, $id: String!) {
  retentionPolicyRemove(workspaceId: $workspaceId, id: $id) {
    policy {
      ...RetentionPolicyFields
    }
  }
}
    fragment RetentionPolicyFields on RetentionPolicy {
  id
  workspaceId
  visibilities
  severities
  eventKeys
  days
}`) as unknown as TypedDocumentString<RetentionPolicyRemoveMutation, RetentionPolicyRemoveMutationVariables>;
export const LegalHoldPlaceDocument = new TypedDocumentString(`
    mutation LegalHoldPlace($input: LegalHoldInput!) {
  legalHoldPlace(input: $input) {
    hold {
      ...LegalHoldFields
    }
  }
}
    fragment LegalHoldFields on LegalHold {
  id
  workspaceId
  brandId
  entityType
  entityId
  actorUserId
  actorLabel
  reason
  placedBy
  placedAt
  releasedBy
  releasedAt
}`) as unknown as TypedDocumentString<LegalHoldPlaceMutation, LegalHoldPlaceMutationVariables>;
export const LegalHoldReleaseDocument = new TypedDocumentString(`
    mutation LegalHoldRelease($workspaceId: String!, $id: String!) {
  legalHoldRelease(workspaceId: $workspaceId, id: $id) {
    hold {
      ...LegalHoldFields
    }
  }
}
    fragment LegalHoldFields on LegalHold {
  id
  workspaceId
  brandId
  entityType
  entityId
  actorUserId
  actorLabel
  reason
  placedBy
  placedAt
  releasedBy
  releasedAt
}`) as unknown as TypedDocumentString<LegalHoldReleaseMutation, LegalHoldReleaseMutationVariables>;
export const TimelineEndsDocument = new TypedDocumentString(`
    query TimelineEnds($workspaceId: String!, $filter: ActivityFilter) {
  oldest: timeline(workspaceId: $workspaceId, filter: $filter, last: 1) {
    edges {
      node {
        createdAt
      }
    }
  }
  newest: timeline(workspaceId: $workspaceId, filter: $filter, first: 1) {
    edges {
      node {
        createdAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TimelineEndsQuery, TimelineEndsQueryVariables>;
export const StatisticsDocument = new TypedDocumentString(`
    query Statistics($workspaceId: String!, $filter: ActivityFilter, $interval: ActivityStatsInterval!, $timeZone: String!) {
  activityStats(
    workspaceId: $workspaceId
    filter: $filter
    interval: $interval
    timeZone: $timeZone
  ) {
    total
    counted
    histogram {
      start
      end
      severities {
        severity
        count
      }
    }
    ...FacetFields
  }
}
    fragment FacetFields on ActivityStats {
  exact
  eventKeys {
    eventKey
    count
  }
  actors {
    actorType
    actorUserId
    actorLabel
    count
  }
  severities {
    severity
    count
  }
  brands {
    brandId
    count
  }
  entityTypes {
    entityType
    count
  }
}`) as unknown as TypedDocumentString<StatisticsQuery, StatisticsQueryVariables>;
export const FacetsDocument = new TypedDocumentString(`
    query Facets($workspaceId: String!, $filter: ActivityFilter, $interval: ActivityStatsInterval!) {
  activityStats(workspaceId: $workspaceId, filter: $filter, interval: $interval) {
    ...FacetFields
  }
}
    fragment FacetFields on ActivityStats {
  exact
  eventKeys {
    eventKey
    count
  }
  actors {
    actorType
    actorUserId
    actorLabel
    count
  }
  severities {
    severity
    count
  }
  brands {
    brandId
    count
  }
  entityTypes {
    entityType
    count
  }
}`) as unknown as TypedDocumentString<FacetsQuery, FacetsQueryVariables>;
export const TimelineDocument = new TypedDocumentString(`
    query Timeline($workspaceId: String!, $filter: ActivityFilter, $first: Int, $after: String, $last: Int, $before: String) {
  timeline(
    workspaceId: $workspaceId
    filter: $filter
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    edges {
      node {
        ...ActivityFields
      }
    }
    pageInfo {
      startCursor
      endCursor
      hasPreviousPage
      hasNextPage
    }
    liveCursor
  }
}
    fragment ActivityFields on ActivityLog {
  id
  databaseId
  workspaceId
  brandId
  entityType
  entityId
  eventKey
  message
  context
  actorType
  actorUserId
  actorLabel
  payload
  visibility
  severity
  createdAt
}`) as unknown as TypedDocumentString<TimelineQuery, TimelineQueryVariables>;
export const SignedInViewerDocument = new TypedDocumentString(`
    query SignedInViewer {
  viewer {
    subject
    expiresAt
    workspaces {
      workspaceId
      role
      brandIds
    }
  }
}
    `) as unknown as TypedDocumentString<SignedInViewerQuery, SignedInViewerQueryVariables>;
export const WorkspaceNamesDocument = new TypedDocumentString(`
    query WorkspaceNames($workspaceId: String!) {
  workspace(id: $workspaceId) {
    name
    brands(first: 500) {
      databaseId
      name
    }
  }
}
    `) as unknown as TypedDocumentString<WorkspaceNamesQuery, WorkspaceNamesQueryVariables>;
export const EntryDocument = new TypedDocumentString(`
    query Entry($id: ID!) {
  node(id: $id) {
    ... on ActivityLog {
      ...ActivityFields
    }
  }
}
    fragment ActivityFields on ActivityLog {
  id
  databaseId
  workspaceId
  brandId
  entityType
  entityId
  eventKey
  message
  context
  actorType
  actorUserId
  actorLabel
  payload
  visibility
  severity
  createdAt
}`) as unknown as TypedDocumentString<EntryQuery, EntryQueryVariables>;
export const WorkspacesDocument = new TypedDocumentString(`
    query Workspaces($search: String, $first: Int!, $after: String) {
  workspaces(search: $search, first: $first, after: $after) {
    edges {
      node {
        databaseId
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<WorkspacesQuery, WorkspacesQueryVariables>;