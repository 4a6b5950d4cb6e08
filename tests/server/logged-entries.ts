import type { TestServer } from '../support/server.ts';

/** What a test follows: one entry's fields, few so that lines stay short. */
export const feedOf = (fields = 'activity { entityId }'): string =>
  `subscription ($w: String!, $after: String) { activityAdded(workspaceId: $w, after: $after) { ${fields} } }`;

/** Logs one entry for each entity id, in one call: one transaction. */
export async function logEntries(
  server: Pick<TestServer, 'graphql'>,
  workspaceId: string,
  entityIds: readonly string[],
  fields: object = {},
): Promise<void> {
  const input = entityIds.map((entityId) => ({
    workspaceId,
    entityType: 'CONTENT',
    entityId,
    eventKey: 'content.created',
    actorType: 'SYSTEM',
    actorLabel: 'Scheduler',
    ...fields,
  }));
  const { data, errors } = await server.graphql(
    'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { error { message } } } }',
    { input },
  );
  const results: { error: unknown }[] = data?.['activityLogMany'].results ?? [];
  if (errors !== undefined || results.some(({ error }) => error !== null))
    throw new Error(JSON.stringify(errors ?? results));
}

/** The cursor of now. */
export async function liveCursor(server: Pick<TestServer, 'graphql'>, workspaceId: string): Promise<string> {
  const query = 'query ($w: String!) { timeline(workspaceId: $w, first: 0) { liveCursor } }';
  const { data } = await server.graphql(query, { w: workspaceId });
  return data?.['timeline'].liveCursor as string;
}

/** The entity ids of results as they came. */
export const entityIdsOf = (results: readonly string[]): string[] =>
  results.map((text) => JSON.parse(text).data.activityAdded.activity.entityId as string);

export const idsFrom = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `e${from + at}`);
