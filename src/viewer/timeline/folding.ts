import type { Activity } from '../../client/client.ts';

/** Entries one after the other that say the same of the same, newest first. */
export interface Run {
  readonly entries: readonly Activity[];
}

/** As many like entries as are folded; fewer are as quickly read as counted. */
const fewest = 4;

const isLike = (one: Activity, other: Activity): boolean =>
  one.eventKey === other.eventKey &&
  one.actorType === other.actorType &&
  one.actorUserId === other.actorUserId &&
  one.actorLabel === other.actorLabel &&
  one.entityType === other.entityType &&
  one.brandId === other.brandId &&
  one.severity === other.severity;

/**
 * Finds the runs of like entries within a day.
 * @param entries newest first
 * @param dayOf the day of an entry, to be compared with others
 * @returns every entry in its order, those of a run together
 */
export function foldRuns(
  entries: readonly Activity[],
  dayOf: (entry: Activity) => string,
): readonly (Activity | Run)[] {
  const folded: (Activity | Run)[] = [];
  let from = 0;
  while (from < entries.length) {
    const first = entries[from] as Activity;
    const day = dayOf(first);
    let to = from + 1;
    for (let next = entries[to]; next !== undefined && isLike(first, next) && dayOf(next) === day; next = entries[to])
      to += 1;
    const run = entries.slice(from, to);
    if (run.length >= fewest) folded.push({ entries: run });
    else folded.push(...run);
    from = to;
  }
  return folded;
}

export const isRun = (one: Activity | Run): one is Run => 'entries' in one;
