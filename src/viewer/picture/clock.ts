/** A moment as the clocks of a time zone show it. */
export interface ClockTime {
  readonly year: number;
  /** From 1 on. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Reads moments, in milliseconds, off the clocks of a time zone. */
export type Clock = (moment: number) => ClockTime;

const names = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** @param timeZone a name of the time zone database */
export function clockOf(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('en-GB-u-ca-gregory-nu-latn', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type as string, Number(value)]));
    const time = names.map((name) => [name, parts.get(name) ?? 0]);
    return Object.fromEntries(time) as Record<(typeof names)[number], number>;
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** As ISO 8601 writes it, without a zone: the day alone at midnight, else to the minute, and the second where it has one. */
export function toLocalText({ year, month, day, hour, minute, second }: ClockTime): string {
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  if (hour === 0 && minute === 0 && second === 0) return date;
  return `${date}T${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
}
