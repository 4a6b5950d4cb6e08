// The data that everything about reading is measured with: one database of ten million entries, one of ten thousand.
import { openChild } from '../support/child.mjs';
import { createMigrated, openClient } from '../support/database.mjs';
import { say, shown } from '../support/table.mjs';
import {
  brands,
  incident,
  mainWorkspace,
  otherWorkspaces,
  rareActor,
  rareContext,
  rareEventKey,
  rareSeverity,
} from './rows.mjs';
import { settings } from './settings.mjs';

/** What filters and searches may look for: names that stand for a known share of the entries. */
export function rareThings() {
  return {
    /** Half of all entries, and a twenty-thousandth. */
    workspaces: { main: mainWorkspace, small: 'workspace-7', others: otherWorkspaces },
    /** Nine tenths of the entries have one of them, as many each. */
    brands,
    /** About 40 entries, all in the main workspace. */
    actorUserId: rareActor,
    /** About 50 entries in all. */
    context: rareContext,
    /** One entry in ten thousand. */
    eventKey: rareEventKey,
    /** One entry in five thousand, and every one of the incident: a two-hundredth of all in one hour. */
    severity: rareSeverity,
    incident,
  };
}

const isMade = `SELECT count(*)::int AS "count" FROM pg_class WHERE relname = 'ActivityLog'`;
const secondaryIndexes = `SELECT indexrelid::regclass::text AS "name", pg_get_indexdef(indexrelid) AS "definition"
  FROM pg_index WHERE indrelid = '"ActivityLog"'::regclass AND NOT indisprimary`;
const sizes = `SELECT pg_table_size('"ActivityLog"')::float8 AS "table", pg_indexes_size('"ActivityLog"')::float8 AS "indexes"`;

const progress = (text) => process.stderr.write(`  ${text}\n`);
const secondsSince = (began) => `${shown((Date.now() - began) / 1_000)} s`;

/** Fills a migrated database; what it then is does not depend on how. */
async function fill(databaseUrl, rows) {
  const client = await openClient(databaseUrl);
  const { rows: indexes } = await client.query(secondaryIndexes);
  // Made at the end they are made by sorting, and as dense as they can be.
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  const loading = await openChild(new URL('loading-process.mjs', import.meta.url));
  await loading.ask('fill', { databaseUrl, rows });
  await loading.stop();
  for (const { name, definition } of indexes) {
    const began = Date.now();
    await client.query(definition);
    progress(`${name} made in ${secondsSince(began)}`);
  }
  const began = Date.now();
  // Index-only scans then are what they are in a table that is at rest.
  await client.query('VACUUM (ANALYZE) "ActivityLog"');
  await client.query('CHECKPOINT');
  progress(`vacuumed in ${secondsSince(began)}`);
  await client.end();
}

/** @returns the address of a new database with so many entries */
export async function createDataSet(postgres, rows) {
  const began = Date.now();
  progress(`filling a database with ${shown(rows)} entries`);
  const databaseUrl = await createMigrated(postgres);
  await fill(databaseUrl, rows);
  const client = await openClient(databaseUrl);
  const { table, indexes } = (await client.query(sizes)).rows[0];
  await client.end();
  const megabytes = (bytes) => `${shown(bytes / 1024 ** 2)} MB`;
  say(`${shown(rows)} entries: ${megabytes(table)} and ${megabytes(indexes)} of indexes, in ${secondsSince(began)}.`);
  return databaseUrl;
}

/** @throws Error where the database is none that was filled by `createDataSet` */
async function countFilled(databaseUrl) {
  const client = await openClient(databaseUrl);
  try {
    if ((await client.query(isMade)).rows[0].count === 0) throw new Error('BENCH_READING_URL names an empty database.');
    const { rows } = await client.query('SELECT count(*)::int AS "count" FROM "ActivityLog"');
    return rows[0].count;
  } finally {
    await client.end();
  }
}

/** The two databases, each made when a section first asks for it. `rows` is how many the large one has. */
export function dataSets(postgres, rows = settings.rows) {
  let large;
  let small;
  const findLarge = async () => {
    if (settings.filledUrl === undefined) {
      return { url: await createDataSet(postgres, rows), rows };
    }
    const filled = await countFilled(settings.filledUrl);
    say(`${shown(filled)} entries, in the database that BENCH_READING_URL names.`);
    return { url: settings.filledUrl, rows: filled };
  };
  return {
    large: () => {
      large ??= findLarge();
      return large;
    },
    small: () => {
      small ??= createDataSet(postgres, settings.smallRows).then((url) => ({ url, rows: settings.smallRows }));
      return small;
    },
  };
}
