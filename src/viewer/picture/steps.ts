import type { ActivityStatsInterval } from '../../client/generated/graphql.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long a bar of the picture is. */
export interface Step {
  /** What the service is asked for. */
  readonly interval: ActivityStatsInterval;
  /** How many of these make a bar. */
  readonly of: number;
  /** Milliseconds, about: days and months have lengths of their own. */
  readonly length: number;
}

const step = (interval: ActivityStatsInterval, of: number, one: number): Step => ({ interval, of, length: of * one });

/** Those that people reckon in, the shortest first. */
export const steps: readonly Step[] = [
  step('MINUTE', 1, minute),
  step('MINUTE', 5, minute),
  step('MINUTE', 15, minute),
  step('HOUR', 1, hour),
  step('HOUR', 3, hour),
  step('HOUR', 6, hour),
  step('DAY', 1, day),
  step('WEEK', 1, 7 * day),
  step('MONTH', 1, 30.4 * day),
  step('MONTH', 3, 30.4 * day),
  step('MONTH', 12, 30.4 * day),
];

/** Bars that can still be told apart, and intervals that the service gives: 1,500, with a rest for where they begin. */
const most = { bars: 120, intervals: 1_440 } as const;

/** Milliseconds that a picture shows at most. What is older is beyond its edge. */
export const longestSpan = 118 * 365 * day;

/** The shortest bars by which so many milliseconds make a picture of at most 120 of them. */
export function stepFor(span: number): Step {
  const fits = ({ of, length }: Step) => span / length <= most.bars && span / (length / of) <= most.intervals;
  return steps.find(fits) ?? (steps.at(-1) as Step);
}
