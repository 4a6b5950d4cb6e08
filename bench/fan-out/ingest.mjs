// Section ingest: what an application that writes loses when another instance of the service has subscribers.
import { once } from 'node:events';
import { startModule, stopProcess } from '../support/children.mjs';
import { loadCore, serverCore } from '../support/cores.mjs';
import { processorTime } from '../support/machine.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { startService } from '../support/service.mjs';
import { compared, say, table } from '../support/table.mjs';
import { openWriter } from '../support/writer.mjs';
import { Crowd, planOf } from './crowd.mjs';
import { entriesFrom, entryOf } from './entries.mjs';
import { settings } from './settings.mjs';

export async function ingest({ postgres }) {
  const { workspaces } = settings;
  const databaseUrl = await postgres.createDatabase();
  const service = await startService(databaseUrl);
  const prober = await openWriter(databaseUrl);
  const application = await startModule(loadCore, new URL('ingest-writer.mjs', import.meta.url), {
    env: { DATABASE_URL: databaseUrl },
  });
  const write = async (ms, every = 0) => {
    const answer = once(application.child, 'message');
    application.child.send({ ms, workspaces, every });
    return (await answer)[0];
  };

  /** Writes while `plan`, if any, follows; `of` says how many messages its sockets get for what was written. */
  const measure = (plan, probe, of, every) => async () => {
    // On the core of the server, which has time left: what the sockets of others do is no part of the question.
    const { port, token } = service;
    const crowd = plan && (await Crowd.connect({ port, token, plan, core: serverCore }));
    await crowd?.untilLive(probe);
    await write(settings.roundMs / 4, every).then((warm) => crowd?.more(of(warm)));
    const processor = processorTime(service.pid);
    const done = await write(settings.roundMs, every);
    await crowd?.more(of(done));
    const cpu = (processorTime(service.pid) - processor) / done.written;
    await crowd?.check();
    await crowd?.stop();
    return { perSecond: done.perSecond, cpu };
  };

  // Callers commit out of the order of their numbers, so each is looked for once, in any order.
  const each = planOf(workspaces, (index) => ({ workspaceId: `workspace-${index}` }), { once: true });
  const popular = planOf(workspaces, () => ({ workspaceId: 'popular' }), { once: true });
  const probes = Array.from({ length: workspaces }, (_, index) => entryOf(0, `workspace-${index}`));
  const results = await takeTurns({
    alone: measure(),
    each: measure(
      each,
      () => prober.commit(probes),
      ({ written }) => written,
    ),
    popular: measure(
      popular,
      () => prober.commit(entriesFrom(0, 1, 'popular')),
      ({ elsewhere }) => elsewhere * workspaces,
      100,
    ),
  });
  await stopProcess(application.child);
  await prober.close();
  await service.stop();
  say('64 callers of logActivity in a process of their own; the sockets run on the core of the server here.');
  const { alone, each: followed, popular: one } = results;
  const shownAs = `${workspaces.toLocaleString('en')} subscribers`;
  table(
    'Entries written a second, with subscribers at another instance and without',
    [
      compared(`${shownAs}, each entry to one of them`, followed.perSecond, alone.perSecond, { atLeast: 0.9 }),
      compared(`${shownAs} of a workspace with 1 % of the entries`, one.perSecond, alone.perSecond),
      compared('CPU µs of the server an entry, to one of them', followed.cpu, undefined, { ratio: Number.NaN }),
    ],
    'no subscribers',
  );
}
