// Servers with the process that asks them for pages.
import { setTimeout as delay } from 'node:timers/promises';
import { openChild } from '../support/child.mjs';
import { loadCore } from '../support/cores.mjs';
import { costOf } from '../support/cost.mjs';
import { processorTime } from '../support/machine.mjs';
import { say } from '../support/table.mjs';
import { mainWorkspace } from './rows.mjs';
import { pageSize, settings } from './settings.mjs';

const quietShare = 0.05;
const quietLook = 1_000;
const saidAfter = 10_000;
const patience = 30 * 60_000;

/** Resolves when a server and its database have nothing to do: what it may do behind its start is another question. */
async function untilQuiet({ postgres, server }) {
  const worked = () => processorTime(server.pid) + postgres.processorTime();
  let isSaid = false;
  for (const began = Date.now(); ; ) {
    const before = worked();
    await delay(quietLook);
    if (worked() - before < quietShare * quietLook * 1_000) return;
    if (Date.now() - began > patience) throw new Error(`${server.name} and its database are still at work.`);
    if (Date.now() - began > saidAfter && !isSaid) {
      isSaid = true;
      say(`Waiting for ${server.name} and its database, which are still at work.`);
    }
  }
}

/** The body that asks a server for the page behind a place, or for the first one. */
export function pageBody({ query, cursorOf }, position, more = {}) {
  const after = position === undefined ? undefined : cursorOf(position);
  return { query, variables: { workspaceId: mainWorkspace, first: pageSize, after, ...more } };
}

export async function openReaders(postgres) {
  const client = await openChild(new URL('load-client.mjs', import.meta.url), { core: loadCore });
  const send = (name, milliseconds) =>
    client.ask('send', { name, connections: settings.callers, milliseconds: Math.max(100, milliseconds) });
  return {
    /** Has the client make a set of requests to a server; see load-client.mjs. Then sends them until the server is warm. */
    make: async ({ name, server, bodies, kind, entries = pageSize }) => {
      const { port, token } = server;
      await client.ask('make', { name, port, token, bodies, kind, entries });
      await untilQuiet({ postgres, server });
      await send(name, settings.roundMs);
    },
    /** One answer to each request of a set, as text. */
    read: (name) => client.ask('read', { name }),
    /** For takeTurns(): sends a set for the time of a round. */
    variant:
      (name, { pid }) =>
      async () => {
        await send(name, settings.roundMs / 8);
        const result = await costOf({ postgres, pid }, () => send(name, settings.roundMs));
        return { ...result, databaseShare: (result.databaseCpu * result.count) / 1e6 / result.seconds };
      },
    stop: () => client.stop(),
  };
}
