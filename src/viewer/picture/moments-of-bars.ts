import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import type { TickKind } from './axis.ts';
import type { Bar } from './bars.ts';
import type { Step } from './steps.ts';

/** How the times of bars are said, in somebody's language and time zone. */
export interface BarMoments {
  /** Under a bar: `10:15`, `28 Nov`, `Nov`, `2026`. */
  tick(moment: number, kind: TickKind): string;
  /**
   * From one moment to another, which does not belong to it: `28 Nov 2026, 10:00 – 10:15`, `November 2026`.
   * @param by what the bars are of; `all` for the whole of the picture, which is said by its days where it has several
   */
  span(from: number, to: number, by: Step['interval'] | 'all'): string;
}

const ticks: Record<TickKind, Intl.DateTimeFormatOptions> = {
  time: { hour: 'numeric', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  month: { month: 'short' },
  year: { year: 'numeric' },
};

/** Milliseconds. */
const severalDays = 2 * 86_400_000;

/** @param timeZone a name of the time zone database */
export function createBarMoments(locale: string, timeZone: string): BarMoments {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, timeZone });
  const kinds = new Map(Object.entries(ticks).map(([kind, options]) => [kind, format(options)]));
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  const ofDays = format(day);
  const ofTimes = format({ ...day, hour: 'numeric', minute: '2-digit' });
  const ofMonths = format({ month: 'long', year: 'numeric' });
  return {
    tick: (moment, kind) => kinds.get(kind)?.format(moment) ?? '',
    span(from, to, by) {
      // A day ends where the next one begins: it is said by what is in it.
      if (by === 'MONTH') return ofMonths.formatRange(from, to - 1);
      if (by === 'DAY' || by === 'WEEK' || (by === 'all' && to - from > severalDays))
        return ofDays.formatRange(from, to - 1);
      return ofTimes.formatRange(from, to);
    },
  };
}

/** The times of bars in the words of whoever reads. */
export function useBarMoments(timeZone: string): BarMoments {
  const { locale } = useIntl();
  return useMemo(() => createBarMoments(locale, timeZone), [locale, timeZone]);
}

/** Bars from one to another, either way round, as one. */
export function spanOf(bars: readonly Bar[], a: number, b: number): { from: number; to: number } | undefined {
  const [first, last] = [bars[Math.min(a, b)], bars[Math.max(a, b)]];
  return first && last && { from: first.start, to: last.end };
}
