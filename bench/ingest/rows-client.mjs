// The process that copies rows: they are made, or read from another table, before the clock starts.
import { serve } from '../support/child.mjs';
import { openClient } from '../support/database.mjs';
import { entryOf } from '../support/entries.mjs';
import { copyLine, rowOf } from '../support/rows.mjs';
import { copyIn, copyMessages, copyOut } from './copy.mjs';
import { batchSize } from './settings.mjs';

const sets = new Map();
let client;

/** Lines as COPY takes them: messages for each batch of rows. */
function keep(name, lines) {
  const batches = [];
  for (let at = 0; at < lines.length; at += batchSize) {
    batches.push(copyMessages(Buffer.concat(lines.slice(at, at + batchSize))));
  }
  const bytes = lines.reduce((sum, { length }) => sum + length, 0);
  sets.set(name, { batches, count: lines.length });
  return { count: lines.length, bytes: bytes / lines.length };
}

serve({
  open: async ({ databaseUrl }) => {
    client = await openClient(databaseUrl);
  },

  /** Rows of entries, as many to a millisecond as the service accepts in one. */
  make: ({ name, first, count }) => {
    const began = Date.now();
    const lineOf = (index) => copyLine(rowOf(entryOf(first + index), new Date(began + Math.floor(index / 30))));
    return keep(
      name,
      Array.from({ length: count }, (_, index) => Buffer.from(lineOf(index))),
    );
  },

  /** The rows that another database has. */
  read: async ({ name, databaseUrl }) => {
    const source = await openClient(databaseUrl);
    const lines = await copyOut(source);
    await source.end();
    return keep(name, lines);
  },

  /** All rows of a set: in one COPY, or in one for each batch. */
  copy: async ({ name, whole }) => {
    const { batches, count } = sets.get(name);
    const copies = whole ? [batches.flat()] : batches;
    const [began, busy] = [process.hrtime.bigint(), process.cpuUsage()];
    for (const messages of copies) await copyIn(client, messages);
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const { user, system } = process.cpuUsage(busy);
    return { count, seconds, busy: user + system };
  },
});
