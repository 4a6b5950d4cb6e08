// The process that writes rows with a bulk INSERT: its parameters are made before the clock starts.
import { serve } from '../support/child.mjs';
import { openClient } from '../support/database.mjs';
import { entryOf } from '../support/entries.mjs';
import { columnArrays, rowOf } from '../support/rows.mjs';
import { insertText } from './insert.mjs';
import { batchSize } from './settings.mjs';

const sets = new Map();

/** Bytes of WAL that this connection has written: the log's position would also count the work of autovacuum. */
async function walOf(client) {
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query(
    'SELECT wal_bytes::float8 AS bytes FROM pg_stat_get_backend_wal(pg_backend_pid())',
  );
  return rows[0].bytes;
}

serve({
  make: ({ name, first, count }) => {
    const batches = [];
    for (let at = 0; at < count; at += batchSize) {
      const length = Math.min(batchSize, count - at);
      batches.push(columnArrays(Array.from({ length }, (_, index) => rowOf(entryOf(first + at + index)))));
    }
    sets.set(name, { batches, count });
  },

  /** All rows of the sets, one after the other; each set with its seconds and its bytes of WAL. */
  insert: async ({ databaseUrl, names, onConflict }) => {
    const client = await openClient(databaseUrl);
    const results = [];
    for (const name of names) {
      const { batches, count } = sets.get(name);
      const before = await walOf(client);
      const began = process.hrtime.bigint();
      for (const values of batches) await client.query({ name: 'insert', text: insertText(onConflict), values });
      const seconds = Number(process.hrtime.bigint() - began) / 1e9;
      const wal = (await walOf(client)) - before;
      results.push({ count, seconds, perSecond: count / seconds, wal: wal / count });
    }
    await client.end();
    return results;
  },
});
