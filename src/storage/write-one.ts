import type { AcceptedActivity, WriteResult, Written } from '../core/activity/activity.ts';
import { ActivityLogError } from '../errors.ts';
import type { Queryable } from './database.ts';
import { type Row, toRow, writeEntries } from './write-entries.ts';

/** How often an entry is tried whose key was there, and gone again when it was looked for. */
const mostAttempts = 5;

/**
 * Writes one entry in a transaction that is under way.
 * @throws ActivityLogError UNAVAILABLE where an entry with its idempotency key comes and goes
 */
export async function writeOne(target: Queryable, entry: AcceptedActivity): Promise<Written> {
  const row = toRow(entry);
  const results = new Map<Row, WriteResult>();
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    await writeEntries(target, [row], false, results);
    const result = results.get(row);
    if (result !== undefined) return result as Written;
  }
  throw new ActivityLogError('UNAVAILABLE', 'The entry with this idempotency key comes and goes; try again.');
}
