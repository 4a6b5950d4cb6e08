import type { ActivitySeverity } from '../../client/client.ts';
import type { StatisticsQuery } from '../../client/generated/graphql.ts';
import type { Clock } from './clock.ts';
import type { Step } from './steps.ts';

/** From the most serious on: so they are stacked, and so they are named. */
export const severities: readonly ActivitySeverity[] = ['ERROR', 'WARNING', 'INFO'];

export type BySeverity = Readonly<Record<ActivitySeverity, number>>;

export const none: BySeverity = { ERROR: 0, WARNING: 0, INFO: 0 };

export const plus = (a: BySeverity, b: BySeverity): BySeverity => ({
  ERROR: a.ERROR + b.ERROR,
  WARNING: a.WARNING + b.WARNING,
  INFO: a.INFO + b.INFO,
});

export const totalOf = (counts: BySeverity): number => counts.ERROR + counts.WARNING + counts.INFO;

/** What happened between two moments, in milliseconds; `end` belongs to the next one. */
export interface Bar {
  readonly start: number;
  readonly end: number;
  readonly counts: BySeverity;
}

type Bucket = StatisticsQuery['activityStats']['histogram'][number];

/** Counts by severity out of those that there are. */
export function bySeverity(counted: Bucket['severities']): BySeverity {
  const counts = { ...none };
  for (const { severity, count } of counted) counts[severity] += count;
  return counts;
}

/** True where a bar begins at this moment, by the clocks: three hours begin at 0, 3, 6, … */
function isBeginning(moment: number, { interval, of }: Step, clock: Clock): boolean {
  if (of === 1) return true;
  const { month, hour, minute } = clock(moment);
  if (interval === 'MINUTE') return minute % of === 0;
  if (interval === 'HOUR') return hour % of === 0;
  return (month - 1) % of === 0;
}

/** The intervals of the service as the bars of a step, without a gap. */
export function toBars(buckets: readonly Bucket[], step: Step, clock: Clock): readonly Bar[] {
  const bars: Bar[] = [];
  for (const bucket of buckets) {
    const [start, end] = [Date.parse(bucket.start), Date.parse(bucket.end)];
    const counts = bySeverity(bucket.severities);
    const last = bars.at(-1);
    if (last === undefined || isBeginning(start, step, clock)) bars.push({ start, end, counts });
    else bars[bars.length - 1] = { start: last.start, end, counts: plus(last.counts, counts) };
  }
  return bars;
}

/** Which bar a moment lies in; -1 for one before the first or behind the last. */
export function barAt(bars: readonly Bar[], moment: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle] as Bar).end <= moment) low = middle + 1;
    else high = middle;
  }
  const found = bars[low];
  return found !== undefined && found.start <= moment ? low : -1;
}
