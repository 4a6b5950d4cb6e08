/** The buckets of a histogram: minutes to months, as the clocks of a time zone show them. */
import { DateTime, IANAZone } from 'luxon';
import { ActivityLogError, shorten } from '../../errors.ts';

export const statsIntervals = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH'] as const;
export type StatsInterval = (typeof statsIntervals)[number];

/** A day of minutes, four years of days. */
export const mostBuckets = 1_500;

const units = { MINUTE: 'minute', HOUR: 'hour', DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;
/** About so long, for a guess at how many there will be. */
const lengths = { MINUTE: 60e3, HOUR: 3_600e3, DAY: 86_400e3, WEEK: 604_800e3, MONTH: 2_592_000e3 } as const;

/** True where clocks change nothing: then no calendar has to be asked. */
const isEven = (interval: StatsInterval): boolean => interval === 'MINUTE' || interval === 'HOUR';

/** @throws ActivityLogError BAD_USER_INPUT for a time zone that is none */
export function checkTimeZone(timeZone: string): void {
  if (IANAZone.isValidZone(timeZone)) return;
  throw new ActivityLogError(
    'BAD_USER_INPUT',
    `timeZone takes a name like "Europe/Berlin" or "UTC", got ${shorten(timeZone)}`,
    { field: 'timeZone' },
  );
}

/**
 * Where the buckets begin that hold all moments from `first` to `last`, and where the last one ends. Weeks begin on
 * Monday. Where clocks are changed a day has 23 or 25 hours; hours and minutes are of equal length always.
 * @throws ActivityLogError LIMIT_EXCEEDED where that were more than 1,500 buckets
 */
export function bucketBounds(first: Date, last: Date, interval: StatsInterval, timeZone: string): Date[] {
  const tooMany = () =>
    new ActivityLogError(
      'LIMIT_EXCEEDED',
      `Statistics have at most ${mostBuckets} intervals. Take a longer interval than ${interval}, or give from and to.`,
      { field: 'interval' },
    );
  if ((last.getTime() - first.getTime()) / lengths[interval] > 1.1 * mostBuckets) throw tooMany();
  const unit = units[interval];
  const start = DateTime.fromJSDate(first, { zone: timeZone }).startOf(unit);
  const bounds = [start.toJSDate()];
  for (let count = 1; ; count += 1) {
    const next = isEven(interval)
      ? new Date((bounds.at(-1) as Date).getTime() + lengths[interval])
      : // From the beginning each time: a step from the 31st of a month would not come back to it.
        start
          .plus({ [unit]: count })
          .startOf(unit)
          .toJSDate();
    bounds.push(next);
    if (next > last) return bounds;
    if (count >= mostBuckets) throw tooMany();
  }
}

/** Which bucket a moment lies in. */
export function bucketOf(bounds: readonly Date[], moment: Date): number {
  let [low, high] = [0, bounds.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] as Date) <= moment) low = middle;
    else high = middle;
  }
  return low;
}
