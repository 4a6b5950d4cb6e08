import type { Activity } from '../../client/client.ts';
import type { StatisticsQuery } from '../../client/generated/graphql.ts';
import { type Bar, barAt, bySeverity, none, plus } from './bars.ts';
import type { FacetName } from './relaxed-filter.ts';
import type { Step } from './steps.ts';

type Statistics = StatisticsQuery['activityStats'];
type Counted<K extends FacetName> = Statistics[K];

/** What happened when, and of what there was how much. */
export interface Figures {
  readonly total: number;
  /** False where the numbers are estimates. */
  readonly exact: boolean;
  /** Entries that the numbers stand on. */
  readonly counted: number;
  readonly step: Step;
  /** Oldest first, without a gap. */
  readonly bars: readonly Bar[];
  /** True where the last bar goes on: nothing was asked to end. */
  readonly isOpen: boolean;
  /** Facets whose counts are estimates. The values that one has a condition on are there as they would be without it. */
  readonly estimated: readonly FacetName[];
  readonly eventKeys: Counted<'eventKeys'>;
  readonly actors: Counted<'actors'>;
  readonly severities: Counted<'severities'>;
  readonly brands: Counted<'brands'>;
  readonly entityTypes: Counted<'entityTypes'>;
}

/** Bars that come in behind the last one, before all is read again. */
const mostAdded = 240;

/** One more of a value, which is put in where it is the first. */
function oneMore<T extends { count: number }>(counted: readonly T[], one: Omit<T, 'count'>): T[] {
  const isIt = (other: T) => Object.entries(one).every(([name, value]) => other[name as keyof T] === value);
  const at = counted.findIndex(isIt);
  if (at === -1) return [...counted, { ...one, count: 1 } as T];
  return counted.map((other, n) => (n === at ? { ...other, count: other.count + 1 } : other));
}

/** The bars up to a moment, where that is not too far away: time goes on. */
function extend(bars: readonly Bar[], moment: number): readonly Bar[] {
  const last = bars.at(-1);
  if (last === undefined || moment < last.end) return bars;
  const length = last.end - last.start;
  const added = Math.floor((moment - last.end) / length) + 1;
  if (added > mostAdded) return bars;
  const more = Array.from({ length: added }, (_, n) => ({
    ...{ start: last.end + n * length, end: last.end + (n + 1) * length, counts: none },
  }));
  return [...bars, ...more];
}

/** The figures with an entry more. One beyond the first bar is in the sums alone, until all is read again. */
function addOne(figures: Figures, entry: Activity): Figures {
  const { severity, eventKey, actorType, actorUserId, actorLabel, brandId, entityType } = entry;
  const moment = Date.parse(entry.createdAt);
  const extended = figures.isOpen ? extend(figures.bars, moment) : figures.bars;
  const at = barAt(extended, moment);
  const one = bySeverity([{ severity, count: 1 }]);
  return {
    ...figures,
    total: figures.total + 1,
    counted: figures.counted + 1,
    bars: extended.map((bar, n) => (n === at ? { ...bar, counts: plus(bar.counts, one) } : bar)),
    eventKeys: oneMore(figures.eventKeys, { eventKey }),
    actors: oneMore(figures.actors, { actorType, actorUserId, actorLabel }),
    severities: oneMore(figures.severities, { severity }),
    brands: brandId === null ? figures.brands : oneMore(figures.brands, { brandId }),
    entityTypes: oneMore(figures.entityTypes, { entityType }),
  };
}

/** The figures with entries that have come in since they were read. */
export const addEntries = (figures: Figures, entries: readonly Activity[]): Figures => entries.reduce(addOne, figures);

/** A count as it may be said: of an estimate the first two digits, since the others mean nothing. */
export const sayable = (count: number, { exact }: Pick<Figures, 'exact'>): number =>
  exact ? count : Number(count.toPrecision(2));
