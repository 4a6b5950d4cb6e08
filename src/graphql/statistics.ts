import { checkFilter } from '../core/activity/filter.ts';
import { checkTimeZone, mostBuckets, type StatsInterval } from '../core/activity/histogram.ts';
import { needReadScope } from '../core/activity/visibility.ts';
import { readStatistics, type Statistics } from '../storage/statistics.ts';
import { builder } from './builder.ts';
import { ActorType, EntityType, Severity } from './enums.ts';
import { FilterInput } from './inputs.ts';
import { BrandType } from './workspace.ts';

type Item<K extends keyof Statistics> = Statistics[K] extends (infer T)[] ? T : never;

const intervals: Record<StatsInterval, string> = {
  MINUTE: 'Minutes.',
  HOUR: 'Hours.',
  DAY: 'Days, as the clocks of the time zone show them.',
  WEEK: 'Weeks, from Monday on.',
  MONTH: 'Months.',
};
const StatsIntervalType = builder.enumType('ActivityStatsInterval', {
  description: 'How long each bucket of a histogram is.',
  values: Object.fromEntries(Object.entries(intervals).map(([name, description]) => [name, { description }])) as Record<
    StatsInterval,
    { description: string }
  >,
});

const count = 'How many entries; an estimate where `exact` of the statistics is false.';

const SeverityCount = builder.objectRef<Item<'severities'>>('ActivitySeverityCount').implement({
  description: 'A severity and how many entries have it.',
  fields: (t) => ({
    severity: t.expose('severity', { type: Severity, description: 'The severity.' }),
    count: t.exposeInt('count', { description: count }),
  }),
});

const Bucket = builder.objectRef<Item<'histogram'>>('ActivityStatsBucket').implement({
  description: 'An interval and how many entries happened in it.',
  fields: (t) => ({
    start: t.expose('start', { type: 'DateTime', description: 'Where it begins; belongs to it.' }),
    end: t.expose('end', { type: 'DateTime', description: 'Where it ends; belongs to the next one.' }),
    count: t.exposeInt('count', { description: count }),
    severities: t.expose('severities', {
      type: [SeverityCount],
      description: 'What of them is how serious: each severity that there is, the most frequent first.',
      // As many as there are severities.
      complexity: { field: 1, multiplier: 3 },
    }),
  }),
});

const EventKeyCount = builder.objectRef<Item<'eventKeys'>>('ActivityEventKeyCount').implement({
  description: 'An event key and how many entries have it.',
  fields: (t) => ({
    eventKey: t.exposeString('eventKey', { description: 'The event key.' }),
    count: t.exposeInt('count', { description: count }),
  }),
});

const ActorCount = builder.objectRef<Item<'actors'>>('ActivityActorCount').implement({
  description: 'An actor and how many entries are its.',
  fields: (t) => ({
    actorType: t.expose('actorType', { type: ActorType, description: 'What kind of actor.' }),
    actorUserId: t.exposeString('actorUserId', { nullable: true, description: 'Which user. Null for clients.' }),
    actorLabel: t.exposeString('actorLabel', { nullable: true, description: 'Which worker, process or service.' }),
    count: t.exposeInt('count', { description: count }),
  }),
});

const BrandCount = builder.objectRef<Item<'brands'> & { workspaceId: string }>('ActivityBrandCount').implement({
  description: 'A brand and how many entries are its.',
  fields: (t) => ({
    brandId: t.exposeString('brandId', { description: 'The id that entries carry.' }),
    brand: t.field({
      type: BrandType,
      description: 'The brand.',
      resolve: ({ workspaceId, brandId }, _args, context) => context.brands.load({ workspaceId, id: brandId }),
    }),
    count: t.exposeInt('count', { description: count }),
  }),
});

const EntityTypeCount = builder.objectRef<Item<'entityTypes'>>('ActivityEntityTypeCount').implement({
  description: 'A type of entity and how many entries are about one.',
  fields: (t) => ({
    entityType: t.expose('entityType', { type: EntityType, description: 'The type.' }),
    count: t.exposeInt('count', { description: count }),
  }),
});

const facetSize = { field: 1, multiplier: 50 } as const;

const ActivityStats = builder.objectRef<Statistics & { workspaceId: string }>('ActivityStats').implement({
  description: 'What happened when, and how often.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: count }),
    exact: t.exposeBoolean('exact', {
      description:
        'True where every entry was counted. False where there were too many: then the numbers are estimated from a sample.',
    }),
    counted: t.exposeInt('counted', {
      description:
        'Entries that were counted: all, or those of the sample. Of an estimate of n of them the standard error is about 1/√n.',
    }),
    histogram: t.expose('histogram', {
      type: [Bucket],
      description: 'Every interval from the first entry, or `from`, to the last one, or `to`; oldest first.',
      complexity: { field: 1, multiplier: 100 },
    }),
    eventKeys: t.expose('eventKeys', {
      type: [EventKeyCount],
      description: 'The 50 most frequent event keys.',
      complexity: facetSize,
    }),
    actors: t.expose('actors', { type: [ActorCount], description: 'The 50 busiest actors.', complexity: facetSize }),
    severities: t.expose('severities', { type: [SeverityCount], description: 'Severities.' }),
    brands: t.field({
      type: [BrandCount],
      description: 'The 50 brands with the most entries.',
      complexity: facetSize,
      resolve: ({ brands, workspaceId }) => brands.map((brand) => ({ ...brand, workspaceId })),
    }),
    entityTypes: t.expose('entityTypes', { type: [EntityTypeCount], description: 'Types of entities.' }),
  }),
});

builder.queryField('activityStats', (t) =>
  t.field({
    type: ActivityStats,
    description: `When entries happened and what they were, for any filter. At most ${mostBuckets} intervals.`,
    args: {
      workspaceId: t.arg.string({ required: true, description: 'The workspace to look at.' }),
      filter: t.arg({ type: FilterInput, description: 'Which entries; all by default.' }),
      interval: t.arg({ type: StatsIntervalType, required: true, description: 'How long each bucket is.' }),
      timeZone: t.arg.string({
        defaultValue: 'UTC',
        description: 'Whose days, weeks and months: a name of the time zone database, like `Europe/Berlin`.',
      }),
    },
    // Counting is what costs, not what is shown of it.
    complexity: { field: 1_000 },
    resolve: async (_root, { workspaceId, filter, interval, timeZone }, context) => {
      const scope = needReadScope(context.viewer(), workspaceId);
      const zone = timeZone ?? 'UTC';
      checkFilter(filter ?? {}, scope);
      checkTimeZone(zone);
      const request = { scope, filter: filter ?? {}, interval, timeZone: zone };
      return { ...(await readStatistics(context.services.database, request)), workspaceId };
    },
  }),
);
