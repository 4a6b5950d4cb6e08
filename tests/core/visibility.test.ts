import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AcceptedActivity, ActivityEntityType } from '@/core/activity/activity.ts';
import { type ActivityFilter, checkFilter, filterPredicate } from '@/core/activity/filter.ts';
import { searchedWords } from '@/core/activity/search.ts';
import {
  type Grant,
  isInScope,
  type ReadScope,
  type Role,
  readScope,
  type Viewer,
} from '@/core/activity/visibility.ts';
import { fold, wordsOf } from '@/core/activity/words.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { haveBrandEntries, haveEntries } from '@/storage/presence.ts';
import { countEntries, findEntries, hasBeyond, readPage } from '@/storage/timeline.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { brandIds, distinct, eventKeys, generatedEntry, moment, onDatabase } from '../support/generated-entries.ts';

const workspaceIds = ['w1', 'W1', 'w%'];

const grant: fc.Arbitrary<Grant> = fc.record({
  role: fc.constantFrom<Role>('operator', 'operator', 'admin', 'client', 'client', 'writer'),
  brandIds: fc.subarray([...brandIds, 'b3']),
});
const viewer: fc.Arbitrary<Viewer> = fc
  .dictionary(fc.constantFrom(...workspaceIds, '*', '*', 'w9'), grant, { minKeys: 1, maxKeys: 4, size: 'max' })
  .map((grants) => ({ subject: 'u1', grants: new Map(Object.entries(grants)), expiresAt: new Date(8.64e15) }));

/** A piece of the entry's own text, with the case of some of its ASCII letters turned. */
function searchIn(entries: readonly AcceptedActivity[]): fc.Arbitrary<string> {
  const words = entries.flatMap((entry) => searchedWords(entry).flat());
  return fc
    .record({ text: fc.constantFrom('nothing', ...words), turn: fc.nat({ max: 255 }) })
    .map(({ text, turn }) =>
      [...text].map((letter, at) => (turn & (1 << at) && /[a-zA-Z]/.test(letter) ? turned(letter) : letter)).join(''),
    );
}
const turned = (letter: string) => String.fromCharCode(letter.charCodeAt(0) ^ 32);

function filterFor(entries: readonly AcceptedActivity[]): fc.Arbitrary<ActivityFilter> {
  const given = <T>(values: readonly T[]) =>
    fc.option(fc.array(fc.constantFrom(...values), { maxLength: 4, size: 'max' }), { freq: 8, nil: null });
  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 8, nil: null });
  const texts = (field: 'actorUserId' | 'actorLabel' | 'context' | 'entityId') => [
    ...new Set(['%', 'Worker', ...entries.map((entry) => entry[field]).filter((text) => text !== null)]),
  ];
  const entity = fc.record({
    type: fc.constantFrom(...Object.values(ActivityEntityType)),
    id: fc.constantFrom(undefined, null, ...texts('entityId')),
  });
  const all: fc.Arbitrary<{ [K in keyof Required<ActivityFilter>]: ActivityFilter[K] }> = fc.record({
    brandIds: given([...brandIds, 'b3']),
    entities: fc.option(fc.array(entity, { maxLength: 8 }), { freq: 8, nil: null }),
    eventKeys: given([...eventKeys, 'a.*', 'a_b.*', 'a.b.*', 'publication.*', '%.*', 'a%', 'x.y']),
    actorTypes: given(['USER', 'SYSTEM', 'WORKER', 'INTEGRATION'] as const),
    actorUserIds: given(texts('actorUserId')),
    actorLabels: given(texts('actorLabel')),
    contexts: given(texts('context')),
    severities: given(['INFO', 'WARNING', 'ERROR'] as const),
    visibilities: given(['INTERNAL', 'CLIENT', 'SYSTEM'] as const),
    from: some(moment),
    to: some(moment),
    search: fc.option(
      fc.array(searchIn(entries), { maxLength: 2 }).map((words) => words.join(' ')),
      { freq: 8, nil: null },
    ),
  });
  const lists = ['brandIds', 'entities', 'eventKeys', 'actorTypes', 'actorUserIds', 'actorLabels', 'contexts'] as const;
  const every = [...lists, 'severities', 'visibilities', 'from', 'to', 'search'] as const;
  // One or two fields at a time, or nothing would be left to compare; now and then all of them.
  return fc
    .tuple(
      all,
      fc.oneof(
        { weight: 6, arbitrary: fc.subarray([...every], { maxLength: 2 }) },
        { weight: 3, arbitrary: fc.constant(['search' as const]) },
        fc.constant([...every]),
      ),
    )
    .map(([filter, chosen]) => Object.fromEntries(chosen.map((name) => [name, filter[name]])));
}

