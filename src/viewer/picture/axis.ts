import type { Bar } from './bars.ts';
import type { Clock, ClockTime } from './clock.ts';

/** What the words under a bar tell: a time of day, a day, a month or a year. */
export type TickKind = 'time' | 'day' | 'month' | 'year';

export interface Tick {
  /** Of the bar that begins there. */
  readonly index: number;
  readonly kind: TickKind;
}

interface Grid {
  readonly kind: TickKind;
  /** The number of the stretch that a time lies in; a line stands where it is another one. */
  stretch(time: ClockTime): number;
}

const dayNumber = ({ year, month, day }: ClockTime) => Math.round(Date.UTC(year, month - 1, day) / 86_400_000);
const minuteNumber = (time: ClockTime) => dayNumber(time) * 1_440 + time.hour * 60 + time.minute;
const monthNumber = ({ year, month }: ClockTime) => year * 12 + month - 1;

const every = (kind: TickKind, of: number, number: (time: ClockTime) => number): Grid => ({
  kind,
  stretch: (time) => Math.floor(number(time) / of),
});

/** From the finest on. */
const grids: readonly Grid[] = [
  ...[5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => every('time', minutes, minuteNumber)),
  ...[1, 2].map((days) => every('day', days, dayNumber)),
  // From Monday on.
  every('day', 7, (time) => dayNumber(time) + 3),
  // Twice a month: a fortnight of days would begin anywhere.
  { kind: 'day', stretch: (time) => monthNumber(time) * 2 + (time.day > 15 ? 1 : 0) },
  ...[1, 3, 6].map((months) => every('month', months, monthNumber)),
  ...[1, 2, 5, 10, 20, 50].map((years) => every('year', years, ({ year }) => year)),
];

/** What stands at a line: of times that at midnight its day, of months that of January its year. */
function kindAt({ kind }: Grid, { month, day, hour, minute }: ClockTime): TickKind {
  if (kind === 'time' && hour === 0 && minute === 0) return 'day';
  if (kind === 'month' && month === 1 && day <= 7) return 'year';
  return kind;
}

/** Where words stand under the bars, for a room that has so many of them at most: at the beginnings of what people reckon in. */
export function ticksOf(bars: readonly Bar[], clock: Clock, most: number): readonly Tick[] {
  const times = bars.map(({ start }) => clock(start));
  const apart = bars.length / Math.max(most, 1);
  for (const grid of grids) {
    const ticks: Tick[] = [];
    times.forEach((time, index) => {
      const before = times[index - 1];
      if (before !== undefined && grid.stretch(time) !== grid.stretch(before))
        ticks.push({ index, kind: kindAt(grid, time) });
    });
    const isTooClose = ticks.some(({ index }, n) => n > 0 && index - (ticks[n - 1] as Tick).index < apart);
    if (!isTooClose) return ticks;
  }
  return [];
}
