import type { AcceptedActivity, Activity, Written } from '../core/activity/activity.ts';
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
  /** Looks for the keys of entries that `load` will get, while it is busy with others. */
  lookUp(entries: readonly AcceptedActivity[]): Promise<Map<string, Activity>>;
  /**
   * Writes entries in their order. One result each; entries whose key is there already are not written.
   * @param there what `lookUp` has found, where it was asked
   * @throws where nothing, or it is not known what, was written
   */
  load(entries: readonly AcceptedActivity[], there?: Map<string, Activity>): Promise<LoadResult[]>;
}

const written: LoadResult = { duplicate: false, differs: false };

/**
 * By COPY, the fastest way into either database, which can pass nothing over: so the keys are looked for first. Where
 * somebody writes one of them in between, or the database refuses an entry, COPY writes nothing, and the entries go
 * through the writer instead, which can tell them apart.
 */
export function createBulkLoader(database: Database, writer: ActivityWriter): BulkLoader {
  /** False where it could not be: then nothing was written. */
  async function copy(entries: readonly AcceptedActivity[]): Promise<boolean> {
    if (entries.length === 0) return true;
    try {
      await database.copyIn(entriesTable, toCopyText(entries.map(valuesOf)));
    } catch (error) {
      if (!isRefusal(error) && !isContention(error)) throw error;
      return false;
    }
    database.sendHint();
    return true;
  }

  const held = (entry: AcceptedActivity, against: AcceptedActivity): LoadResult => ({
    duplicate: true,
    differs: !saysTheSame(entry, against),
  });

  /** Entries whose keys are not there: the first one of each key is copied, the others are held against it. */
  async function loadMissing(entries: readonly AcceptedActivity[]): Promise<LoadResult[]> {
    const firsts = new Map<string, AcceptedActivity>();
    const firstOf = entries.map((entry) => {
      if (entry.idempotencyKey === null) return entry;
      const key = keyOf(entry);
      const first = firsts.get(key) ?? entry;
      firsts.set(key, first);
      return first;
    });
    if (!(await copy(entries.filter((entry, at) => firstOf[at] === entry)))) return await writer.write(entries);
    return entries.map((entry, at) => (firstOf[at] === entry ? written : held(entry, firstOf[at] as AcceptedActivity)));
  }

  return {
    lookUp: (entries) => findByKey(database, entries),
    async load(entries, lookedUp) {
      const there = lookedUp ?? (await findByKey(database, entries));
      const earlier = entries.map((entry) =>
        entry.idempotencyKey === null || there.size === 0 ? undefined : there.get(keyOf(entry)),
      );
      const results = await loadMissing(entries.filter((_, at) => earlier[at] === undefined));
      let next = 0;
      return entries.map((entry, at): LoadResult => {
        const found = earlier[at];
        return found === undefined ? (results[next++] as LoadResult) : held(entry, found);
      });
    },
  };
}
