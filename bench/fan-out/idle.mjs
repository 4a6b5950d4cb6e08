// Section idle: the memory of a server for each subscriber that has nothing to do.
import { startModule, stopProcess } from '../support/children.mjs';
import { serverCore } from '../support/cores.mjs';
import { openFilesLimit } from '../support/machine.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { startService } from '../support/service.mjs';
import { compared, say, table } from '../support/table.mjs';
import { openWriter } from '../support/writer.mjs';
import { Crowd, planOf } from './crowd.mjs';
import { entryOf } from './entries.mjs';
import { collectable, memoryOf } from './memory.mjs';
import { captureMessage } from './message-template.mjs';
import { settings } from './settings.mjs';
import { workspaceId } from './stands.mjs';

/** From none to all; each subscriber has had one message, by which it is known to be live. */
async function grow({ pid, port, token, signal, probe }) {
  const before = await memoryOf(pid, signal);
  const crowd = await Crowd.connect({ port, token, plan: planOf(settings.idleSockets, () => ({ workspaceId })) });
  await crowd.untilLive(probe);
  const after = await memoryOf(pid, signal);
  await crowd.check();
  await crowd.stop();
  const perSubscriber = (kind) => (after[kind] - before[kind]) / settings.idleSockets / 1024;
  return { running: perSubscriber('running'), collected: perSubscriber('collected') };
}

export async function idle({ postgres }) {
  if (openFilesLimit() < settings.idleSockets + 500) {
    say(`skipped: a process may have ${openFilesLimit()} files open, too few for ${settings.idleSockets} sockets.`);
    return;
  }
  const databaseUrl = await postgres.createDatabase();
  const writer = await openWriter(databaseUrl);
  const first = await startService(databaseUrl);
  const template = await captureMessage({ ...first, workspaceId, commit: writer.commit });
  await first.stop();

  const ours = async () => {
    const service = await startService(databaseUrl, { flags: collectable });
    const probe = () => writer.commit([entryOf(0, workspaceId)]);
    const grown = await grow({ ...service, probe });
    await service.stop();
    return grown;
  };
  const raw = async () => {
    const { child, ready } = await startModule(serverCore, new URL('peer-raw.mjs', import.meta.url), {
      args: collectable,
    });
    child.send({ template });
    const probe = () => child.send({ first: 0, count: 1 });
    const signal = (name) => child.kill(name);
    const grown = await grow({ pid: child.pid, port: ready.port, signal, probe });
    await stopProcess(child);
    return grown;
  };
  const results = await takeTurns({ ours, raw });
  await writer.close();
  table(`KB of resident memory for each of ${settings.idleSockets.toLocaleString('en')} idle subscribers`, [
    compared('raw ws: as it runs', results.ours.running, results.raw.running, { atMost: 2 }),
    compared('raw ws: garbage collected', results.ours.collected, results.raw.collected),
  ]);
}
