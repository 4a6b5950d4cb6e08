/**
 * The filter of timelines, counts and the feed: as a condition in SQL and as a predicate, side by side. All given
 * conditions hold; each list means any of (an empty one: none). The search is a predicate only.
 */
import sql, { join, type Sql } from 'sql-template-tag';
import { ActivityLogError, shorten } from '../../errors.ts';
import type {
  AcceptedActivity,
  ActivityActorType,
  ActivityEntityType,
  ActivitySeverity,
  ActivityVisibility,
} from './activity.ts';
import { parseEventKeyCondition } from './event-key.ts';
import { parseSearch, searchPredicate } from './search.ts';
import { isLongerThan, isStorableText } from './text.ts';
import type { ReadScope } from './visibility.ts';

type Given<T> = T | null | undefined;

export interface ActivityFilter {
  brandIds?: Given<readonly string[]>;
  /** Any entity of the type where no id is given. */
  entities?: Given<readonly { type: ActivityEntityType; id?: Given<string> }[]>;
  /** `publication.failed`, or `publication.*` for everything under a domain. */
  eventKeys?: Given<readonly string[]>;
  actorTypes?: Given<readonly ActivityActorType[]>;
  actorUserIds?: Given<readonly string[]>;
  actorLabels?: Given<readonly string[]>;
  contexts?: Given<readonly string[]>;
  severities?: Given<readonly ActivitySeverity[]>;
  visibilities?: Given<readonly ActivityVisibility[]>;
  /** from <= createdAt < to, to the millisecond. */
  from?: Given<Date>;
  to?: Given<Date>;
  search?: Given<string>;
}

/** Values in one list of a filter; characters of one value. */
const filterLimits = { list: 100, value: 256 } as const;

const textLists = ['brandIds', 'eventKeys', 'actorUserIds', 'actorLabels', 'contexts'] as const;
const lists = [...textLists, 'entities', 'actorTypes', 'severities', 'visibilities'] as const;
const internals = ['contexts', 'actorUserIds'] as const;

function bad(field: string, message: string): never {
  throw new ActivityLogError('BAD_USER_INPUT', message, { field });
}

function checkText(of: string, field: string, value: string): void {
  if (!isStorableText(value)) bad(of, `${field} must not contain U+0000 or a lone surrogate`);
  if (isLongerThan(value, filterLimits.value)) {
    bad(of, `${field} takes values of at most ${filterLimits.value} characters, got ${shorten(value)}`);
  }
}

/**
 * Checks a filter before it is used.
 * @throws ActivityLogError BAD_USER_INPUT or LIMIT_EXCEEDED with the field; FORBIDDEN where a client asks by what it may not see
 */
export function checkFilter(filter: ActivityFilter, scope: ReadScope): void {
  for (const field of internals) {
    if (filter[field] != null && !scope.internals) {
      throw new ActivityLogError('FORBIDDEN', `A client may not filter by ${field}.`, { field: `filter.${field}` });
    }
  }
  checkConditions(filter, 'filter');
}

/**
 * Checks conditions whoever they come from.
 * @param path of the input that they stand in, for the error
 * @throws ActivityLogError BAD_USER_INPUT or LIMIT_EXCEEDED with the field
 */
export function checkConditions(filter: ActivityFilter, path: string): void {
  for (const field of lists) {
    const count = filter[field]?.length ?? 0;
    if (count > filterLimits.list) {
      throw new ActivityLogError('LIMIT_EXCEEDED', `${field} takes at most ${filterLimits.list} values, got ${count}`, {
        field: `${path}.${field}`,
      });
    }
  }
  for (const field of textLists) for (const value of filter[field] ?? []) checkText(`${path}.${field}`, field, value);
  for (const entity of filter.entities ?? [])
    if (entity.id != null) checkText(`${path}.entities`, 'entities', entity.id);
  for (const key of filter.eventKeys ?? []) {
    if (parseEventKeyCondition(key) === undefined) {
      bad(
        `${path}.eventKeys`,
        `eventKeys takes keys like "publication.failed" or "publication.*", got ${shorten(key)}`,
      );
    }
  }
  if (filter.search != null) parseSearch(filter.search);
}

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

function eventKeyCondition(keys: readonly string[]): Sql {
  const conditions = keys.map(parseEventKeyCondition).filter((condition) => condition !== undefined);
  const exact = conditions.flatMap((condition) => (condition.kind === 'exact' ? [condition.key] : []));
  const like = conditions.flatMap((condition) =>
    condition.kind === 'prefix' ? [`${escapeLike(condition.prefix)}%`] : [],
  );
  if (like.length === 0) return sql`"eventKey" = ANY(${exact}::text[])`;
  if (exact.length === 0) return sql`"eventKey" LIKE ANY(${like}::text[])`;
  return sql`("eventKey" = ANY(${exact}::text[]) OR "eventKey" LIKE ANY(${like}::text[]))`;
}

