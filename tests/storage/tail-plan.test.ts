import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Position } from '@/core/activity/position.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { readFeed, readSnapshot } from '@/storage/tail.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { explained, type Mode, modes, recording } from './explained.ts';

const rows = 50_000;

let own: TestDatabase;
let database: Database;
let writer: pg.Client;
/** Before the 50,000, in the midst of the long-open transaction; and behind them. */
let begin: Position;
let end: Position;

beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPostgres({ url: own.url, applicationName: 'tail plan' });
  writer = new pg.Client({ connectionString: own.url, application_name: 'long-open writer' });
  await writer.connect();
  await writer.query('BEGIN');
  await insert(writer, 1, 'late');
  begin = { seen: await readSnapshot(database) };
  await database.transaction(async (connection) => {
    for (let part = 0; part < 5; part++) await connection.script(insertText(rows / 5, `bulk${part}`));
  });
  // Each in a transaction of its own, because that is what a trail looks like.
  for (let one = 0; one < 200; one++)
    await database.transaction((connection) => connection.script(insertText(1, `one${one}`)));
  end = { seen: await readSnapshot(database) };
});
afterAll(async () => {
  await writer.end();
  await database.close();
  await own.drop();
});

function insertText(count: number, prefix: string): string {
  return `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "message")
    SELECT '${prefix}-' || n, 'w' || (n % 10), 'OTHER', 'e', 'a.b', 'SYSTEM', repeat('x', 100) FROM generate_series(1, ${count}) AS n`;
}
async function insert(client: pg.Client, count: number, prefix: string): Promise<void> {
  await client.query(insertText(count, prefix));
}

/** What the very statement of a read looked at, and how. */
async function explain(after: Position, limit: number, mode: Mode = 'force_custom_plan') {
  const { recorded, statements } = recording(database);
  const read = await readFeed(recorded, { after, limit });
  const [statement] = statements;
  if (statement === undefined) throw new Error('nothing was read');
  return { read, statements, ...(await explained(own.url, statement, mode)) };
}

const byIndex = ['ActivityLog_transactionId_sequence_idx'];

it.each(modes)(
  'polls by the index, and looks at next to nothing beside a transaction that has been open for 50,000 entries (%s)',
  async (mode) => {
    await database.transaction((connection) => connection.script('ANALYZE "ActivityLog"'));
    const { read, looked, indexes } = await explain(end, 500, mode);
    expect(read).toMatchObject({ entries: [], settled: true });
    expect(indexes).toEqual(byIndex);
    expect(looked).toBeLessThanOrEqual(2);
  },
);

it.each(modes)('looks only at about as many entries as it gives, however many are left to read (%s)', async (mode) => {
  const first = await explain(begin, 200, mode);
  expect(first.read.entries).toHaveLength(200);
  expect(first.indexes).toEqual(byIndex);
  expect(first.looked).toBeLessThanOrEqual(500);
  let { position } = first.read;
  for (let pages = 0; pages < 20; pages++) ({ position } = await readFeed(database, { after: position, limit: 1_000 }));
  const midst = await explain(position, 200, mode);
  expect(midst.read.entries).toHaveLength(200);
  expect(midst.indexes).toEqual(byIndex);
  expect(midst.looked).toBeLessThanOrEqual(500);
});

it.each(modes)(
  'needs no statistics to do so: a table that nobody has analyzed is read the same way (%s)',
  async (mode) => {
    await database.transaction((connection) =>
      connection.script(`DELETE FROM pg_statistic WHERE starelid = '"ActivityLog"'::regclass;
      UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = '"ActivityLog"'::regclass`),
    );
    const { looked, indexes } = await explain(end, 500, mode);
    expect(indexes).toEqual(byIndex);
    expect(looked).toBeLessThanOrEqual(2);
  },
);

it('finds the late entry the moment its transaction ends, and nothing else', async () => {
  await insert(writer, 1, 'later');
  await writer.query('COMMIT');
  const { read, looked, statements } = await explain(end, 500);
  expect(statements).toHaveLength(1);
  expect(read.entries.map(({ activity }) => activity.id)).toEqual(['late-1', 'later-1']);
  expect(looked).toBeLessThanOrEqual(4);
});

it.each(modes)(
  'leaps over transactions that still run, however much they have written: at the end and in the middle (%s)',
  async (mode) => {
    const position = { seen: await readSnapshot(database) };
    await writer.query('BEGIN');
    await insert(writer, 20_000, `own-${mode}`);
    const atTheEnd = await explain(position, 500, mode);
    expect(atTheEnd.read.entries).toEqual([]);
    expect(atTheEnd.pages).toBeLessThan(60);
    await database.transaction((connection) => connection.script(insertText(300, `behind-${mode}`)));
    const inTheMiddle = await explain(position, 100, mode);
    expect(inTheMiddle.read.entries.map(({ activity }) => activity.id)).toContain(`behind-${mode}-1`);
    expect(inTheMiddle.looked).toBeLessThanOrEqual(250);
    // An entry each, at worst in a page of its own.
    expect(inTheMiddle.pages).toBeLessThan(300);
    await writer.query('COMMIT');
    const { read } = await explain(position, 500);
    expect(read.entries[0]?.activity.id).toBe(`own-${mode}-1`);
  },
);
