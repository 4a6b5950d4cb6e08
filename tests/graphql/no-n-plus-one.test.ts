/** The statements that reach PostgreSQL for an operation: as many for 500 entries as for one. */
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ActivityLog } from '../../src/core/activity/activity-log.ts';
import { ExportSeals } from '../../src/core/activity/export-ticket.ts';
import { LiveCursors } from '../../src/core/activity/live-cursor.ts';
import type { Grant, Viewer } from '../../src/core/activity/visibility.ts';
import { createGraphql, type Graphql } from '../../src/graphql/yoga.ts';
import { Metrics } from '../../src/metrics.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import type { Database } from '../../src/storage/database.ts';
import { createDirectory } from '../../src/storage/directory.ts';
import { readCursorSeal } from '../../src/storage/migrate.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import type { AskedFor } from '../support/asked-for.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { documentOf, operator } from './compared-executions.ts';

const [entries, brands] = [500, 20];
const named = 'workspace { id name } brand { id name }';
const many = <T>(count: number, make: (number: number) => T) => Array.from({ length: count }, (_, n) => make(n));

let own: TestDatabase;
let database: Database;
let graphql: Graphql;

beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPostgres({ url: own.url, applicationName: 'statements' });
  const [writer, directory, logger, metrics] = [
    createActivityWriter(database),
    createDirectory(database),
    pino({ level: 'silent' }),
    new Metrics(),
  ];
  await writer.write(
    many(entries, (n) =>
      entryOf({ id: `e${n}`, brandId: `b${n % brands}`, entityId: `${n % 3}`, createdAt: new Date(n * 1_000) }),
    ),
  );
  await directory.nameWorkspace('w1', 'One');
  for (let n = 0; n < brands; n += 2) await directory.nameBrand({ workspaceId: 'w1', id: `b${n}` }, `Brand ${n}`);
  const services = {
    database,
    directory,
    activityLog: new ActivityLog({ writer, logger, metrics }),
    liveCursors: new LiveCursors(await readCursorSeal(database)),
    exportSeals: new ExportSeals(await readCursorSeal(database)),
    // Nobody subscribes, and nothing is indexed: whatever is sent is the operation's.
    live: undefined as never,
  };
  graphql = createGraphql({ services, logger, metrics });
  // The connection that reads pages is set up for it once.
  await execute('{ timeline(workspaceId: "w1", first: 1) { edges { cursor } } }');
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await database.close();
  await own.drop();
});

const textOf = (asked: unknown): string =>
  typeof asked === 'string' ? asked : ((asked as { text?: string } | undefined)?.text ?? String(asked));

/** On one line, without the columns of an entry and what a snapshot takes. */
const normalised = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/"id", "workspaceId", .*?(?= FROM "ActivityLog")/g, '<entry>')
    .replace(/\(SELECT pg_current_snapshot.* AS snapshot\)/, '<snapshot>')
    .trim();

const names = {
  workspaces: 'SELECT "id", "name" FROM "Workspace" WHERE "id" = ANY($1::text[])',
  brands:
    'SELECT "workspaceId", "id", "name" FROM "Brand" WHERE ("workspaceId", "id") IN ( SELECT * FROM unnest($1::text[], $2::text[]))',
};
const page =
  'SELECT now.snapshot, entry.* FROM <snapshot> AS now LEFT JOIN LATERAL ( SELECT <entry> FROM "ActivityLog" ' +
  'WHERE "workspaceId" = $3 AND "visibility" = ANY($4::text[]::"ActivityVisibility"[]) AND true AND true ' +
  'ORDER BY "createdAt" DESC, "id" DESC LIMIT $5 ) AS entry ON true ORDER BY "createdAt" DESC, "id" DESC';
const byIds = 'SELECT <entry> FROM "ActivityLog" WHERE "id" = ANY($1::text[])';

/** Whatever clients of pg are given to run meanwhile, Prisma's too. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    // Hints of what was written before come when they come.
    if (!/^NOTIFY/.test(textOf(args[0]))) sent.push(normalised(textOf(args[0])));
    return original.apply(this, args);
  } as never);
  await work();
  spy.mockRestore();
  return sent;
}

/** Executes an operation that must not fail. @returns its data, the statements that were sent for it, and how many from each table */
async function execute(text: string, variables: Record<string, unknown> = {}, viewer: Viewer = operator) {
  let data: AskedFor;
  const statements = await statementsOf(async () => {
    const operation = { document: documentOf(text), operationName: undefined, variables };
    const { result, write } = await graphql.execute(operation, { signedIn: viewer });
    expect(result.errors).toBeUndefined();
    ({ data } = JSON.parse(write(result).toString()));
  });
  const tables: Record<string, number> = {};
  for (const statement of statements) {
    const table = /.*FROM "(\w+)"/.exec(statement)?.[1] ?? statement;
    tables[table] = (tables[table] ?? 0) + 1;
  }
  return { data, statements, tables };
}

