import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import { closePageCursor } from '@/core/activity/page-cursor.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { createTestDatabase, openTestPglite, type TestDatabase } from '../support/databases.ts';
import { entryOf, moment, onDatabase } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const query = /* GraphQL */ `
  query ($w: String!, $filter: ActivityFilter, $first: Int, $after: String, $last: Int, $before: String) {
    timeline(workspaceId: $w, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { databaseId } }
      pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
      count { value exact }
    }
  }`;

interface Range {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}
interface Edge {
  cursor: string;
  node: { databaseId: string };
}
interface Page {
  ids: string[];
  cursors: string[];
  pageInfo: { startCursor: string | null; endCursor: string | null; hasNextPage: boolean; hasPreviousPage: boolean };
  count: { value: number; exact: boolean };
}

/** Newest first by moment, then by id as bytes: the plain list that every page is cut from. */
function sorted(entries: readonly AcceptedActivity[]): AcceptedActivity[] {
  return [...entries].sort(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)),
  );
}

/** Relay's algorithm over the list, with `has…Page` told exactly on both sides. */
function modelPage(list: readonly AcceptedActivity[], range: Range): Omit<Page, 'count'> {
  const cursors = list.map((entry) => closePageCursor(entry));
  const from = range.after == null ? 0 : cursors.indexOf(range.after) + 1;
  const to = range.before == null ? list.length : cursors.indexOf(range.before);
  let [start, end] = [from, Math.max(from, to)];
  if (range.last != null) start = Math.max(start, end - range.last);
  else end = Math.min(end, start + (range.first ?? 50));
  // An empty range has no place of its own: what lies on either side of it is what its cursors leave out.
  if (to < from) [start, end] = [from, from];
  return {
    ids: list.slice(start, end).map(({ id }) => id),
    cursors: cursors.slice(start, end),
    pageInfo: {
      startCursor: cursors.slice(start, end)[0] ?? null,
      endCursor: cursors.slice(start, end).at(-1) ?? null,
      hasPreviousPage: start > 0,
      hasNextPage: (to < from ? to : end) < list.length,
    },
  };
}

const ids = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('a', 'B', 'z', '0', '_', 'é', '漢', '😀', '\uffff'), minLength: 1, maxLength: 4 }),
  {
    maxLength: 14,
  },
);
let runs = 0;
/** A timeline of its own: entries, their moments often the same. */
const timeline = ids.chain((own) =>
  fc
    .tuple(fc.constant(own), fc.array(moment, { minLength: own.length, maxLength: own.length }))
    .map(([texts, moments]) => (): AcceptedActivity[] => {
      const workspaceId = `p${++runs}`;
      return texts.map((text, at) => entryOf({ id: `${text}-${runs}`, workspaceId, createdAt: moments[at] as Date }));
    }),
);
const size = fc.integer({ min: 1, max: 5 });

