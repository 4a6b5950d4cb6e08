import type { ActivityFilter } from '../../client/client.ts';

/** What entries are counted by, beside their time. */
export const facetNames = ['severities', 'brands', 'eventKeys', 'actors', 'entityTypes'] as const;
export type FacetName = (typeof facetNames)[number];

const conditions = {
  severities: ['severities'],
  brands: ['brandIds'],
  eventKeys: ['eventKeys'],
  actors: ['actorLabels', 'actorUserIds', 'actorTypes'],
  entityTypes: ['entities'],
} as const satisfies Record<FacetName, readonly (keyof ActivityFilter)[]>;

/**
 * The filter without the condition that a choice more among a facet's values would widen: so that the others are counted, too.
 * Undefined where there is none, or where another of its values would select nothing.
 */
export function relaxedFilter(filter: ActivityFilter, facet: FacetName): ActivityFilter | undefined {
  const given = conditions[facet].filter((name) => filter[name] != null);
  const [condition] = given;
  if (condition === undefined || given.length > 1) return undefined;
  if (facet === 'entityTypes' && filter.entities?.some(({ id }) => id != null)) return undefined;
  const { [condition]: _without, ...rest } = filter;
  return rest;
}
