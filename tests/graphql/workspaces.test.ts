import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { createDirectory } from '@/storage/directory.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer, type TokenGrant } from '../support/server.ts';

const query = `query ($search: String, $first: Int, $after: String) { workspaces(search: $search, first: $first, after: $after) {
  edges { cursor node { databaseId name } } pageInfo { hasNextPage endCursor } } }`;

interface Asked {
  search?: string;
  first?: number;
  after?: string;
}

describeOnEachDatabase('workspaces over GraphQL', (open) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = await startTestServer(database, { retentionMinutes: 0 });
    const directory = createDirectory(database);
    const writer = createActivityWriter(database);
    for (let n = 0; n < 12; n += 1) {
      // Many entries of some, none of others; one that only operators know of.
      await writer.write(Array.from({ length: n * 5 }, (_, m) => entryOf({ id: `w${n}-${m}`, workspaceId: `w${n}` })));
    }
    await writer.write([entryOf({ id: 's', workspaceId: 'secret', visibility: 'SYSTEM' })]);
    await directory.nameWorkspace('named', 'Nordlicht Agency');
    await directory.nameWorkspace('w3', 'The %_ Studio');
  });
  afterAll(async () => await server.close());

  async function ask(variables: Asked, grant: TokenGrant = {}) {
    const { data, errors } = await server.graphql(query, variables, await server.token(grant));
    if (data == null || errors !== undefined) throw new Error(JSON.stringify(errors));
    const { edges, pageInfo } = data['workspaces'] as {
      edges: { cursor: string; node: { databaseId: string; name: string | null } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
    return { ids: edges.map(({ node }) => node.databaseId), edges, pageInfo };
  }
  async function all(variables: Asked, grant: TokenGrant = {}): Promise<string[]> {
    const ids: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await ask({ ...variables, ...(after !== undefined && { after }) }, grant);
      ids.push(...page.ids);
      if (!page.pageInfo.hasNextPage) return ids;
      after = page.pageInfo.endCursor ?? '';
    }
  }
  const everyone = ['named', 'secret', ...Array.from({ length: 11 }, (_, n) => `w${n + 1}`)];

  it('lists those with a name or entries for operators of every one, page after page, each once', async () => {
    expect((await all({})).sort()).toEqual([...everyone].sort());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 15 }), async (first) => {
        const ids = await all({ first });
        expect(ids).toEqual([...new Set(ids)]);
        expect([...ids].sort()).toEqual([...everyone].sort());
      }),
      { numRuns: 15 },
    );
  });

  it('tells others than operators of those with a name only, and nowhere of what may have nothing for them', async () => {
    for (const role of ['admin', 'writer'] as const) {
      expect(await all({ first: 1 }, { role })).toEqual(['named', 'w3']);
      for (const variables of [{ first: 1 }, { search: 'secret' }, { search: 'e', first: 1 }, { after: '' }]) {
        const { edges, pageInfo } = await ask(variables, { role });
        const cursors = [...edges.map(({ cursor }) => cursor), pageInfo.endCursor ?? ''];
        const told = cursors.map((cursor) => Buffer.from(cursor, 'base64url').toString());
        expect(told.filter((id) => !['', 'named', 'w3'].includes(id))).toEqual([]);
      }
    }
  });

  it('lists what a token names, and nothing else', async () => {
    expect((await ask({}, { workspace: 'w5', role: 'admin' })).ids).toEqual(['w5']);
    expect((await ask({}, { workspace: 'w5', role: 'client', brands: ['b1'] })).ids).toEqual(['w5']);
    expect((await ask({}, { workspace: 'not-there-yet', role: 'admin' })).ids).toEqual(['not-there-yet']);
  });

  it('finds parts of ids and names, taken as they are written', async () => {
    expect((await ask({ search: 'LICHT' })).edges.map(({ node }) => node)).toEqual([
      { databaseId: 'named', name: 'Nordlicht Agency' },
    ]);
    expect((await all({ search: 'w1', first: 1 })).sort()).toEqual(['w1', 'w10', 'w11']);
    expect((await ask({ search: '%_' })).ids).toEqual(['w3']);
    expect(await ask({ search: 'nothing like it' })).toMatchObject({ ids: [], pageInfo: { hasNextPage: false } });
  });

  it.each([
    [{ first: 0 }, 'first takes 1 to 500, got 0'],
    [{ first: 501 }, 'first takes 1 to 500, got 501'],
    [{ after: 'no cursor' }, 'after takes a cursor that `workspaces` has given'],
    [{ search: 'x\u0000' }, 'search takes at most 256 characters, without U+0000 and lone surrogates'],
  ])('refuses %j and says what it takes', async (variables, message) => {
    const { errors } = await server.graphql(query, variables);
    expect(errors?.[0]).toMatchObject({ message, extensions: { code: 'BAD_USER_INPUT' } });
  });
});
