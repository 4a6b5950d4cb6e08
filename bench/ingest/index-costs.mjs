// What each index costs a write: the same bulk INSERT into copies of a table, each time without another index.

import { openChild } from '../support/child.mjs';
import { createMigrated, openClient } from '../support/database.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { grid, say, shown } from '../support/table.mjs';
import { batchSize, settings } from './settings.mjs';

const keysAreUnique = 'ON CONFLICT ("workspaceId", "idempotencyKey") DO NOTHING';
const isPrimary = (name) => name.endsWith('_pkey');

/** A database with a table of so many rows, to be copied. */
async function fill(postgres, count) {
  const databaseUrl = await createMigrated(postgres);
  const client = await openChild(new URL('rows-client.mjs', import.meta.url));
  await client.ask('open', { databaseUrl });
  await client.ask('make', { name: 'rows', first: 0, count });
  await client.ask('copy', { name: 'rows', whole: true });
  await client.stop();
  return databaseUrl;
}

/** A copy without some of the indexes. @returns its address */
async function copyWithout(postgres, source, indexes) {
  const databaseUrl = await postgres.copyDatabase(source);
  const client = await openClient(databaseUrl);
  for (const name of indexes) await client.query(`DROP INDEX "${name}"`);
  await client.query('VACUUM ANALYZE "ActivityLog"');
  await client.query('CHECKPOINT');
  await client.end();
  return databaseUrl;
}

/** @param indexes [{ name, bytes }] of the table, the primary key's among them */
export async function indexCosts({ postgres }, indexes) {
  const { tableRows } = settings;
  const count = Math.max(batchSize, Math.round(tableRows / 4));
  const warmUp = Math.max(batchSize, Math.round(tableRows / 10));
  const source = await fill(postgres, tableRows);
  const writer = await openChild(new URL('insert-client.mjs', import.meta.url));
  await writer.ask('make', { name: 'warm', first: tableRows, count: warmUp });
  await writer.ask('make', { name: 'rows', first: tableRows + warmUp, count });

  const without =
    (dropped, onConflict = '') =>
    async () => {
      const databaseUrl = await copyWithout(postgres, source, dropped);
      const [, result] = await writer.ask('insert', { databaseUrl, names: ['warm', 'rows'], onConflict });
      await postgres.dropDatabase(databaseUrl);
      return result;
    };
  const droppable = indexes.map(({ name }) => name).filter((name) => !isPrimary(name));
  const results = await takeTurns({
    all: without([]),
    ...Object.fromEntries(droppable.map((name) => [name, without([name])])),
    none: without(droppable),
    conflict: without([], keysAreUnique),
  });
  await writer.stop();

  const { all, none, conflict } = results;
  say(
    `${shown(count)} rows in batches of ${shown(batchSize)} into a table of ${shown(tableRows + warmUp)}, by one client. ` +
      `With all indexes: ${shown(all.perSecond)} rows and ${shown(all.wal)} bytes of WAL a row.`,
  );
  const line = (name, bytes, { perSecond, wal }) => [
    name,
    bytes === undefined ? '–' : shown(bytes),
    shown(all.wal - wal),
    `${((perSecond / all.perSecond - 1) * 100).toFixed(1)} %`,
  ];
  grid(
    'What an index costs: gained without it',
    ['without', 'bytes an entry', 'WAL bytes an entry saved', 'rows a second gained'],
    [
      ...indexes.map(({ name, bytes }) =>
        isPrimary(name) ? [name, shown(bytes), '–', '–'] : line(name, bytes, results[name]),
      ),
      line(
        'all but the primary key',
        indexes.reduce((sum, { name, bytes }) => sum + (isPrimary(name) ? 0 : bytes), 0),
        none,
      ),
      line('none, and with ON CONFLICT as the library writes', undefined, conflict),
    ],
  );
}
