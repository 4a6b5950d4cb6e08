import { ActivityLogError } from '../../errors.ts';
import type { AcceptedActivity } from './activity.ts';
import { canonicalJson } from './canonical-json.ts';
import { type EntryField, entryFields } from './entry-columns.ts';

/** Not what happened, or looked at on its own: the payload. */
const apart: ReadonlySet<EntryField> = new Set(['id', 'createdAt', 'idempotencyKey', 'payloadText']);
const told = entryFields.filter((field) => !apart.has(field));

function isSamePayload(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && canonicalJson(JSON.parse(a)) === canonicalJson(JSON.parse(b));
}

/**
 * True where both say the same of what happened: ids and times aside (a repeated call is accepted at another time), and
 * whatever the order of the payload's keys.
 */
export function saysTheSame(a: AcceptedActivity, b: AcceptedActivity): boolean {
  return told.every((field) => a[field] === b[field]) && isSamePayload(a.payloadText, b.payloadText);
}

/** What is said where an idempotency key already belongs to an entry that says something else. */
export function keyIsTaken(): ActivityLogError {
  return new ActivityLogError('BAD_USER_INPUT', 'idempotencyKey is already used for a different entry', {
    field: 'idempotencyKey',
  });
}
