// The entries that are sent: each carries its number, so that whoever receives them sees what is missing or doubled.

/** As long as the largest number that any section comes to, so that all messages are equally long. */
export const digits = 7;
export const shownNumber = (number) => String(number).padStart(digits, '0');

/** What stands before the number in the JSON text of a message. */
export const numberMark = '"message":"Entry ';

/** Entry number `number` as an application would log it. */
export function entryOf(number, workspaceId, entityId = 'content-1') {
  return {
    workspaceId,
    brandId: 'brand-1',
    entityType: 'CONTENT',
    entityId,
    eventKey: 'content.updated',
    message: `Entry ${shownNumber(number)} was changed`,
    actorType: 'WORKER',
    actorLabel: 'bench',
    payload: { fields: ['title', 'body'], revision: shownNumber(number), channel: 'newsletter' },
  };
}

/** Entries from one number on. */
export const entriesFrom = (first, count, workspaceId) =>
  Array.from({ length: count }, (_, index) => entryOf(first + index, workspaceId));

export const subscription = `subscription Follow($workspaceId: String!, $after: String, $filter: ActivityFilter) {
  activityAdded(workspaceId: $workspaceId, after: $after, filter: $filter) {
    liveCursor
    activity {
      id databaseId workspaceId brandId entityType entityId eventKey message actorType actorLabel visibility severity
      createdAt payload
    }
  }
}`;