describe.each(['pglite', 'postgres'] as const)('a timeline by pages (%s)', (kind) => {
  let database: Database;
  let server: TestServer;
  let own: TestDatabase | undefined;
  let token: string;
  beforeAll(async () => {
    if (kind === 'pglite') database = await openTestPglite();
    else {
      own = await createTestDatabase();
      database = await openPostgres({ url: own.url, applicationName: 'pagination' });
    }
    server = await startTestServer(database);
    token = await server.token();
  });
  afterAll(async () => {
    await server.close();
    await own?.drop();
  });

  async function read(workspaceId: string, range: Range, filter?: object): Promise<Page> {
    const answer = await server.graphql(query, { w: workspaceId, filter, ...range }, token);
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    const { edges, pageInfo, count } = answer.data?.['timeline'] ?? expect.unreachable();
    return {
      ids: edges.map((edge: Edge) => edge.node.databaseId),
      cursors: edges.map((edge: Edge) => edge.cursor),
      pageInfo,
      count,
    };
  }
  const write = async (entries: readonly AcceptedActivity[]) =>
    void (await createActivityWriter(database).write(entries));
  const workspaceOf = (entries: readonly AcceptedActivity[]) => entries[0]?.workspaceId ?? 'nobody';
  const all = (list: readonly AcceptedActivity[]) => ({ count: { value: list.length, exact: true } });

  it('is what Relay says, for every range and size', async () => {
    await fc.assert(
      fc.asyncProperty(
        timeline,
        fc.array(
          fc.record({
            size: fc.nat({ max: 16 }),
            by: fc.constantFrom('first' as const, 'last' as const, 'neither' as const),
            after: fc.option(fc.nat()),
            before: fc.option(fc.nat()),
          }),
          { minLength: 6, maxLength: 6 },
        ),
        async (make, ranges) => {
          const list = sorted(make());
          await write(list);
          const cursorAt = (at: number | null) =>
            at === null || list.length === 0 ? null : closePageCursor(list[at % list.length] as AcceptedActivity);
          for (const { size: limit, by, after, before } of ranges) {
            const range: Range = {
              after: cursorAt(after),
              before: cursorAt(before),
              ...(by === 'neither' ? {} : { [by]: limit }),
            };
            expect(await read(workspaceOf(list), range)).toEqual({ ...modelPage(list, range), ...all(list) });
          }
        },
      ),
      { ...onDatabase, numRuns: 50 },
    );
  });

  it('can be walked either way and back again, with pages of any size, and shows each entry once', async () => {
    await fc.assert(
      fc.asyncProperty(timeline, fc.infiniteStream(size), fc.boolean(), async (make, sizes, backward) => {
        const list = sorted(make());
        await write(list);
        const walk = async (back: boolean) => {
          const walked: string[] = [];
          for (let cursor: string | null = null; ; ) {
            const limit = sizes.next().value as number;
            const range: Range = back ? { last: limit, before: cursor } : { first: limit, after: cursor };
            const { ids: found, pageInfo } = await read(workspaceOf(list), range);
            walked[back ? 'unshift' : 'push'](...found);
            if (!(back ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return walked;
            cursor = back ? pageInfo.startCursor : pageInfo.endCursor;
          }
        };
        const whole = list.map(({ id }) => id);
        expect(await walk(backward)).toEqual(whole);
        // Midway it turns round: forward some pages, then back from where it stands.
        const limit = sizes.next().value as number;
        const forward = await read(workspaceOf(list), { first: limit });
        const onward = await read(workspaceOf(list), { first: limit, after: forward.pageInfo.endCursor });
        const back = await read(workspaceOf(list), { last: limit, before: onward.pageInfo.startCursor });
        if (onward.ids.length > 0) expect(back.ids).toEqual(forward.ids);
      }),
      { ...onDatabase, numRuns: 25 },
    );
  });

  it('neither repeats nor skips an entry that was there from the beginning, whatever is written between two pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        timeline,
        fc.array(moment, { maxLength: 8 }),
        size,
        fc.boolean(),
        async (make, later, limit, back) => {
          const entries = make();
          fc.pre(entries.length > 0);
          await write(entries);
          const walked: string[] = [];
          const written = [...entries];
          for (let cursor: string | null = null, at = 0; ; at++) {
            const range: Range = back ? { last: limit, before: cursor } : { first: limit, after: cursor };
            const page = await read(workspaceOf(entries), range);
            expect({ ...page, count: undefined }).toEqual({ ...modelPage(sorted(written), range), count: undefined });
            walked[back ? 'unshift' : 'push'](...page.ids);
            if (!(back ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage)) break;
            cursor = back ? page.pageInfo.startCursor : page.pageInfo.endCursor;
            const when = later[at];
            if (when === undefined) continue;
            const between = entryOf({
              id: `between${at}-${runs}`,
              workspaceId: workspaceOf(entries),
              createdAt: when,
            });
            await write([between]);
            written.push(between);
          }
          expect(new Set(walked).size).toBe(walked.length);
          expect(walked.filter((id) => entries.some((entry) => entry.id === id))).toEqual(
            sorted(entries).map(({ id }) => id),
          );
        },
      ),
      { ...onDatabase, numRuns: 25 },
    );
  });

  it('keeps to its filter: a cursor of an entry that the filter leaves out is a place like any other', async () => {
    await fc.assert(
      fc.asyncProperty(timeline, fc.nat(), size, fc.boolean(), async (make, at, limit, back) => {
        const list = sorted(make()).map((entry, n) => ({ ...entry, eventKey: n % 2 === 0 ? 'a.b' : 'c.d' }));
        fc.pre(list.length > 0);
        await write(list);
        const place = at % list.length;
        const cursor = closePageCursor(list[place] as AcceptedActivity);
        const matching = (part: AcceptedActivity[]) =>
          part.filter(({ eventKey }) => eventKey === 'a.b').map(({ id }) => id);
        const page = await read(
          workspaceOf(list),
          back ? { last: limit, before: cursor } : { first: limit, after: cursor },
          { eventKeys: ['a.b'] },
        );
        const rest = matching(back ? list.slice(0, place) : list.slice(place + 1));
        expect(page.ids).toEqual(back ? rest.slice(Math.max(rest.length - limit, 0)) : rest.slice(0, limit));
        expect(page.pageInfo[back ? 'hasPreviousPage' : 'hasNextPage']).toBe(rest.length > limit);
        expect(page.count.value).toBe(matching(list).length);
      }),
      { ...onDatabase, numRuns: 25 },
    );
  });

  it('is empty where there is nothing, and has nothing on either side', async () => {
    for (const range of [{}, { first: 0 }, { last: 0 }, { first: 5 }, { last: 500 }]) {
      expect(await read('nobody', range)).toEqual({
        ids: [],
        cursors: [],
        pageInfo: { startCursor: null, endCursor: null, hasNextPage: false, hasPreviousPage: false },
        count: { value: 0, exact: true },
      });
    }
  });

  it('has 50 entries by default and 500 at most, and counts up to its limit', async () => {
    const workspaceId = 'many';
    await write(Array.from({ length: 501 }, (_, at) => entryOf({ id: `many${at}`, workspaceId })));
    expect((await read(workspaceId, {})).ids).toHaveLength(50);
    const most = await read(workspaceId, { first: 500 });
    expect([most.ids.length, most.pageInfo.hasNextPage]).toEqual([500, true]);
    const counts = `query ($n: Int) { timeline(workspaceId: "many") { count(limit: $n) { value exact } } }`;
    for (const [n, value, exact] of [
      [0, 0, false],
      [500, 500, false],
      [501, 501, true],
      [null, 501, true],
    ]) {
      const answer = await server.graphql(counts, { n }, token);
      expect(answer.data?.['timeline'].count).toEqual({ value, exact });
    }
  });

  it.each([
    [{ first: -1 }, 'BAD_USER_INPUT', 'first'],
    [{ last: -1 }, 'BAD_USER_INPUT', 'last'],
    [{ first: 501 }, 'LIMIT_EXCEEDED', 'first'],
    [{ last: 501 }, 'LIMIT_EXCEEDED', 'last'],
    [{ first: 1, last: 1 }, 'BAD_USER_INPUT', 'last'],
    [{ after: '' }, 'BAD_USER_INPUT', 'after'],
    [{ before: 'x' }, 'BAD_USER_INPUT', 'before'],
    [{ after: `${closePageCursor({ createdAt: new Date(0), id: 'a' })}=` }, 'BAD_USER_INPUT', 'after'],
  ])('is refused with the argument at fault: %j', async (range, code, field) => {
    const { errors } = await server.graphql(query, { w: 'w1', ...range }, token);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code, field }]);
  });
});