function entityCondition(entities: NonNullable<ActivityFilter['entities']>): Sql {
  const whole = new Set(entities.filter((entity) => entity.id == null).map((entity) => entity.type));
  const single = entities.filter((entity) => entity.id != null && !whole.has(entity.type));
  const types = [...new Set(single.map((entity) => entity.type))];
  const conditions = types.map((type) => {
    const ids = single.filter((entity) => entity.type === type).map((entity) => entity.id);
    return sql`("entityType" = ${type}::text::"ActivityEntityType" AND "entityId" = ANY(${ids}::text[]))`;
  });
  if (whole.size > 0) conditions.push(sql`"entityType" = ANY(${[...whole]}::text[]::"ActivityEntityType"[])`);
  return conditions.length === 0 ? sql`false` : sql`(${join(conditions, ' OR ')})`;
}

/** The filter's range of time, as conditions that bound a part of a timeline. */
export function timeConditions({ from, to }: ActivityFilter): Sql[] {
  const all: Sql[] = [];
  if (from != null) all.push(sql`"createdAt" >= ${from}::timestamp(3)`);
  if (to != null) all.push(sql`"createdAt" < ${to}::timestamp(3)`);
  return all;
}

/**
 * The filter as conditions on the columns of "ActivityLog", joined by AND; `true` where there are none. All but the
 * search: whoever reads by this asks `searchOf` for each row.
 */
export function filterCondition(filter: ActivityFilter): Sql {
  const all: Sql[] = [];
  if (filter.brandIds != null) all.push(sql`"brandId" = ANY(${[...filter.brandIds]}::text[])`);
  if (filter.entities != null) all.push(entityCondition(filter.entities));
  if (filter.eventKeys != null) all.push(eventKeyCondition(filter.eventKeys));
  if (filter.actorTypes != null)
    all.push(sql`"actorType" = ANY(${[...filter.actorTypes]}::text[]::"ActivityActorType"[])`);
  if (filter.actorUserIds != null) all.push(sql`"actorUserId" = ANY(${[...filter.actorUserIds]}::text[])`);
  if (filter.actorLabels != null) all.push(sql`"actorLabel" = ANY(${[...filter.actorLabels]}::text[])`);
  if (filter.contexts != null) all.push(sql`"context" = ANY(${[...filter.contexts]}::text[])`);
  if (filter.severities != null)
    all.push(sql`"severity" = ANY(${[...filter.severities]}::text[]::"ActivitySeverity"[])`);
  if (filter.visibilities != null) {
    all.push(sql`"visibility" = ANY(${[...filter.visibilities]}::text[]::"ActivityVisibility"[])`);
  }
  all.push(...timeConditions(filter));
  return all.length === 0 ? sql`true` : join(all, ' AND ');
}

type Predicate = (entry: AcceptedActivity) => boolean;

function among<K extends keyof AcceptedActivity>(field: K, values: readonly AcceptedActivity[K][]): Predicate {
  const set = new Set<AcceptedActivity[K]>(values);
  return (entry) => entry[field] !== null && set.has(entry[field]);
}

function eventKeyPredicate(keys: readonly string[]): Predicate {
  const conditions = keys.map(parseEventKeyCondition);
  return ({ eventKey }) =>
    conditions.some((condition) =>
      condition?.kind === 'prefix' ? eventKey.startsWith(condition.prefix) : condition?.key === eventKey,
    );
}

/** What the filter's search asks of an entry; undefined where it has none that says anything. */
export function searchOf({ search }: ActivityFilter): Predicate | undefined {
  return search == null || parseSearch(search).length === 0 ? undefined : searchPredicate(search);
}

/** The filter as a predicate that agrees with `filterCondition` and `searchOf` on every entry. */
export function filterPredicate(filter: ActivityFilter): Predicate {
  const all: Predicate[] = [];
  const { entities, from, to } = filter;
  if (filter.brandIds != null) all.push(among('brandId', filter.brandIds));
  if (entities != null) {
    all.push((entry) =>
      entities.some(({ type, id }) => type === entry.entityType && (id == null || id === entry.entityId)),
    );
  }
  if (filter.eventKeys != null) all.push(eventKeyPredicate(filter.eventKeys));
  if (filter.actorTypes != null) all.push(among('actorType', filter.actorTypes));
  if (filter.actorUserIds != null) all.push(among('actorUserId', filter.actorUserIds));
  if (filter.actorLabels != null) all.push(among('actorLabel', filter.actorLabels));
  if (filter.contexts != null) all.push(among('context', filter.contexts));
  if (filter.severities != null) all.push(among('severity', filter.severities));
  if (filter.visibilities != null) all.push(among('visibility', filter.visibilities));
  if (from != null) all.push((entry) => entry.createdAt >= from);
  if (to != null) all.push((entry) => entry.createdAt < to);
  if (filter.search != null) all.push(searchPredicate(filter.search));
  return (entry) => all.every((predicate) => predicate(entry));
}
