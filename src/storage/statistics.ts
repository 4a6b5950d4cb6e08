/**
 * Statistics of the entries that a filter selects: how many there were in each interval, and of what. What can be counted
 * soon is counted; of more, samples that were drawn beforehand (core/activity/terms.ts) are, and the numbers estimated.
 */
import sql from 'sql-template-tag';
import type { ActivityActorType, ActivityEntityType, ActivitySeverity } from '../core/activity/activity.ts';
import type { Selection } from '../core/activity/feed.ts';
import { searchOf } from '../core/activity/filter.ts';
import { bucketBounds, bucketOf, type StatsInterval } from '../core/activity/histogram.ts';
import { isSampled, type SampleLevel, sampleGroup } from '../core/activity/terms.ts';
import { activityColumns } from './activity-rows.ts';
import type { Database } from './database.ts';
import { Matches } from './matching.ts';
import { readPage } from './timeline.ts';

export interface StatisticsRequest extends Selection {
  interval: StatsInterval;
  /** A name of the time zone database, like `Europe/Berlin`. */
  timeZone: string;
}

/** A value and how many entries have it. */
export type Counted<T> = T & { count: number };

export interface Statistics {
  total: number;
  /** False where the numbers are estimates. */
  exact: boolean;
  /** Entries that were looked at for them. */
  counted: number;
  /** Oldest first, without gaps. */
  histogram: { start: Date; end: Date; count: number; severities: Counted<{ severity: ActivitySeverity }>[] }[];
  /** The most frequent first; no more than 50 of each. */
  eventKeys: Counted<{ eventKey: string }>[];
  actors: Counted<{ actorType: ActivityActorType; actorUserId: string | null; actorLabel: string | null }>[];
  severities: Counted<{ severity: ActivitySeverity }>[];
  brands: Counted<{ brandId: string }>[];
  entityTypes: Counted<{ entityType: ActivityEntityType }>[];
}

/** Up to so many are counted; of more, a sample of about as many at least is. */
const [mostExact, fewestSampled] = [10_000, 2_000] as const;
const mostOfFacet = 50;

interface Row {
  id: string;
  createdAt: Date;
  eventKey: string;
  actorType: ActivityActorType;
  actorUserId: string | null;
  actorLabel: string | null;
  severity: ActivitySeverity;
  brandId: string | null;
  entityType: ActivityEntityType;
}

const columns = sql`"id", "createdAt", "eventKey", "actorType"::text, "actorUserId", "actorLabel", "severity"::text, "brandId", "entityType"::text`;

/** @throws ActivityLogError LIMIT_EXCEEDED where the histogram would be too long, or the reading took too long */
export async function readStatistics(database: Database, request: StatisticsRequest): Promise<Statistics> {
  const { rows, level } = await chooseRows(database, request);
  const weight = 2 ** level;
  const bounds = await boundsOf(database, request, rows, level);
  const buckets = Array.from({ length: Math.max(bounds.length - 1, 0) }, (): Row[] => []);
  for (const row of rows) buckets[bucketOf(bounds, row.createdAt)]?.push(row);
  const severitiesOf = (some: readonly Row[]) => facet(some, weight, ({ severity }) => ({ severity }));
  const { internals } = request.scope;
  return {
    total: rows.length * weight,
    exact: level === 0,
    counted: rows.length,
    histogram: buckets.map((bucket, at) => ({
      start: bounds[at] as Date,
      end: bounds[at + 1] as Date,
      count: bucket.length * weight,
      severities: severitiesOf(bucket),
    })),
    eventKeys: facet(rows, weight, ({ eventKey }) => ({ eventKey })),
    actors: facet(rows, weight, ({ actorType, actorUserId, actorLabel }) => ({
      actorType,
      actorUserId: internals ? actorUserId : null,
      actorLabel,
    })),
    severities: severitiesOf(rows),
    brands: facet(rows, weight, ({ brandId }) => (brandId === null ? undefined : { brandId })),
    entityTypes: facet(rows, weight, ({ entityType }) => ({ entityType })),
  };
}

/** All entries where they are few, else those of a sample; `level` 0 stands for all. */
async function chooseRows(
  database: Database,
  request: StatisticsRequest,
): Promise<{ rows: Row[]; level: SampleLevel | 0 }> {
  const coarse = await readSample(database, request, 9);
  if (coarse.length >= fewestSampled) return { rows: coarse, level: 9 };
  if (coarse.length * 2 ** 9 <= mostExact) {
    const all = await readRows(database, request, mostExact + 1);
    if (all.length <= mostExact) return { rows: all, level: 0 };
  }
  // Of a sample eight times as large.
  const level = coarse.length * 2 ** 3 >= fewestSampled ? 6 : 3;
  return { rows: await readSample(database, request, level), level };
}

async function readSample(database: Database, request: StatisticsRequest, level: SampleLevel): Promise<Row[]> {
  const sample = sampleGroup(request.scope.workspaceId, level);
  const rows = await readRows(database, request, Number.POSITIVE_INFINITY, [sample]);
  // Others happened in the same millisecond.
  return rows.filter(({ id }) => isSampled(id, level));
}

async function readRows(
  database: Database,
  selection: Selection,
  most: number,
  groups: (readonly number[])[] = [],
): Promise<Row[]> {
  const matches = new Matches<Row>(database, {
    ...selection,
    groups,
    // Of the newest entries few are in a sample, and all of them would be read.
    ...(groups.length > 0 && { firstLook: 0 }),
    from: 'newest',
    columns: searchOf(selection.filter) === undefined ? columns : activityColumns,
    wanted: Math.min(most, mostExact),
  });
  const rows: Row[] = [];
  for await (const batch of matches.batches()) {
    for (const row of batch) rows.push(row);
    if (rows.length >= most) break;
  }
  return rows;
}

/** From the first entry to the last one, or as the filter says. */
async function boundsOf(
  database: Database,
  { scope, filter, interval, timeZone }: StatisticsRequest,
  rows: readonly Row[],
  level: SampleLevel | 0,
): Promise<Date[]> {
  const edge = async (from: 'newest' | 'oldest') => {
    if (level === 0) return from === 'newest' ? rows[0]?.createdAt : rows.at(-1)?.createdAt;
    return (await readPage(database, { scope, filter, from, limit: 1 })).entries[0]?.createdAt;
  };
  const last = filter.to == null ? await edge('newest') : new Date(filter.to.getTime() - 1);
  const first = filter.from ?? (await edge('oldest')) ?? last;
  if (first === undefined || last === undefined || first > last) return [];
  return bucketBounds(first, last, interval, timeZone);
}

function facet<T extends object>(
  rows: readonly Row[],
  weight: number,
  pick: (row: Row) => T | undefined,
): Counted<T>[] {
  const counted = new Map<string, Counted<T>>();
  for (const row of rows) {
    const value = pick(row);
    if (value === undefined) continue;
    const key = Object.values(value).join('\u0000');
    const known = counted.get(key);
    if (known === undefined) counted.set(key, { ...value, count: weight });
    else known.count += weight;
  }
  return [...counted]
    .sort(([a, { count: m }], [b, { count: n }]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostOfFacet)
    .map(([, value]) => value);
}
