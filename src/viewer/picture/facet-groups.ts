import type { ActivityActorType, ActivitySeverity } from '../../client/client.ts';
import { parseQuery, type Qualifier } from '../find/query.ts';
import type { Role } from '../timeline/timeline-context.ts';
import type { Names } from '../timeline/use-names.ts';
import { inWords } from '../timeline/words.ts';
import type { Say } from '../words/localised.tsx';
import { severities } from './bars.ts';
import type { Figures } from './figures.ts';
import type { FacetName } from './relaxed-filter.ts';

/** A value that can be filtered by, and how many entries have it. */
export interface Facet {
  readonly qualifier: Qualifier;
  readonly value: string;
  /** What people know it by. */
  readonly label: string;
  /** True where the label stands in code. */
  readonly isCode?: boolean;
  readonly count: number;
  readonly severity?: ActivitySeverity;
  readonly actorType?: ActivityActorType;
}

export interface FacetGroup {
  readonly name: FacetName;
  readonly exact: boolean;
  readonly facets: readonly Facet[];
}

interface Reader {
  readonly role: Role | undefined;
  readonly names: Names;
  readonly say: Say;
  /** What is looked for now. */
  readonly query: string;
}

/** How an actor is asked for: by the label, else by the user, which only those may who see users. */
function actorFacet(
  { actorLabel, actorUserId, actorType, count }: Figures['actors'][number],
  { role, say }: Reader,
): Facet {
  if (actorLabel !== null) return { qualifier: 'actor', value: actorLabel, label: actorLabel, actorType, count };
  const seesUsers = role === 'ADMIN' || role === 'OPERATOR';
  if (actorUserId !== null && seesUsers)
    return { qualifier: 'user', value: actorUserId, label: actorUserId, actorType, count };
  return { qualifier: 'actortype', value: actorType.toLowerCase(), label: say(`actor.${actorType}`), actorType, count };
}

/** Values that are asked for in the same way as one. */
function together(facets: readonly Facet[]): readonly Facet[] {
  const known = new Map<string, Facet>();
  for (const facet of facets) {
    const key = `${facet.qualifier}:${facet.value}`;
    known.set(key, { ...facet, count: facet.count + (known.get(key)?.count ?? 0) });
  }
  return [...known.values()];
}

/** What can be filtered by, in groups, for whoever reads. Clients get no names out of code, and no choice that is none. */
export function facetGroups(figures: Figures, reader: Reader): readonly FacetGroup[] {
  const { role, names, say, query } = reader;
  const isClient = role === 'CLIENT';
  // Who is asked for by a label and by an id is both: of actors only those are a choice that are known as those chosen.
  const chosen = new Set(parseQuery(query).terms.map(({ qualifier }) => qualifier));
  const isActorChosen = (['actor', 'user', 'actortype'] as const).some((qualifier) => chosen.has(qualifier));
  const isMore = ({ qualifier }: Facet) => !isActorChosen || chosen.has(qualifier);
  const counts = new Map(figures.severities.map(({ severity, count }) => [severity, count]));
  const groups: readonly Omit<FacetGroup, 'exact'>[] = [
    {
      name: 'severities',
      facets: severities
        .filter((severity) => counts.has(severity))
        .map((severity) => ({
          ...{ qualifier: 'severity', value: severity.toLowerCase(), label: say(`severity.${severity}`) },
          ...{ count: counts.get(severity) ?? 0, severity },
        })),
    },
    {
      name: 'brands',
      facets: figures.brands.map(({ brandId, count }) => ({
        ...{ qualifier: 'brand', value: brandId, label: names.brand(brandId), count },
      })),
    },
    {
      name: 'eventKeys',
      facets: figures.eventKeys.map(({ eventKey, count }) => ({
        ...{ qualifier: 'event', value: eventKey, count },
        ...{ label: isClient ? inWords(eventKey) : eventKey, isCode: !isClient },
      })),
    },
    { name: 'actors', facets: together(figures.actors.map((actor) => actorFacet(actor, reader))).filter(isMore) },
    {
      name: 'entityTypes',
      facets: figures.entityTypes.map(({ entityType, count }) => ({
        ...{ qualifier: 'type', value: entityType.toLowerCase(), label: say(`entity.${entityType}`), count },
      })),
    },
  ];
  return groups
    .filter(({ facets }) => facets.length > 1 || facets.some(({ qualifier }) => !isClient || chosen.has(qualifier)))
    .map((group) => ({ ...group, exact: !figures.estimated.includes(group.name) }));
}
