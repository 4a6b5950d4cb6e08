import type { Activity } from '../../client/client.ts';

/** True where `entry` comes after `other` in a timeline, which is newest first: by time, then by id. */
export function isBehind(entry: Activity, other: Activity): boolean {
  if (entry.createdAt !== other.createdAt) return entry.createdAt < other.createdAt;
  return entry.databaseId < other.databaseId;
}

/** A timeline with these entries in their places; those that it has already are not put in again. */
export function insertEntries(timeline: readonly Activity[], entries: readonly Activity[]): readonly Activity[] {
  const known = new Set(timeline.map(({ id }) => id));
  const added = entries.filter(({ id }) => !known.has(id)).sort((a, b) => (isBehind(a, b) ? 1 : -1));
  const merged: Activity[] = [];
  let next = 0;
  for (const entry of timeline) {
    for (let one = added[next]; one !== undefined && isBehind(entry, one); one = added[next]) {
      merged.push(one);
      next += 1;
    }
    merged.push(entry);
  }
  return merged.concat(added.slice(next));
}
