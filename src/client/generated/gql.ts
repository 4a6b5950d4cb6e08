/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "subscription ActivityAdded($workspaceId: String!, $filter: ActivityFilter, $after: String!) {\n  activityAdded(workspaceId: $workspaceId, filter: $filter, after: $after) {\n    activity {\n      ...ActivityFields\n    }\n    liveCursor\n  }\n}": typeof types.ActivityAddedDocument,
    "fragment ActivityFields on ActivityLog {\n  id\n  databaseId\n  workspaceId\n  brandId\n  entityType\n  entityId\n  eventKey\n  message\n  context\n  actorType\n  actorUserId\n  actorLabel\n  payload\n  visibility\n  severity\n  createdAt\n}": typeof types.ActivityFieldsFragmentDoc,
    "query LiveCursor($workspaceId: String!) {\n  timeline(workspaceId: $workspaceId, first: 0) {\n    liveCursor\n  }\n}": typeof types.LiveCursorDocument,
    "mutation LogMany($input: [ActivityLogInput!]!) {\n  activityLogMany(input: $input) {\n    results {\n      activity {\n        ...ActivityFields\n      }\n      duplicate\n      error {\n        code\n        message\n        field\n      }\n    }\n  }\n}": typeof types.LogManyDocument,
    "mutation Log($input: ActivityLogInput!) {\n  activityLog(input: $input) {\n    activity {\n      ...ActivityFields\n    }\n    duplicate\n    error {\n      code\n      message\n      field\n    }\n  }\n}": typeof types.LogDocument,
    "fragment RetentionPolicyFields on RetentionPolicy {\n  id\n  workspaceId\n  visibilities\n  severities\n  eventKeys\n  days\n}\n\nfragment LegalHoldFields on LegalHold {\n  id\n  workspaceId\n  brandId\n  entityType\n  entityId\n  actorUserId\n  actorLabel\n  reason\n  placedBy\n  placedAt\n  releasedBy\n  releasedAt\n}\n\nquery Retention($workspaceId: String!, $released: Boolean!) {\n  retention(workspaceId: $workspaceId) {\n    policies {\n      ...RetentionPolicyFields\n    }\n    holds(released: $released) {\n      ...LegalHoldFields\n    }\n  }\n}\n\nmutation RetentionPolicySet($input: RetentionPolicyInput!) {\n  retentionPolicySet(input: $input) {\n    policy {\n      ...RetentionPolicyFields\n    }\n  }\n}\n\nmutation RetentionPolicyRemove($workspaceId: String!, $id: String!) {\n  retentionPolicyRemove(workspaceId: $workspaceId, id: $id) {\n    policy {\n      ...RetentionPolicyFields\n    }\n  }\n}\n\nmutation LegalHoldPlace($input: LegalHoldInput!) {\n  legalHoldPlace(input: $input) {\n    hold {\n      ...LegalHoldFields\n    }\n  }\n}\n\nmutation LegalHoldRelease($workspaceId: String!, $id: String!) {\n  legalHoldRelease(workspaceId: $workspaceId, id: $id) {\n    hold {\n      ...LegalHoldFields\n    }\n  }\n}": typeof types.RetentionPolicyFieldsFragmentDoc,
    "query Timeline($workspaceId: String!, $filter: ActivityFilter, $first: Int, $after: String, $last: Int, $before: String) {\n  timeline(\n    workspaceId: $workspaceId\n    filter: $filter\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n  ) {\n    edges {\n      node {\n        ...ActivityFields\n      }\n    }\n    pageInfo {\n      startCursor\n      endCursor\n      hasPreviousPage\n      hasNextPage\n    }\n    liveCursor\n  }\n}": typeof types.TimelineDocument,
    "query SignedInViewer {\n  viewer {\n    subject\n    expiresAt\n    workspaces {\n      workspaceId\n      role\n      brandIds\n    }\n  }\n}\n\nquery WorkspaceNames($workspaceId: String!) {\n  workspace(id: $workspaceId) {\n    name\n    brands(first: 500) {\n      databaseId\n      name\n    }\n  }\n}\n\nquery Entry($id: ID!) {\n  node(id: $id) {\n    ... on ActivityLog {\n      ...ActivityFields\n    }\n  }\n}\n\nquery Workspaces($search: String, $first: Int!, $after: String) {\n  workspaces(search: $search, first: $first, after: $after) {\n    edges {\n      node {\n        databaseId\n        name\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.SignedInViewerDocument,
};
const documents: Documents = {
    "subscription ActivityAdded($workspaceId: String!, $filter: ActivityFilter, $after: String!) {\n  activityAdded(workspaceId: $workspaceId, filter: $filter, after: $after) {\n    activity {\n      ...ActivityFields\n    }\n    liveCursor\n  }\n}": types.ActivityAddedDocument,
    "fragment ActivityFields on ActivityLog {\n  id\n  databaseId\n  workspaceId\n  brandId\n  entityType\n  entityId\n  eventKey\n  message\n  context\n  actorType\n  actorUserId\n  actorLabel\n  payload\n  visibility\n  severity\n  createdAt\n}": types.ActivityFieldsFragmentDoc,
    "query LiveCursor($workspaceId: String!) {\n  timeline(workspaceId: $workspaceId, first: 0) {\n    liveCursor\n  }\n}": types.LiveCursorDocument,
    "mutation LogMany($input: [ActivityLogInput!]!) {\n  activityLogMany(input: $input) {\n    results {\n      activity {\n        ...ActivityFields\n      }\n      duplicate\n      error {\n        code\n        message\n        field\n      }\n    }\n  }\n}": types.LogManyDocument,
    "mutation Log($input: ActivityLogInput!) {\n  activityLog(input: $input) {\n    activity {\n      ...ActivityFields\n    }\n    duplicate\n    error {\n      code\n      message\n      field\n    }\n  }\n}": types.LogDocument,
    "fragment RetentionPolicyFields on RetentionPolicy {\n  id\n  workspaceId\n  visibilities\n  severities\n  eventKeys\n  days\n}\n\nfragment LegalHoldFields on LegalHold {\n  id\n  workspaceId\n  brandId\n  entityType\n  entityId\n  actorUserId\n  actorLabel\n  reason\n  placedBy\n  placedAt\n  releasedBy\n  releasedAt\n}\n\nquery Retention($workspaceId: String!, $released: Boolean!) {\n  retention(workspaceId: $workspaceId) {\n    policies {\n      ...RetentionPolicyFields\n    }\n    holds(released: $released) {\n      ...LegalHoldFields\n    }\n  }\n}\n\nmutation RetentionPolicySet($input: RetentionPolicyInput!) {\n  retentionPolicySet(input: $input) {\n    policy {\n      ...RetentionPolicyFields\n    }\n  }\n}\n\nmutation RetentionPolicyRemove($workspaceId: String!, $id: String!) {\n  retentionPolicyRemove(workspaceId: $workspaceId, id: $id) {\n    policy {\n      ...RetentionPolicyFields\n    }\n  }\n}\n\nmutation LegalHoldPlace($input: LegalHoldInput!) {\n  legalHoldPlace(input: $input) {\n    hold {\n      ...LegalHoldFields\n    }\n  }\n}\n\nmutation LegalHoldRelease($workspaceId: String!, $id: String!) {\n  legalHoldRelease(workspaceId: $workspaceId, id: $id) {\n    hold {\n      ...LegalHoldFields\n    }\n  }\n}": types.RetentionPolicyFieldsFragmentDoc,
    "query Timeline($workspaceId: String!, $filter: ActivityFilter, $first: Int, $after: String, $last: Int, $before: String) {\n  timeline(\n    workspaceId: $workspaceId\n    filter: $filter\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n  ) {\n    edges {\n      node {\n        ...ActivityFields\n      }\n    }\n    pageInfo {\n      startCursor\n      endCursor\n      hasPreviousPage\n      hasNextPage\n    }\n    liveCursor\n  }\n}": types.TimelineDocument,
    "query SignedInViewer {\n  viewer {\n    subject\n    expiresAt\n    workspaces {\n      workspaceId\n      role\n      brandIds\n    }\n  }\n}\n\nquery WorkspaceNames($workspaceId: String!) {\n  workspace(id: $workspaceId) {\n    name\n    brands(first: 500) {\n      databaseId\n      name\n    }\n  }\n}\n\nquery Entry($id: ID!) {\n  node(id: $id) {\n    ... on ActivityLog {\n      ...ActivityFields\n    }\n  }\n}\n\nquery Workspaces($search: String, $first: Int!, $after: String) {\n  workspaces(search: $search, first: $first, after: $after) {\n    edges {\n      node {\n        databaseId\n        name\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.SignedInViewerDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription ActivityAdded($workspaceId: String!, $filter: ActivityFilter, $after: String!) {\n  activityAdded(workspaceId: $workspaceId, filter: $filter, after: $after) {\n    activity {\n      ...ActivityFields\n    }\n    liveCursor\n  }\n}"): typeof import('./graphql.ts').ActivityAddedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment ActivityFields on ActivityLog {\n  id\n  databaseId\n  workspaceId\n  brandId\n  entityType\n  entityId\n  eventKey\n  message\n  context\n  actorType\n  actorUserId\n  actorLabel\n  payload\n  visibility\n  severity\n  createdAt\n}"): typeof import('./graphql.ts').ActivityFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query LiveCursor($workspaceId: String!) {\n  timeline(workspaceId: $workspaceId, first: 0) {\n    liveCursor\n  }\n}"): typeof import('./graphql.ts').LiveCursorDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation LogMany($input: [ActivityLogInput!]!) {\n  activityLogMany(input: $input) {\n    results {\n      activity {\n        ...ActivityFields\n      }\n      duplicate\n      error {\n        code\n        message\n        field\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').LogManyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Log($input: ActivityLogInput!) {\n  activityLog(input: $input) {\n    activity {\n      ...ActivityFields\n    }\n    duplicate\n    error {\n      code\n      message\n      field\n    }\n  }\n}"): typeof import('./graphql.ts').LogDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment RetentionPolicyFields on RetentionPolicy {\n  id\n  workspaceId\n  visibilities\n  severities\n  eventKeys\n  days\n}\n\nfragment LegalHoldFields on LegalHold {\n  id\n  workspaceId\n  brandId\n  entityType\n  entityId\n  actorUserId\n  actorLabel\n  reason\n  placedBy\n  placedAt\n  releasedBy\n  releasedAt\n}\n\nquery Retention($workspaceId: String!, $released: Boolean!) {\n  retention(workspaceId: $workspaceId) {\n    policies {\n      ...RetentionPolicyFields\n    }\n    holds(released: $released) {\n      ...LegalHoldFields\n    }\n  }\n}\n\nmutation RetentionPolicySet($input: RetentionPolicyInput!) {\n  retentionPolicySet(input: $input) {\n    policy {\n      ...RetentionPolicyFields\n    }\n  }\n}\n\nmutation RetentionPolicyRemove($workspaceId: String!, $id: String!) {\n  retentionPolicyRemove(workspaceId: $workspaceId, id: $id) {\n    policy {\n      ...RetentionPolicyFields\n    }\n  }\n}\n\nmutation LegalHoldPlace($input: LegalHoldInput!) {\n  legalHoldPlace(input: $input) {\n    hold {\n      ...LegalHoldFields\n    }\n  }\n}\n\nmutation LegalHoldRelease($workspaceId: String!, $id: String!) {\n  legalHoldRelease(workspaceId: $workspaceId, id: $id) {\n    hold {\n      ...LegalHoldFields\n    }\n  }\n}"): typeof import('./graphql.ts').RetentionPolicyFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Timeline($workspaceId: String!, $filter: ActivityFilter, $first: Int, $after: String, $last: Int, $before: String) {\n  timeline(\n    workspaceId: $workspaceId\n    filter: $filter\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n  ) {\n    edges {\n      node {\n        ...ActivityFields\n      }\n    }\n    pageInfo {\n      startCursor\n      endCursor\n      hasPreviousPage\n      hasNextPage\n    }\n    liveCursor\n  }\n}"): typeof import('./graphql.ts').TimelineDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query SignedInViewer {\n  viewer {\n    subject\n    expiresAt\n    workspaces {\n      workspaceId\n      role\n      brandIds\n    }\n  }\n}\n\nquery WorkspaceNames($workspaceId: String!) {\n  workspace(id: $workspaceId) {\n    name\n    brands(first: 500) {\n      databaseId\n      name\n    }\n  }\n}\n\nquery Entry($id: ID!) {\n  node(id: $id) {\n    ... on ActivityLog {\n      ...ActivityFields\n    }\n  }\n}\n\nquery Workspaces($search: String, $first: Int!, $after: String) {\n  workspaces(search: $search, first: $first, after: $after) {\n    edges {\n      node {\n        databaseId\n        name\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): typeof import('./graphql.ts').SignedInViewerDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
