/**
 * Keys of selections: one that two selections share exactly where they select the same, and those by which an index finds
 * the selections that an entry can match.
 */
import type { AcceptedActivity } from './activity.ts';
import type { Selection } from './feed.ts';
import type { ActivityFilter } from './filter.ts';

/** Text that is equal for two selections of the same scope and filter, however their lists are ordered. */
export function selectionKey({ scope, filter }: Selection): string {
  const { workspaceId, visibilities, brandIds, internals } = scope;
  const conditions = Object.entries(filter as Record<keyof ActivityFilter, unknown>)
    .filter(([, value]) => value != null)
    .map(([field, value]) => [field, canonical(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([workspaceId, canonical(visibilities), brandIds && canonical(brandIds), internals, conditions]);
}

function canonical(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return [
    ...new Set(value.map((item) => JSON.stringify(typeof item === 'object' ? [item.type, item.id] : item))),
  ].sort();
}

/** A field, or fields, that an index looks under. */
type Dimension = keyof typeof lookups;

/** What an entry is found under in each dimension. */
const lookups = {
  entity: ({ entityType, entityId }) => [`${entityType} ${entityId}`],
  actorUserId: ({ actorUserId }) => (actorUserId === null ? [] : [actorUserId]),
  actorLabel: ({ actorLabel }) => (actorLabel === null ? [] : [actorLabel]),
  eventKey: ({ eventKey }) => eventKeyLookups(eventKey),
  brandId: ({ brandId }) => (brandId === null ? [] : [brandId]),
  context: ({ context }) => (context === null ? [] : [context]),
  entityType: ({ entityType }) => [entityType],
  actorType: ({ actorType }) => [actorType],
  severity: ({ severity }) => [severity],
  visibility: ({ visibility }) => [visibility],
} satisfies Record<string, (entry: AcceptedActivity) => string[]>;

/** The key itself, and the pattern of every domain that it lies in: what a filter's `eventKeys` can say. */
function eventKeyLookups(eventKey: string): string[] {
  const found = [eventKey];
  for (let dot = eventKey.indexOf('.'); dot >= 0; dot = eventKey.indexOf('.', dot + 1))
    found.push(`${eventKey.slice(0, dot + 1)}*`);
  return found;
}

/** What a selection's own condition in a dimension is kept under; undefined where it has none there. */
const conditions: Record<Dimension, (selection: Selection) => readonly string[] | undefined | null> = {
  entity: ({ filter: { entities } }) =>
    entities?.every(({ id }) => id != null) ? entities.map(({ type, id }) => `${type} ${id}`) : undefined,
  actorUserId: ({ filter }) => filter.actorUserIds,
  actorLabel: ({ filter }) => filter.actorLabels,
  eventKey: ({ filter }) => filter.eventKeys,
  brandId: ({ filter, scope }) => filter.brandIds ?? scope.brandIds,
  context: ({ filter }) => filter.contexts,
  entityType: ({ filter }) => filter.entities?.map(({ type }) => type),
  actorType: ({ filter }) => filter.actorTypes,
  severity: ({ filter }) => filter.severities,
  visibility: ({ filter }) => filter.visibilities,
};

/** From the condition that leaves the fewest entries, as a rule, to the one that leaves the most. */
export const dimensions = Object.keys(lookups) as readonly Dimension[];

/** Where to keep a selection: under each of the values in the one dimension; undefined where it has no such condition. */
export function placeOf(selection: Selection): { dimension: Dimension; values: ReadonlySet<string> } | undefined {
  for (const dimension of dimensions) {
    const values = conditions[dimension](selection);
    if (values != null) return { dimension, values: new Set(values) };
  }
  return undefined;
}

/** The values that an entry is found under in a dimension. */
export function lookupsOf(dimension: Dimension, entry: AcceptedActivity): string[] {
  return lookups[dimension](entry);
}

export type { Dimension };
