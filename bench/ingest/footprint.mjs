// Section footprint: what an entry takes, in the log of the database and on its disk, and what each index costs.
import { grid, say, shown } from '../support/table.mjs';
import { indexCosts } from './index-costs.mjs';
import { batchSize, settings } from './settings.mjs';
import { openWriterStand } from './writer-stands.mjs';

/** Bytes of the table (with what is stored out of line) and of each index, by name. */
const sizes = `SELECT relname AS name, relkind = 'r' AS "isTable",
    (CASE relkind WHEN 'r' THEN pg_table_size(oid) ELSE pg_relation_size(oid) END)::float8 AS bytes
  FROM pg_class WHERE oid = '"ActivityLog"'::regclass
    OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = '"ActivityLog"'::regclass)
  ORDER BY relkind DESC, relname`;

const position = (database) => database.query('SELECT pg_current_wal_insert_lsn() AS lsn');

/** Writes so many entries into an empty table. @returns bytes of WAL for each */
async function walOf(stand, command, options) {
  const count = settings.footprintRows;
  await stand.database.empty();
  const [{ lsn }] = await position(stand.database);
  await stand.ask(command, { ...options, first: 0, count });
  const [{ bytes }] = await stand.database.query(`SELECT (pg_current_wal_insert_lsn() - '${lsn}')::float8 AS bytes`);
  await stand.database.expect(count);
  return bytes / count;
}

export async function footprint({ postgres }) {
  const count = settings.footprintRows;
  const callers = await openWriterStand(postgres, 'library');
  const one = await walOf(callers, 'write', { callers: settings.callers });
  await callers.stop();
  const bulk = await openWriterStand(postgres, 'bulk');
  const many = await walOf(bulk, 'writeMany', { writers: 1, batch: batchSize });
  const relations = await bulk.database.query(sizes);
  await bulk.stop();

  say(`${shown(count)} entries into an empty table; sizes are those after batches of ${shown(batchSize)}.`);
  grid(
    'Bytes of WAL an entry',
    [`batches of ${shown(batchSize)}`, `one by one, ${settings.callers} callers`],
    [[shown(many), shown(one)]],
  );
  const each = relations.map(({ name, isTable, bytes }) => ({ name, isTable, bytes: bytes / count }));
  const total = each.reduce((sum, { bytes }) => sum + bytes, 0);
  const heap = each.find(({ isTable }) => isTable).bytes;
  grid(
    'Bytes on disk an entry',
    ['', 'bytes'],
    [
      ['the table', shown(heap)],
      ['its indexes', shown(total - heap)],
      ['all', shown(total)],
    ],
  );
  await indexCosts(
    { postgres },
    each.filter(({ isTable }) => !isTable),
  );
}
