// The page as a GraphQL client asks for it: the same text for all servers that have the service's own schema.

const fields = `id databaseId workspaceId brandId entityType entityId eventKey message context actorType actorUserId
  actorLabel payload visibility severity createdAt`;

export const pageQuery = `query Page($workspaceId: String!, $first: Int, $after: String) {
  timeline(workspaceId: $workspaceId, first: $first, after: $after) {
    edges { cursor node { ${fields} } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/**
 * The same page of PostGraphile's own schema. Its cursors and global ids are longer than ours; some names are shorter for
 * that, so that the answers have about the same size.
 */
export const postgraphilePageQuery = `query Page($workspaceId: String!, $first: Int, $after: Cursor) {
  timeline: allActivityLogs(
    condition: { workspaceId: $workspaceId }, orderBy: [CREATED_AT_DESC, ROW_ID_DESC], first: $first, after: $after
  ) {
    edges { cursor node {
      id rowId workspaceId brandId entityType entityId eventKey message context type: actorType user: actorUserId
      label: actorLabel payload visibility severity createdAt
    } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** A node of PostGraphile's as ours is, but for the global id. */
export function ofPostgraphile({ id: _, rowId, type, user, label, createdAt, ...rest }) {
  return {
    ...rest,
    databaseId: rowId,
    actorType: type,
    actorUserId: user,
    actorLabel: label,
    createdAt: new Date(`${createdAt}Z`).toISOString(),
  };
}

/** A page by a filter, as a list of what happened shows it. */
export const filteredPageQuery = `query ($w: String!, $filter: ActivityFilter) {
  timeline(workspaceId: $w, filter: $filter, first: 50) {
    edges { cursor node { id databaseId eventKey message createdAt payload } } pageInfo { hasNextPage } } }`;

/** How many entries its answer has, and whether there are more. */
export const entriesFound = ({ timeline }) => `${timeline.edges.length}${timeline.pageInfo.hasNextPage ? '+' : ''}`;
