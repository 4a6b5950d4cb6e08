import { openFileStore } from '../../src/spool/file-store.ts';
import { Spool } from '../../src/spool/spool.ts';

/**
 * A program for spool-properties.test.ts: keeps an item in the directory that is its argument, because its destination
 * is away, and has nothing else to do then.
 */
const store = await openFileStore({ directory: process.argv[2] ?? '' });
const spool = new Spool<string, string>({
  store,
  send: async () => {
    throw new Error('away');
  },
  isAway: () => true,
  toRecord: (item) => JSON.stringify(item),
  fromRecord: (record) => JSON.parse(record) as string,
  retry: { least: 3_600_000, most: 3_600_000 },
});
await spool.put(['an item']);
process.stdout.write(`waiting: ${spool.waiting}\n`);
