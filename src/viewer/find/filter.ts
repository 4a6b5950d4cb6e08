import type { ActivityEntityType, ActivityFilter } from '../../client/client.ts';
import { momentOf, type Reader } from './moment.ts';
import { enumerations } from './qualifiers.ts';
import type { Query, Term } from './terms.ts';

function entitiesOf(types: readonly ActivityEntityType[] | undefined, entities: readonly string[] | undefined) {
  if (entities === undefined) return types?.map((type) => ({ type }));
  const all = entities.flatMap((value) => {
    const slash = value.indexOf('/');
    const type = enumerations.type.find((one) => one.toLowerCase() === value.slice(0, slash));
    return type === undefined ? [] : [{ type, id: value.slice(slash + 1) }];
  });
  // Both hold: of the entities those of the types; an empty list finds nothing.
  return types === undefined ? all : all.filter(({ type }) => types.includes(type));
}

/** What the query asks, as the service takes it: any of the values of a qualifier, all qualifiers, all words. */
export function filterOf({ terms }: Query, reader: Reader): ActivityFilter {
  const valuesOf = (qualifier: Term['qualifier']): string[] | undefined => {
    const values = terms.filter((term) => term.qualifier === qualifier).map(({ value }) => value);
    return values.length === 0 ? undefined : [...new Set(values)];
  };
  const enumerated = <Q extends keyof typeof enumerations>(qualifier: Q) => {
    const values = valuesOf(qualifier);
    const all: readonly (typeof enumerations)[Q][number][] = enumerations[qualifier];
    return values && all.filter((one) => values.includes(one.toLowerCase()));
  };
  const moments = (qualifier: Term['qualifier']) =>
    valuesOf(qualifier)?.flatMap((value) => momentOf(value, reader) ?? []) ?? [];
  const [after, before] = [moments('after'), moments('before')];
  const words = terms.filter(({ qualifier }) => qualifier === 'search').map(({ value }) => value);
  const filter: ActivityFilter = {
    eventKeys: valuesOf('event'),
    actorLabels: valuesOf('actor'),
    actorUserIds: valuesOf('user'),
    actorTypes: enumerated('actortype'),
    severities: enumerated('severity'),
    brandIds: valuesOf('brand'),
    entities: entitiesOf(enumerated('type'), valuesOf('entity')),
    contexts: valuesOf('context'),
    visibilities: enumerated('visibility'),
    from: after.length === 0 ? undefined : new Date(Math.max(...after)).toISOString(),
    to: before.length === 0 ? undefined : new Date(Math.min(...before)).toISOString(),
    search: words.length === 0 ? undefined : words.join(' '),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