describe.each([1, 10, 50, 500])('a page of %i', (first) => {
  const timeline = (rest: string, args = '') => `timeline(workspaceId: "w1", first: ${first} ${args}) { ${rest} }`;

  it('is read by one statement, and the names of its workspaces and brands by one each', async () => {
    const { data, statements } = await execute(`{ ${timeline(`edges { node { id ${named} } }`)} }`);
    const { edges } = data.timeline as { edges: { node: { brand: { name: string | null } } }[] };
    expect(edges).toHaveLength(first);
    expect(edges.slice(0, 4).map(({ node }) => node.brand.name)).toEqual(
      [null, 'Brand 18', null, 'Brand 16'].slice(0, first),
    );
    expect(statements).toEqual([page, names.workspaces, names.brands]);
  });

  it('has no statement for the names where nobody asks for them', async () => {
    expect((await execute(`{ ${timeline('edges { node { id } }')} }`)).statements).toEqual([page]);
    const own = 'edges { cursor node { id workspaceId brandId payload } } liveCursor';
    expect((await execute(`{ ${timeline(own)} }`)).statements).toEqual([page]);
  });

  it('takes one statement more for its count, and one for each side of its cursors that is asked for', async () => {
    const counted = await execute(
      `{ ${timeline(`edges { node { ${named} } } count { value } pageInfo { hasNextPage }`)} }`,
    );
    expect(counted.tables).toEqual({ ActivityLog: 2, Workspace: 1, Brand: 1 });
    const { data } = await execute('{ timeline(workspaceId: "w1", first: 500) { edges { cursor } } }');
    const [after, before] = [0, 499].map((at) => data.timeline.edges[at].cursor);
    const between = timeline('edges { cursor } pageInfo { hasPreviousPage }', 'after: $after, before: $before');
    const { tables } = await execute(`query ($after: String, $before: String) { ${between} }`, { after, before });
    expect(tables).toEqual({ ActivityLog: 2 });
  });

  it('takes one statement for each of several timelines, and for their names no more than for one page each', async () => {
    const filters = ['{}', '{ eventKeys: ["a.*"] }', '{ search: "test" }', '{ entities: [{ type: OTHER, id: "1" }] }'];
    // One look at so many entries is enough for each of these filters.
    const size = Math.min(first, 100);
    const timelines = filters.map(
      (filter, n) =>
        `t${n}: timeline(workspaceId: "w1", first: ${size}, filter: ${filter}) { edges { node { ${named} } } }`,
    );
    const { tables } = await execute(`{ ${timelines.join(' ')} }`);
    const { ActivityLog: pages, Workspace: workspaces = 0, Brand: ofBrands = 0, ...others } = tables;
    expect([pages, others]).toEqual([filters.length, {}]);
    // Pages that come in the same moment share them.
    for (const count of [workspaces, ofBrands]) {
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(filters.length);
    }
  });
});

