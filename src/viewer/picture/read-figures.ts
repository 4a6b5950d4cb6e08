import type { ActivityFilter, ActivityLogClient } from '../../client/client.ts';
import { FacetsDocument, StatisticsDocument, TimelineEndsDocument } from '../../client/generated/graphql.ts';
import { toBars } from './bars.ts';
import { clockOf } from './clock.ts';
import type { Figures } from './figures.ts';
import { type FacetName, facetNames, relaxedFilter } from './relaxed-filter.ts';
import { longestSpan, stepFor } from './steps.ts';

export interface FiguresRequest {
  client: Pick<ActivityLogClient, 'request'>;
  workspaceId: string;
  filter: ActivityFilter;
  /** A name of the time zone database: whose days and months. */
  timeZone: string;
  signal: AbortSignal;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds that a trail which has just begun is shown in. */
const shortest = 3_600_000;

/** What is looked at: what the filter says, else from the first entry to now. */
async function spanOf({ client, workspaceId, filter, signal }: FiguresRequest): Promise<Span> {
  const [from, to] = [filter.from, filter.to].map((moment) => (moment == null ? undefined : Date.parse(moment)));
  if (from !== undefined && to !== undefined) return { from, to };
  const { oldest, newest } = await client.request(TimelineEndsDocument, { workspaceId, filter }, signal);
  // The service's clock may go before the browser's; and an entry may be of tomorrow.
  const end = to ?? Math.max(Date.now(), (timeOf(newest) ?? 0) + 1);
  return { from: from ?? Math.min(timeOf(oldest) ?? end, end - shortest), to: end };
}

const timeOf = ({ edges }: { edges: readonly { node: { createdAt: string } }[] }): number | undefined =>
  edges[0] && Date.parse(edges[0].node.createdAt);

/** The values of the facets that the filter has a condition on, as they would be without it. */
async function readRelaxed({ client, workspaceId, signal }: FiguresRequest, filter: ActivityFilter) {
  const read = async (facet: FacetName) => {
    const relaxed = relaxedFilter(filter, facet);
    if (relaxed === undefined) return [];
    const asked = { workspaceId, filter: relaxed, interval: 'MONTH' } as const;
    const { activityStats } = await client.request(FacetsDocument, asked, signal);
    return [{ facet, exact: activityStats.exact, values: { [facet]: activityStats[facet] } }];
  };
  return (await Promise.all(facetNames.map(read))).flat();
}

/** Reads the picture of what a filter selects. Rejects as `client.request` does. */
export async function readFigures(request: FiguresRequest): Promise<Figures> {
  const { client, workspaceId, filter, timeZone, signal } = request;
  const span = await spanOf(request);
  const from = Math.max(span.from, span.to - longestSpan);
  const step = stepFor(span.to - from);
  const asked = {
    ...{ workspaceId, timeZone, interval: step.interval },
    filter: { ...filter, from: new Date(from).toISOString(), to: new Date(span.to).toISOString() },
  };
  const [{ activityStats }, relaxed] = await Promise.all([
    client.request(StatisticsDocument, asked, signal),
    readRelaxed(request, asked.filter),
  ]);
  const { histogram, ...figures } = activityStats;
  const exactOnes = new Map(relaxed.map(({ facet, exact }) => [facet, exact]));
  return {
    ...figures,
    ...Object.assign({}, ...relaxed.map(({ values }) => values)),
    estimated: facetNames.filter((facet) => !(exactOnes.get(facet) ?? figures.exact)),
    step,
    bars: toBars(histogram, step, clockOf(timeZone)),
    isOpen: filter.to == null,
  };
}