/** The contract's table of roles, read aloud. */
function contractShows(who: Viewer, workspaceId: string, entry: AcceptedActivity): boolean {
  const held = who.grants.has(workspaceId) ? who.grants.get(workspaceId) : who.grants.get('*');
  if (entry.workspaceId !== workspaceId) return false;
  if (held?.role === 'operator') return true;
  if (held?.role === 'admin') return entry.visibility !== 'SYSTEM';
  return held?.role === 'client' && entry.visibility === 'CLIENT' && held.brandIds.some((id) => id === entry.brandId);
}

/** The contract's filter, read aloud: all given conditions hold; each list means any of. */
function contractMatches(filter: ActivityFilter, entry: AcceptedActivity): boolean {
  const oneOf = (list: readonly string[] | null | undefined, value: string | null) =>
    list === undefined || list === null || list.some((wanted) => wanted === value);
  // What a search finds is tests/core/search.test.ts' matter; here it is one word after the other.
  const words = (filter.search ?? '').split(/\s/u).filter((word) => wordsOf(word).length > 0);
  const known = searchedWords(entry).flat();
  return (
    oneOf(filter.brandIds, entry.brandId) &&
    (filter.entities?.some(({ type, id }) => type === entry.entityType && (id ?? entry.entityId) === entry.entityId) ??
      true) &&
    (filter.eventKeys?.some((key) =>
      key.endsWith('.*') ? `${entry.eventKey}`.indexOf(key.slice(0, -1)) === 0 : key === entry.eventKey,
    ) ??
      true) &&
    oneOf(filter.actorTypes, entry.actorType) &&
    oneOf(filter.actorUserIds, entry.actorUserId) &&
    oneOf(filter.actorLabels, entry.actorLabel) &&
    oneOf(filter.contexts, entry.context) &&
    oneOf(filter.severities, entry.severity) &&
    oneOf(filter.visibilities, entry.visibility) &&
    (filter.from?.getTime() ?? -Infinity) <= entry.createdAt.getTime() &&
    entry.createdAt.getTime() < (filter.to?.getTime() ?? Infinity) &&
    words.every((word) => known.includes(fold(word)))
  );
}

const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id).sort();
const limit = 1_000;

const world = fc.array(generatedEntry(workspaceIds), { minLength: 15, maxLength: 30 }).chain((entries) =>
  fc.record({
    entries: fc.constant(entries),
    who: viewer,
    filters: fc.array(filterFor(entries), { minLength: 4, maxLength: 4 }),
  }),
);

describeOnEachDatabase('visibility', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  /** The generated entries alone, each in the trail. */
  async function write(entries: readonly AcceptedActivity[]): Promise<AcceptedActivity[]> {
    await database.transaction((connection) => connection.script('DELETE FROM "ActivityLog"'));
    const own = distinct(entries);
    await createActivityWriter(database).write(own);
    return own;
  }

  async function compare(
    scope: ReadScope,
    filter: ActivityFilter,
    expected: AcceptedActivity[],
    all: AcceptedActivity[],
  ) {
    const matches = filterPredicate(filter);
    const selection = { scope, filter };
    expect(idsOf(all.filter((entry) => isInScope(scope, entry) && matches(entry)))).toEqual(idsOf(expected));
    const { entries, more } = await readPage(database, { ...selection, limit, from: 'newest' });
    expect([idsOf(entries), more]).toEqual([idsOf(expected), false]);
    for (const entry of entries) {
      const whole = all.find(({ id }) => id === entry.id);
      expect([entry.context, entry.actorUserId]).toEqual(
        scope.internals ? [whole?.context, whole?.actorUserId] : [null, null],
      );
    }
    expect(await countEntries(database, selection, limit)).toEqual({ value: expected.length, exact: true });
    expect(await countEntries(database, selection, 1)).toEqual({
      value: Math.min(expected.length, 1),
      exact: expected.length < 2,
    });
    const [newest, oldest] = [entries[0], entries.at(-1)];
    if (newest === undefined || oldest === undefined) return;
    expect(await hasBeyond(database, selection, 'older', newest)).toBe(expected.length > 1);
    expect(await hasBeyond(database, selection, 'newer', newest)).toBe(false);
    expect(await hasBeyond(database, selection, 'newer', oldest)).toBe(expected.length > 1);
  }

  it('is one rule: SQL, predicate and the contract show the same entries, count the same, whatever the filter', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(world, async ({ entries, who, filters }) => {
        const all = await write(entries);
        for (const workspaceId of [...workspaceIds, 'w9']) {
          const scope = readScope(who, workspaceId);
          const shown = all.filter((entry) => contractShows(who, workspaceId, entry));
          if (scope === undefined) expect(shown).toEqual([]);
          else {
            for (const filter of [{}, ...filters]) {
              compared += shown.filter(
                (entry) => Object.keys(filter).length > 0 && contractMatches(filter, entry),
              ).length;
              await compare(
                scope,
                filter,
                shown.filter((entry) => contractMatches(filter, entry)),
                all,
              );
            }
          }
        }
      }),
      { ...onDatabase, numRuns: 70 },
    );
    expect(compared).toBeGreaterThan(200);
  }, 60_000);

  it('holds for whether there is anything of a workspace or a brand', async () => {
    const count = { shown: 0, hidden: 0 };
    await fc.assert(
      fc.asyncProperty(world, async ({ entries, who }) => {
        const all = await write(entries);
        const scopes = [...workspaceIds, 'w9'].map((id) => readScope(who, id)).filter((scope) => scope !== undefined);
        const shown = (scope: ReadScope) =>
          all.filter((entry) => contractShows(who, scope.workspaceId, entry)).map(({ brandId }) => brandId);
        expect(await haveEntries(database, scopes)).toEqual(scopes.map((scope) => shown(scope).length > 0));
        const brands = scopes.flatMap((scope) => [...brandIds, 'b3'].map((brandId) => ({ scope, brandId })));
        const expected = brands.map(({ scope, brandId }) => shown(scope).includes(brandId));
        expect(await haveBrandEntries(database, brands)).toEqual(expected);
        for (const is of expected) count[is ? 'shown' : 'hidden'] += 1;
      }),
      { ...onDatabase, numRuns: 40 },
    );
    expect(Math.min(count.shown, count.hidden)).toBeGreaterThan(50);
  });

  it('holds for entries by id, one answer each in the order of the ids', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.infiniteStream(fc.nat()), async ({ entries, who }, dice) => {
        const all = await write(entries);
        const asked = [...all.map(({ id }) => id), 'nobody', '', '%', ...all.slice(0, 2).map(({ id }) => id)];
        const keys = new Map(asked.map((id) => [id, dice.next().value as number]));
        asked.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
        const found = await findEntries(database, asked, (workspaceId) => readScope(who, workspaceId));
        const expected = asked.map((id) => {
          const entry = all.find((one) => one.id === id);
          return entry && contractShows(who, entry.workspaceId, entry) ? id : undefined;
        });
        expect(found.map((entry) => entry?.id)).toEqual(expected);
        for (const entry of found) {
          if (entry === undefined || readScope(who, entry.workspaceId)?.internals) continue;
          expect([entry.context, entry.actorUserId]).toEqual([null, null]);
        }
      }),
      { ...onDatabase, numRuns: 40 },
    );
  });
});

