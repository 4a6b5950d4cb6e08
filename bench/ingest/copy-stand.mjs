// The peer of everything that writes many entries: COPY of the same rows into an equally empty table.
import { openChild } from '../support/child.mjs';
import { costOf } from '../support/cost.mjs';
import { openDatabase } from '../support/database.mjs';

export async function openCopyStand(postgres) {
  const database = await openDatabase(postgres);
  const client = await openChild(new URL('rows-client.mjs', import.meta.url));
  await client.ask('open', { databaseUrl: database.url });
  return {
    ask: client.ask,
    /** For takeTurns(): copies the set `rows`, in one COPY or in batches, after the set `warm`. */
    variant: (whole) => async () => {
      await client.ask('copy', { name: 'warm', whole });
      await database.empty();
      const result = await costOf({ postgres, pid: client.pid }, () => client.ask('copy', { name: 'rows', whole }));
      await database.expect(result.count);
      return result;
    },
    stop: async () => {
      await client.stop();
      await database.close();
    },
  };
}
