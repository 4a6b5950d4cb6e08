import type { AcceptedActivity, Written } from '../core/activity/activity.ts';
import type { ActivityWriter } from '../core/activity/activity-log.ts';
import { saysTheSame } from '../core/activity/same-entry.ts';
import { toCopyText } from './copy-text.ts';
import type { Database } from './database.ts';
import { isContention, isRefusal } from './database-errors.ts';
import { entriesTable, valuesOf } from './entry-insert.ts';
import { findByKey, keyOf } from './write-entries.ts';

/** What became of one entry: like WriteResult, but the entry does not come back. */
export type LoadResult = Pick<Written, 'duplicate' | 'differs'> | { error: unknown };

/** Writes many entries at a time, for imports. */
export interface BulkLoader {
  /**
   * Writes entries in their order. One result each; entries whose key is there already are not written.
   * @throws where nothing, or it is not known what, was written
   */
  load(entries: readonly AcceptedActivity[]): Promise<LoadResult[]>;
}

const written: LoadResult = { duplicate: false, differs: false };

/**
 * By COPY, the fastest way into either database, which can pass nothing over: so the keys are looked for first. Where
 * somebody writes one of them in between, or the database refuses an entry, COPY writes nothing, and the entries go
 * through the writer instead, which can tell them apart.
 */
export function createBulkLoader(database: Database, writer: ActivityWriter): BulkLoader {
  async function copy(entries: readonly AcceptedActivity[]): Promise<LoadResult[]> {
    if (entries.length === 0) return [];
    try {
      await database.copyIn(entriesTable, toCopyText(entries.map(valuesOf)));
    } catch (error) {
      if (!isRefusal(error) && !isContention(error)) throw error;
      return await writer.write(entries);
    }
    database.sendHint();
    return entries.map(() => written);
  }
  return {
    async load(entries) {
      const seen: Map<string, AcceptedActivity> = await findByKey(database, entries);
      const fresh: AcceptedActivity[] = [];
      const earlier = entries.map((entry) => {
        if (entry.idempotencyKey !== null) {
          const key = keyOf(entry);
          const found = seen.get(key);
          if (found !== undefined) return found;
          seen.set(key, entry);
        }
        fresh.push(entry);
        return undefined;
      });
      const results = await copy(fresh);
      let next = 0;
      return entries.map((entry, place): LoadResult => {
        const found = earlier[place];
        if (found === undefined) return results[next++] as LoadResult;
        return { duplicate: true, differs: !saysTheSame(entry, found) };
      });
    },
  };
}
