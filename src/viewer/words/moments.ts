import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import { type Say, useSay } from './localised.tsx';

/** Moments in somebody's words, in somebody's time zone. */
export interface Moments {
  /** The time of day: `14:32:05`. */
  clockTime(moment: string): string;
  /** All of it, with the time zone. */
  wholeTime(moment: string | number): string;
  /** How long ago: `2m ago`, `yesterday`. A clock that goes a little behind the service's makes no future of it. */
  timeAgo(moment: string, now: number): string;
  /** The day of a moment, to be compared with others: `2026-10-27`, by the clocks of the time zone. */
  dayOf(moment: string | number): string;
  /** A day in words: `Today`, `Yesterday`, `Tuesday 27 October`, with its year where that is not this one. */
  dayName(moment: string, now: number): string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  [day, 'day'],
  [hour, 'hour'],
  [minute, 'minute'],
] as const;

/** @param timeZone a name of the time zone database; that of the browser where it is undefined */
export function createMoments(locale: string, timeZone: string | undefined, say: Say): Moments {
  const format = (options: Intl.DateTimeFormatOptions, of = locale) =>
    new Intl.DateTimeFormat(of, timeZone === undefined ? options : { ...options, timeZone });
  const clock = format({ timeStyle: 'medium' });
  const whole = format({ dateStyle: 'full', timeStyle: 'long' });
  const ofThisYear = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const ofAnyYear = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  // Written as ISO 8601 has it.
  const comparable = format({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'sv-SE');
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' });
  const dayOf = (moment: string | number) => comparable.format(new Date(moment));
  return {
    clockTime: (moment) => clock.format(new Date(moment)),
    wholeTime: (moment) => whole.format(new Date(moment)),
    dayOf,
    timeAgo(moment, now) {
      const past = now - new Date(moment).getTime();
      for (const [length, unit] of steps) {
        if (Math.abs(past) >= length) return relative.format(-Math.trunc(past / length), unit);
      }
      return say('now');
    },
    dayName(moment, now) {
      const named = dayOf(moment);
      if (named === dayOf(now)) return say('day.today');
      // Noon of today is another day 24 hours before, whatever the clocks have been put to.
      const noon = new Date(`${dayOf(now)}T12:00:00Z`).getTime();
      if (named === new Date(noon - day).toISOString().slice(0, 10)) return say('day.yesterday');
      const isThisYear = named.slice(0, 4) === dayOf(now).slice(0, 4);
      return (isThisYear ? ofThisYear : ofAnyYear).format(new Date(moment));
    },
  };
}

/** Moments in the words and the time zone of whoever reads. */
export function useMoments(): Moments {
  const { locale, timeZone } = useIntl();
  const say = useSay();
  return useMemo(() => createMoments(locale, timeZone, say), [locale, timeZone, say]);
}
