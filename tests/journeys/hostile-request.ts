/** The shape of a hostile request, and what makes one. */

/** One request as it goes out, the token apart. */
export interface HostileRequest {
  /** Where it goes; `/graphql` by default. */
  path?: string;
  /** Behind the path. */
  search?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** Who sends it: an operator of everything by default; a client of one brand of w1; nobody. */
  as?: 'operator' | 'client' | 'nobody';
}

/**
 * What has to come back: data and no error, or the code and field of the first error, behind an HTTP status that is not
 * 200. A status alone: Node itself refuses it, before there is a request.
 */
export type Expected = 'answered' | 'BAD_USER_INPUT' | `${string} ${string}` | `${number}`;

export type Hostile = [name: string, request: HostileRequest, expected: Expected];

export const many = <T>(count: number, make: (number: number) => T): T[] =>
  Array.from({ length: count }, (_, number) => make(number));
/** So many texts, a blank between them. */
export const texts = (count: number, make: (number: number) => string): string => many(count, make).join(' ');

const json = { 'content-type': 'application/json' };

/** A body of JSON, as it stands. */
export const posted = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): HostileRequest => ({
  body,
  headers: { ...json, ...headers },
});

/** An operation by POST. */
export const asked = (query: string, variables: object = {}, operationName?: string): HostileRequest =>
  posted(JSON.stringify({ query, variables, operationName }));

/** The same, from somebody else. */
export const from = (as: 'operator' | 'client' | 'nobody', request: HostileRequest): HostileRequest => ({
  ...request,
  as,
});

/** An operation whose one variable is JSON written by hand: JSON.stringify would say it otherwise, or run out of stack. */
export const askedWith = (query: string, name: string, value: string): HostileRequest =>
  posted(`{"query":${JSON.stringify(query)},"variables":{"${name}":${value}}}`);

/** A subscription as server-sent events. */
export const subscribed = (query: string, variables: object = {}): HostileRequest =>
  posted(JSON.stringify({ query, variables }), { accept: 'text/event-stream' });

export const form = (fields: Record<string, string>): HostileRequest => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return { body };
};

/** JSON of so many levels. */
export const nestedLists = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
export const nestedObjects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

export const globalId = (type: string, id: string): string => Buffer.from(`${type}:${id}`).toString('base64');

export const page = `query ($filter: ActivityFilter, $first: Int, $last: Int, $after: String, $before: String) {
  timeline(workspaceId: "w1", filter: $filter, first: $first, last: $last, after: $after, before: $before) {
    liveCursor pageInfo { hasNextPage hasPreviousPage } count { value } edges { cursor node { id } } } }`;
export const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
export const logOne = 'mutation ($input: ActivityLogInput!) { activityLog(input: $input) { activity { payload } } }';
export const logMany =
  'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate } } }';
export const added =
  'subscription ($filter: ActivityFilter, $after: String) { activityAdded(workspaceId: "w1", filter: $filter, after: $after) { liveCursor } }';

export const entry = {
  workspaceId: 'w1',
  brandId: 'b1',
  entityType: 'BRAND',
  entityId: 'e1',
  eventKey: 'brand.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
};
