import { addTerm, filterOf, parseQuery, removeTerm } from '../find/query.ts';
import { clockOf, toLocalText } from './clock.ts';

/** Two moments, in milliseconds; undefined where it has no such end. */
export interface Range {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/**
 * A moment as a query says it, by the clocks of a time zone: `2026-11-01`, `2026-11-01T10:15`. With its offset from UTC where these
 * show the same time twice.
 */
export function textOfMoment(moment: number, timeZone: string): string {
  const text = toLocalText(clockOf(timeZone)(moment));
  const { from } = filterOf(parseQuery(`after:${text}`), { timeZone });
  return from != null && Date.parse(from) === moment ? text : new Date(moment).toISOString();
}

/** The query for what lies in a range, and else the same. */
export function withRange(query: string, { from, to }: Range, timeZone: string): string {
  const after = from === undefined ? removeTerm(query, 'after') : addTerm(query, 'after', textOfMoment(from, timeZone));
  return to === undefined ? removeTerm(after, 'before') : addTerm(after, 'before', textOfMoment(to, timeZone));
}

const minute = 60_000;

/** A range twice as long as what is looked at, around it, but not into the future: it ends at now then, whenever that is. */
export function widened({ from, to }: { from: number; to: number }, now: number): Range {
  const half = Math.max((to - from) / 2, minute);
  const end = to + half;
  return {
    from: Math.floor((from - half - Math.max(end - now, 0)) / minute) * minute,
    to: end >= now ? undefined : Math.ceil(end / minute) * minute,
  };
}
