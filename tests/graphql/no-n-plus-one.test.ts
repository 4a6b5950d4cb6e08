/** The statements that reach PostgreSQL for an operation: as many for 500 entries as for one. */
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ActivityLog } from '../../src/core/activity/activity-log.ts';
import { LiveCursors } from '../../src/core/activity/live-cursor.ts';
import { createGraphql, type Graphql } from '../../src/graphql/yoga.ts';
import { Metrics } from '../../src/metrics.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import type { Database } from '../../src/storage/database.ts';
import { createDirectory } from '../../src/storage/directory.ts';
import { readCursorSeal } from '../../src/storage/migrate.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
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
    // Nobody subscribes, and nothing is indexed: whatever is sent is the operation's.
    live: undefined as never,
  };
  graphql = createGraphql({ services, logger, metrics });
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
async function execute(text: string, variables: Record<string, unknown> = {}) {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what each test has asked for.
  let data: any;
  const statements = await statementsOf(async () => {
    const operation = { document: documentOf(text), operationName: undefined, variables };
    const result = await graphql.execute(operation, operator);
    expect(result.errors).toBeUndefined();
    ({ data } = result);
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

it('would count what Prisma sends', async () => {
  const statements = await statementsOf(async () => await database.prisma.workspace.findMany());
  expect(statements).toEqual([expect.stringContaining('"Workspace"')]);
});
