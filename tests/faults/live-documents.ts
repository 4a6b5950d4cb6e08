import type { AskedFor } from '../support/asked-for.ts';

/** An entry as the subscribers of the torture ask for it. */
export interface ReceivedActivity {
  databaseId: string;
  brandId: string | null;
  visibility: string;
  eventKey: string;
  context: string | null;
  actorUserId: string | null;
}

export interface LiveDocument {
  query: string;
  read(data: AskedFor): { liveCursor: string; activity: ReceivedActivity };
}

const read: LiveDocument['read'] = ({ activityAdded }) => activityAdded;

/** Three times the same document, written differently: those who ask for it can share one execution. */
export const sameDocuments: readonly LiveDocument[] = [
  {
    read,
    query: `
      subscription ($filter: ActivityFilter, $after: String) {
        activityAdded(workspaceId: "torture", filter: $filter, after: $after) {
          liveCursor
          activity { databaseId brandId visibility eventKey context actorUserId }
        }
      }`,
  },
  {
    read,
    query:
      'subscription($filter:ActivityFilter,$after:String){activityAdded(after:$after filter:$filter workspaceId:"torture"){liveCursor activity{databaseId brandId visibility eventKey context actorUserId}}}',
  },
  {
    read,
    query: `# Follows the workspace "torture".
      subscription ($filter: ActivityFilter, $after: String) {
        activityAdded(
          filter: $filter, # all by default
          workspaceId: "torture",
          after: $after,
        ) {
          liveCursor, activity { databaseId, brandId, visibility, eventKey, context, actorUserId }
        }
      }`,
  },
];

/** The same fields by other names: the same entries, but not the same bytes. */
export const aliasedDocument: LiveDocument = {
  query: `
    subscription ($filter: ActivityFilter, $after: String) {
      added: activityAdded(workspaceId: "torture", filter: $filter, after: $after) {
        cursor: liveCursor
        entry: activity { id: databaseId brandId visibility key: eventKey where: context who: actorUserId }
      }
    }`,
  read: ({ added: { cursor, entry } }) => {
    const { id, brandId, visibility, key, where, who } = entry;
    return {
      liveCursor: cursor,
      activity: { databaseId: id, brandId, visibility, eventKey: key, context: where, actorUserId: who },
    };
  },
};
