// The service with a process that sends it requests; the table is empty when the clock starts.

import { openChild } from '../support/child.mjs';
import { loadCore } from '../support/cores.mjs';
import { costOf } from '../support/cost.mjs';
import { openDatabase } from '../support/database.mjs';
import { startService } from '../support/service.mjs';

export async function openServiceStand(postgres) {
  const database = await openDatabase(postgres);
  const service = await startService(database.url);
  const client = await openChild(new URL('http-client.mjs', import.meta.url), { core: loadCore });
  const { pid, port, token } = service;
  return {
    /** Has the client make a set of requests; see http-client.mjs. */
    make: (options) => client.ask('make', { port, token, ...options }),
    /** For takeTurns(): sends a set after another one. `writes` is false where nothing is written. */
    variant:
      ({ name, warmUp, connections, writes = true }) =>
      async () => {
        await client.ask('send', { name: warmUp, connections });
        await database.empty();
        const result = await costOf({ postgres, pid }, () => client.ask('send', { name, connections }));
        await database.expect(writes ? result.count : 0);
        return { ...result, databaseShare: (result.databaseCpu * result.count) / 1e6 / result.seconds };
      },
    stop: async () => {
      await client.stop();
      await service.stop();
      await database.close();
    },
  };
}
