// What is measured, ours and the peers, in one shape: a server process, its crowd, and a way to send entries.
import { randomUUID } from 'node:crypto';
import { startModule, stopProcess } from '../support/children.mjs';
import { serverCore } from '../support/cores.mjs';
import { startService } from '../support/service.mjs';
import { openWriter } from '../support/writer.mjs';
import { startBroker } from './broker.mjs';
import { Crowd, planOf } from './crowd.mjs';
import { entriesFrom, entryOf } from './entries.mjs';
import { captureMessage, restOf } from './message-template.mjs';

export const workspaceId = 'workspace-1';

/**
 * The service with sockets that all follow one workspace; the driver commits with the library.
 * @param options `flags` for Node; `once` where entries may be committed out of their order
 */
export async function openOurs(postgres, sockets, { flags, once = false } = {}) {
  const databaseUrl = await postgres.createDatabase();
  const service = await startService(databaseUrl, { flags });
  const writer = await openWriter(databaseUrl);
  const { port, token } = service;
  const template = await captureMessage({ port, token, workspaceId, commit: writer.commit });
  const plan = planOf(sockets, () => ({ workspaceId }), { once });
  const crowd = await Crowd.connect({ port, token, plan });
  await crowd.untilLive(() => writer.commit([entryOf(0, workspaceId)]));
  return {
    name: 'ours',
    pid: service.pid,
    service,
    databaseUrl,
    crowd,
    template,
    next: 1,
    send: (first, count) => writer.commit(entriesFrom(first, count, workspaceId)),
    stop: async () => {
      await crowd.stop();
      await writer.close();
      await service.stop();
    },
  };
}

/** A peer that is a module of this folder: `raw` or `stock`. */
export async function openPeer(name, template, sockets, { flags } = {}) {
  const { child, ready } = await startModule(serverCore, new URL(`peer-${name}.mjs`, import.meta.url), { args: flags });
  child.send({ template });
  const crowd = await Crowd.connect({ port: ready.port, plan: planOf(sockets, () => ({ workspaceId })) });
  await crowd.untilLive(() => child.send({ first: 0, count: 1 }));
  return {
    name,
    pid: child.pid,
    crowd,
    next: 1,
    send: (first, count) => child.send({ first, count }),
    signal: (signal) => child.kill(signal),
    stop: async () => {
      await crowd.stop();
      await stopProcess(child);
    },
  };
}

/** A broker whose subscribers get as many bytes as ours. `send` resolves when the broker has answered. */
export async function openBroker(which, template, sockets) {
  const broker = await startBroker(which);
  const rest = restOf(template);
  const prefix = `{"id":"${randomUUID()}`;
  const plan = planOf(sockets, () => ({ workspaceId }), { once: true });
  const crowd = await Crowd.connect({ kind: which.kind, port: broker.port, plan });
  const publish = (number) => broker.publish(workspaceId, prefix + rest(number));
  await crowd.untilLive(() => publish(0));
  return {
    name: which.kind,
    pid: broker.pid,
    crowd,
    next: 1,
    send: publish,
    stop: async () => {
      await crowd.stop();
      await broker.stop();
    },
  };
}