describe('a filter', () => {
  const scopes = (['operator', 'admin', 'client'] as const).map((role) => {
    const held = new Map([['w1', { role, brandIds: ['b1'] }]]);
    return [role, readScope({ subject: 'u', grants: held, expiresAt: new Date() }, 'w1') as ReadScope] as const;
  });
  const code = (act: () => void) => {
    try {
      act();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it.each(scopes)('by what clients may not see is for others than clients: %s', (role, scope) => {
    for (const field of ['contexts', 'actorUserIds'] as const) {
      for (const list of [[], ['x'], ['\u0000']]) {
        const error = code(() => checkFilter({ [field]: list }, scope));
        if (role === 'client') expect(error).toMatchObject({ code: 'FORBIDDEN', field: `filter.${field}` });
        else expect((error as { code?: string } | undefined)?.code).not.toBe('FORBIDDEN');
      }
      expect(code(() => checkFilter({ [field]: null }, scope))).toBeUndefined();
    }
  });

  it.each([
    ['brandIds', { brandIds: Array(101).fill('b') }, 'LIMIT_EXCEEDED'],
    ['entities', { entities: Array(101).fill({ type: 'OTHER' }) }, 'LIMIT_EXCEEDED'],
    ['severities', { severities: Array(101).fill('INFO') }, 'LIMIT_EXCEEDED'],
    ['search', { search: 'a'.repeat(1025) }, 'LIMIT_EXCEEDED'],
    ['search', { search: Array.from({ length: 65 }, (_, at) => `w${at}`).join(' ') }, 'LIMIT_EXCEEDED'],
    ['search', { search: '\u0000' }, 'BAD_USER_INPUT'],
    ['search', { search: 'a \ud800' }, 'BAD_USER_INPUT'],
    ['brandIds', { brandIds: ['a\u0000'] }, 'BAD_USER_INPUT'],
    ['actorLabels', { actorLabels: ['😀'.repeat(257)] }, 'BAD_USER_INPUT'],
    ['entities', { entities: [{ type: 'OTHER', id: '\udfff' }] }, 'BAD_USER_INPUT'],
    ['eventKeys', { eventKeys: ['a.b', '*'] }, 'BAD_USER_INPUT'],
  ] as [string, ActivityFilter, string][])(
    'is refused with the field where %s goes too far (%#)',
    (field, filter, expected) => {
      const fault = { code: expected, field: `filter.${field}` };
      for (const [, scope] of scopes) expect(code(() => checkFilter(filter, scope))).toMatchObject(fault);
    },
  );

  it('may be as large as the limits', () => {
    const filter = { brandIds: Array(100).fill('😀'.repeat(256)), search: 'a'.repeat(1024) };
    for (const [, scope] of scopes) expect(code(() => checkFilter(filter, scope))).toBeUndefined();
  });
});
