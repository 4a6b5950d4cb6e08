import type { EntryField } from '../core/activity/entry-columns.ts';

/** The types of an entry's columns that are not text. */
export const columnTypes: { readonly [F in EntryField]?: string } = {
  entityType: '"ActivityEntityType"',
  actorType: '"ActivityActorType"',
  payloadText: 'json',
  visibility: '"ActivityVisibility"',
  severity: '"ActivitySeverity"',
  createdAt: 'timestamp(3)',
};
