// Section groups: what an entry costs where thousands of subscriptions with filters of their own do not want it.

import { takeTurns } from '../support/rounds.mjs';
import { startService } from '../support/service.mjs';
import { compared, say, table } from '../support/table.mjs';
import { openWriter } from '../support/writer.mjs';
import { closedLoop } from './closed-loop.mjs';
import { Crowd } from './crowd.mjs';
import { entryOf } from './entries.mjs';
import { settings } from './settings.mjs';
import { workspaceId } from './stands.mjs';

/** So many subscriptions want one entry. */
const matching = 10;
const manyPerSocket = 100;
/** One socket in so many is a client that checks every field. */
const oneFullOf = 10;

/** Subscription `index` of `count`: its entity is one of count / 10, and no other has the same filter. */
function subscriptionOf(index, count) {
  const entities = Math.max(1, Math.floor(count / matching));
  const filter = {
    entities: [
      { type: 'CONTENT', id: `content-${index % entities}` },
      { type: 'MEDIA', id: `media-${index}` },
    ],
  };
  // It wants every entities-th entry; the first is 1, of content-1.
  return { variables: { workspaceId, filter }, first: index % entities || entities, step: entities };
}

/** A service with a database of its own, so that it reads no entry of the other variant. */
async function openGroups(postgres, count, perSocket) {
  const entities = Math.max(1, Math.floor(count / matching));
  const databaseUrl = await postgres.createDatabase();
  const service = await startService(databaseUrl);
  const writer = await openWriter(databaseUrl);
  const all = Array.from({ length: count }, (_, index) => subscriptionOf(index, count));
  const plan = [];
  for (let at = 0; at < count; at += perSocket) {
    plan.push({ full: plan.length % oneFullOf === 0, subscriptions: all.slice(at, at + perSocket) });
  }
  const { port, token } = service;
  const crowd = await Crowd.connect({ port, token, plan });
  const probes = Array.from({ length: entities }, (_, index) => entryOf(0, workspaceId, `content-${index}`));
  await crowd.untilLive(async () => {
    for (let at = 0; at < entities; at += 500) await writer.commit(probes.slice(at, at + 500));
  });
  const entry = (number) => entryOf(number, workspaceId, `content-${number % entities}`);
  return {
    pid: service.pid,
    crowd,
    next: 1,
    readers: matching,
    send: (first) => writer.commit([entry(first)]),
    stop: async () => {
      await crowd.stop();
      await writer.close();
      await service.stop();
    },
  };
}

export async function groups({ postgres }) {
  // Of both, the subscriptions that match one entry are on ten sockets.
  const stands = {
    many: await openGroups(postgres, settings.groups, manyPerSocket),
    few: await openGroups(postgres, matching, 1),
  };
  const loop = (stand) => async () => {
    const { cpu, perSecond } = await closedLoop(stand, { size: 1, ms: settings.roundMs });
    return { cpu: cpu * matching, perSecond: perSecond / matching };
  };
  for (const stand of Object.values(stands)) await loop(stand)();
  const { many, few } = await takeTurns({ many: loop(stands.many), few: loop(stands.few) });
  for (const stand of Object.values(stands)) await stand.stop();
  const count = settings.groups.toLocaleString('en');
  say(`${count} subscriptions with different filters, ${manyPerSocket} a socket; ${matching} match each entry.`);
  table(
    `An entry among ${count} groups`,
    [
      compared('CPU µs of the server an entry', many.cpu, few.cpu),
      compared('entries a second by the clock', many.perSecond, few.perSecond),
    ],
    `${matching} groups`,
  );
}
