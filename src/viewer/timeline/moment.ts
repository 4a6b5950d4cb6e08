/** Moments in words, in the time zone of the browser. */

/** English as the person's browser prefers it: with its order of day and month, its 12 or 24 hours. */
const locale = navigator.languages.find((language) => language.startsWith('en')) ?? 'en-GB';

const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
const dayOfYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfAnyYear = new Intl.DateTimeFormat(locale, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' });

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The time of day: `14:32:05`. */
export const clockTime = (moment: string): string => clock.format(new Date(moment));

/** All of it, with the time zone. */
export const wholeTime = (moment: string): string => whole.format(new Date(moment));

/** How long ago: `2m ago`, `yesterday`. A clock that goes a little behind the service's makes no future of it. */
export function timeAgo(moment: string, now: number): string {
  const past = now - new Date(moment).getTime();
  const steps = [
    [day, 'day'],
    [hour, 'hour'],
    [minute, 'minute'],
  ] as const;
  for (const [length, unit] of steps) {
    if (Math.abs(past) >= length) return relative.format(-Math.trunc(past / length), unit);
  }
  return 'now';
}

/** The day of a moment, to be compared with others: `2026-10-27`, by the clocks of the person. */
export function dayOf(moment: string | number): string {
  const date = new Date(moment);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A day in words: `Today`, `Yesterday`, `Tuesday 27 October`, with its year where that is not this one. */
export function dayName(moment: string, now: number): string {
  const named = dayOf(moment);
  if (named === dayOf(now)) return 'Today';
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (named === dayOf(yesterday.getTime())) return 'Yesterday';
  const isThisYear = named.slice(0, 4) === dayOf(now).slice(0, 4);
  return (isThisYear ? dayOfYear : dayOfAnyYear).format(new Date(moment));
}
