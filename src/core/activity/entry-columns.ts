/**
 * The columns of an entry, once, in the order in which they are written, read and exported. Whatever lists them is made from
 * here; what is written out by hand for its speed is checked against the types of activity.ts.
 */
import type { AcceptedActivity, ShownActivity } from './activity.ts';

export type EntryField = keyof AcceptedActivity;

/** The column that each field is kept in. A field without one does not compile. */
export const columnOf: Readonly<Record<EntryField, string>> = {
  id: 'id',
  workspaceId: 'workspaceId',
  brandId: 'brandId',
  entityType: 'entityType',
  entityId: 'entityId',
  eventKey: 'eventKey',
  message: 'message',
  context: 'context',
  actorType: 'actorType',
  actorUserId: 'actorUserId',
  actorLabel: 'actorLabel',
  payloadText: 'payload',
  visibility: 'visibility',
  severity: 'severity',
  createdAt: 'createdAt',
  idempotencyKey: 'idempotencyKey',
};

export const entryFields = Object.keys(columnOf) as readonly EntryField[];

/** The fields of a `ShownActivity`. */
export const shownFields: readonly (keyof ShownActivity)[] = entryFields.filter((field) => field !== 'idempotencyKey');
