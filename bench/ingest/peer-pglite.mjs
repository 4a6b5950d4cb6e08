// PGlite by hand: INSERT … SELECT FROM unnest() of 1,000 rows at a time into the project's own table. It checks nothing.
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { serve } from '../support/child.mjs';
import { ofDist } from '../support/dist.mjs';
import { entryOf } from '../support/entries.mjs';
import { columnArrays, rowOf } from '../support/rows.mjs';
import { insertText } from './insert.mjs';
import { batchSize } from './settings.mjs';

async function migrated(directory) {
  const [{ connectDatabase }, { migrate }] = await Promise.all([
    import(ofDist('storage/connect.js')),
    import(ofDist('storage/migrate.js')),
  ]);
  const database = await connectDatabase({ dataDir: directory, poolSize: 1, statementTimeout: 60_000 });
  await migrate(database);
  await database.close();
  return await PGlite.create(join(directory, 'pglite'));
}

const parametersOf = (first, count) =>
  columnArrays(Array.from({ length: count }, (_, index) => rowOf(entryOf(first + index))));

/** Arrays of text come as text already. */
const options = { serializers: { 1009: (text) => text } };

serve({
  write: async ({ directory, count }) => {
    const database = await migrated(directory);
    const batches = [];
    for (let at = 0; at < count; at += batchSize) batches.push(parametersOf(at, Math.min(batchSize, count - at)));
    const [began, busy] = [process.hrtime.bigint(), process.cpuUsage()];
    for (const parameters of batches) await database.query(insertText(''), parameters, options);
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const { user, system } = process.cpuUsage(busy);
    await database.close();
    return { count, seconds, cpu: user + system };
  },
});