describe('nodes', () => {
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ActivityLog { ${named} } ... on Brand { name workspace { name } } } }`;
  const askFor = async (count: number, idOf: (n: number) => [type: string, id: string]) => {
    const ids = many(count, (n) => Buffer.from(idOf(n).join(':')).toString('base64'));
    const { data, ...sent } = await execute(query, { ids });
    return { found: (data.nodes as unknown[]).filter((node) => node !== null).length, ...sent };
  };

  it.each([1, 50, 500])('reads %i entries by one statement, and their names by one each', async (count) => {
    const { found, statements } = await askFor(count, (n) => ['ActivityLog', `e${n}`]);
    expect(found).toBe(count);
    expect(statements).toEqual([byIds, names.workspaces, names.brands]);
  });

  it.each([2, 50, 500])('reads %i workspaces and brands that have names by one statement each', async (count) => {
    const { found, tables } = await askFor(count, (n) =>
      n % 2 === 0 ? ['Workspace', 'w1'] : ['Brand', `["w1","b${2 * (n % 10)}"]`],
    );
    expect(found).toBe(count);
    // One more for the workspaces of the brands.
    expect(tables).toEqual({ Workspace: 2, Brand: 1 });
  });

  it.each([1, 50, 500])('looks for %i workspaces without a name in as many statements as for one', async (count) => {
    const { found, tables } = await askFor(count, (n) => ['Workspace', `nameless${n}`]);
    expect(found).toBe(0);
    expect(tables).toEqual({ Workspace: 1, ActivityLog: 1 });
  });
});

describe('brands without a name', () => {
  /** What there is of a brand, by its number: an entry that says who may see it, one in another workspace, or nothing. */
  const kinds = ['ABSENT', 'SYSTEM', 'INTERNAL', 'CLIENT', 'ELSEWHERE'] as const;
  const ofKinds = (count: number, ...wanted: (typeof kinds)[number][]) =>
    many(count, (n) => n).filter((n) => wanted.includes(kinds[n % kinds.length] as (typeof kinds)[number]));
  /** Entries that are looked at for a brand. */
  const look = 100;

  beforeAll(async () => {
    const writer = createActivityWriter(database);
    const write = async (workspaceId: string, numbers: number[], visibility: 'SYSTEM' | 'INTERNAL' | 'CLIENT') =>
      await writer.write(
        numbers.map((n) => entryOf({ id: `n${n}`, workspaceId, brandId: `n${n}`, visibility, createdAt: new Date(n) })),
      );
    for (const kind of ['SYSTEM', 'INTERNAL', 'CLIENT'] as const) await write('w2', ofKinds(500, kind), kind);
    await write('w3', ofKinds(500, 'ELSEWHERE'), 'CLIENT');
    // Every other of a hundred brands has an entry in w4, the first has many; a look at the newest of w4 shows none of them,
    // and one at the newest of the brands only those of w5.
    const at = (time: number) => ({ createdAt: new Date(time) });
    await writer.write([
      ...many(50, (n) => entryOf({ id: `s${n}`, workspaceId: 'w4', brandId: `s${2 * n}`, ...at(n) })),
      ...many(2 * look, (n) => entryOf({ id: `deep${n}`, workspaceId: 'w4', brandId: 's0', ...at(1_000 + n) })),
      ...many(look + 1, (n) => entryOf({ id: `new${n}`, workspaceId: 'w4', ...at(10_000 + n) })),
    ]);
    for (let n = 0; n < 100; n += 1)
      await writer.write(
        many(look + 1, (m) => entryOf({ id: `s${n}-${m}`, workspaceId: 'w5', brandId: `s${n}`, ...at(10_000 + m) })),
      );
  });

  const viewerWith = (grants: Record<string, Grant>): Viewer => ({
    ...operator,
    grants: new Map(Object.entries(grants)),
  });
  const admin: Grant = { role: 'admin', brandIds: [] };
  const owned = ['n0', 'n3', 'n4'];

  /** The numbers of those that the viewer finds, and how many statements it took from each table. */
  async function lookFor(count: number, keyOf: (n: number) => [workspaceId: string, id: string], viewer?: Viewer) {
    const ids = many(count, (n) => Buffer.from(`Brand:${JSON.stringify(keyOf(n))}`).toString('base64'));
    const { data, tables } = await execute('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }, viewer);
    return { found: [...ids.keys()].filter((n) => data.nodes[n] !== null), tables };
  }

  it.each([1, 50, 500])('are looked for in one statement: %i of them', async (count) => {
    const keyOf = (n: number): [string, string] => ['w2', `n${n}`];
    const once = { Brand: 1, ActivityLog: 1 };
    expect(await lookFor(count, keyOf)).toEqual({
      found: ofKinds(count, 'SYSTEM', 'INTERNAL', 'CLIENT'),
      tables: once,
    });
    expect(await lookFor(count, keyOf, viewerWith({ w2: admin }))).toEqual({
      found: ofKinds(count, 'INTERNAL', 'CLIENT'),
      tables: once,
    });
  });

  it.each([5, 50, 500])('are not looked for where they are the own ones of a client: %i of them', async (count) => {
    const client = viewerWith({ w2: { role: 'client', brandIds: owned } });
    expect(await lookFor(count, (n) => ['w2', `n${n}`], client)).toEqual({ found: [0, 3, 4], tables: { Brand: 1 } });
  });

  it.each([10, 50, 500])('are looked for in one statement for each grant: %i of many workspaces', async (count) => {
    const viewer = viewerWith({ w2: admin, w3: admin, '*': { role: 'operator', brandIds: [] } });
    const workspaceOf = (n: number) => `w${2 + (n % 6)}`;
    const { found, tables } = await lookFor(count, (n) => [workspaceOf(n), `n${n}`], viewer);
    const shown = { w2: ofKinds(count, 'INTERNAL', 'CLIENT'), w3: ofKinds(count, 'ELSEWHERE') };
    expect(found).toEqual(many(count, (n) => n).filter((n) => shown[workspaceOf(n) as 'w2' | 'w3']?.includes(n)));
    expect(tables).toEqual({ Brand: 1, ActivityLog: 2 });
  });

  it('are looked for in one statement where each is asked for on its own', async () => {
    const fields = many(50, (n) => `b${n}: brand(workspaceId: "w2", id: "n${n}") { id }`);
    const { data, tables } = await execute(`{ ${fields.join(' ')} }`, {}, viewerWith({ w2: admin }));
    expect(many(50, (n) => n).filter((n) => data[`b${n}`] !== null)).toEqual(ofKinds(50, 'INTERNAL', 'CLIENT'));
    expect(tables).toEqual({ Brand: 1, ActivityLog: 1 });
  });

  it('take as many statements for a hundred as for ten where they are frequent elsewhere', async () => {
    const keyOf = (n: number): [string, string] => ['w4', `s${n}`];
    const [ten, hundred] = [await lookFor(10, keyOf), await lookFor(100, keyOf)];
    expect(ten.found).toEqual([0, 2, 4, 6, 8]);
    expect(hundred.found).toEqual(many(50, (n) => 2 * n));
    // One look, and two pages.
    expect([ten.tables, hundred.tables]).toEqual([1, 2].map(() => ({ Brand: 1, ActivityLog: 3 })));
  });
});

it('would count what Prisma sends', async () => {
  const statements = await statementsOf(async () => await database.prisma.workspace.findMany());
  expect(statements).toEqual([expect.stringContaining('"Workspace"')]);
});
