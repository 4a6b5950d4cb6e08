import type { CompletionsQuery } from '../../client/generated/graphql.ts';
import type { Role } from '../timeline/timeline-context.ts';
import type { Say } from '../words/localised.tsx';
import { enumerations, internalQualifiers, type Qualifier, qualifiers } from './qualifiers.ts';

export type Facets = CompletionsQuery['activityStats'];

/** A value that a qualifier may be given. */
export interface Completion {
  readonly qualifier: Qualifier;
  readonly value: string;
  /** What people call it, where that is something else. */
  readonly label: string | undefined;
  /** How many entries there are, about; undefined where nobody has counted. */
  readonly count: number | undefined;
  /** True for the beginning of a value: an entity's type without its id. */
  readonly isBeginning: boolean;
}

/** Times that people ask for. */
const moments = ['today', 'yesterday', '1h', '24h', '7d', '30d'] as const;

/** What of the qualifiers is offered: clients get none that the service refuses to them or that says nothing to them. */
export function offeredQualifiers(role: Role | undefined): readonly Qualifier[] {
  if (role !== undefined && role !== 'CLIENT') return qualifiers;
  return qualifiers.filter((one) => !internalQualifiers.includes(one) && one !== 'visibility');
}

/** Everything under the domains of event keys, and the keys. */
function eventCompletions(keys: readonly { eventKey: string; count: number }[]): [string, number][] {
  const domains = new Map<string, { count: number; keys: number }>();
  for (const { eventKey, count } of keys) {
    const domain = `${eventKey.slice(0, eventKey.indexOf('.'))}.*`;
    const { count: sum, keys: number } = domains.get(domain) ?? { count: 0, keys: 0 };
    domains.set(domain, { count: sum + count, keys: number + 1 });
  }
  const several = [...domains].filter(([, { keys: number }]) => number > 1);
  return [
    ...keys.map(({ eventKey, count }): [string, number] => [eventKey, count]),
    ...several.map(([domain, { count }]): [string, number] => [domain, count]),
  ];
}

/** Sums what belongs to one value, for example to an actor of two types. */
function summed(counts: readonly [string | null, number][]): [string, number][] {
  const sums = new Map<string, number>();
  for (const [value, count] of counts) if (value !== null) sums.set(value, (sums.get(value) ?? 0) + count);
  return [...sums];
}

/**
 * All values that can be offered to somebody.
 * @param facets undefined until they are there; then only what every workspace has is offered
 */
export function completionsOf(facets: Facets | undefined, role: Role | undefined, say: Say): readonly Completion[] {
  const offered = offeredQualifiers(role);
  const all: Completion[] = [];
  const add = (qualifier: Qualifier, value: string, more: Partial<Completion> = {}) => {
    if (offered.includes(qualifier))
      all.push({ qualifier, value, label: undefined, count: undefined, isBeginning: false, ...more });
  };
  const { eventKeys = [], actors = [], brands = [], severities = [], entityTypes = [] } = facets ?? {};
  const labels = new Map(actors.map(({ actorUserId, actorLabel }) => [actorUserId, actorLabel ?? undefined]));
  for (const [value, count] of eventCompletions(eventKeys)) add('event', value, { count });
  for (const [value, count] of summed(actors.map((one) => [one.actorLabel, one.count]))) add('actor', value, { count });
  for (const { brandId, brand, count } of brands) add('brand', brandId, { label: brand.name ?? undefined, count });
  for (const severity of enumerations.severity) {
    const count = severities.find((one) => one.severity === severity)?.count;
    add('severity', severity.toLowerCase(), { label: say(`severity.${severity}`), count });
  }
  for (const type of enumerations.type) {
    const count = entityTypes.find((one) => one.entityType === type)?.count;
    if (facets !== undefined && count === undefined) continue;
    add('type', type.toLowerCase(), { label: say(`entity.${type}`), count });
    add('entity', `${type.toLowerCase()}/`, { label: say(`entity.${type}`), isBeginning: true });
  }
  for (const [value, count] of summed(actors.map((one) => [one.actorUserId, one.count])))
    add('user', value, { label: labels.get(value), count });
  for (const type of enumerations.actortype) add('actortype', type.toLowerCase(), { label: say(`actor.${type}`) });
  for (const one of enumerations.visibility)
    add('visibility', one.toLowerCase(), { label: say(`detail.audience.${one}`) });
  for (const qualifier of ['after', 'before'] as const)
    for (const value of moments) add(qualifier, value, { label: say(`find.moment.${value}`) });
  return all;
}
