// Section latency: from the commit of an entry to its receipt, at half of the rate that is possible, beside a broker.
import { setTimeout as delay } from 'node:timers/promises';
import { takeTurns } from '../support/rounds.mjs';
import { startService } from '../support/service.mjs';
import { compared, say, shown, table } from '../support/table.mjs';
import { whichBroker } from './broker.mjs';
import { closedLoop } from './closed-loop.mjs';
import { entryOf } from './entries.mjs';
import { resized } from './message-template.mjs';
import { settings } from './settings.mjs';
import { openBroker, openOurs, workspaceId } from './stands.mjs';

const mutation = 'mutation ($input: ActivityLogInput!) { activityLog(input: $input) { duplicate } }';
const now = () => Number(process.hrtime.bigint());

/** Sends at a steady rate whatever happens, and times every message from both ends of the sending. */
async function openLoop({ crowd, next: first }, send, perSecond) {
  const count = Math.max(1, Math.round((perSecond * settings.roundMs) / 1000));
  const [sent, answered, sending] = [[], [], []];
  await crowd.ask('timeEvery', { every: 1 });
  const received = crowd.more(count * crowd.subscribers);
  const began = now();
  for (let index = 0; index < count; index += 1) {
    const wait = (began + (index / perSecond) * 1e9 - now()) / 1e6;
    if (wait > 0) await delay(wait);
    sent.push(now());
    const acknowledge = () => {
      answered[index] = now();
    };
    sending.push(send(first + index).then(acknowledge));
  }
  await Promise.all([...sending, received]);
  await crowd.check();
  const [fromSent, fromAnswer] = await crowd.ask('latency', { first, marks: [sent, answered] });
  await crowd.ask('timeEvery', { every: 0 });
  return {
    count,
    p50: fromSent.p50,
    p99: fromSent.p99,
    p50Answer: fromAnswer.p50,
    p99Answer: fromAnswer.p99,
    early: fromAnswer.early / fromAnswer.count,
  };
}

export async function latency({ postgres, findings }) {
  const ours = await openOurs(postgres, settings.sockets, { once: true });
  const other = await startService(ours.databaseUrl);
  const loop = await closedLoop(ours, { size: 1, ms: settings.roundMs });
  findings.perSecond ??= loop.perSecond;
  const which = whichBroker();
  if (which === undefined) say('The broker is skipped: apt-get install nats-server');
  const broker = which && (await openBroker(which, resized(ours.template, loop.size), settings.sockets));

  const perSecond = findings.perSecond / settings.sockets / 2;
  const variant = (stand, send) => async () => {
    const result = await openLoop(stand, send, perSecond);
    stand.next += result.count;
    return result;
  };
  const commitAt = (service) => (number) => service.graphql(mutation, { input: entryOf(number, workspaceId) });
  const variants = {
    same: variant(ours, commitAt(ours.service)),
    other: variant(ours, commitAt(other)),
    ...(broker && { broker: variant(broker, broker.send) }),
  };
  // Once before it counts: compilers warm up.
  for (const measure of Object.values(variants)) await measure();
  const results = await takeTurns(variants);
  await broker?.stop();
  await other.stop();
  await ours.stop();

  say(`${settings.sockets} sockets, ${shown(perSecond)} entries a second: half of what a closed loop reaches.`);
  say('"From the answer" begins when the commit was acknowledged; a message that overtakes it counts as less than 0.');
  say(`Received before the answer: same ${percent(results.same.early)}, other ${percent(results.other.early)}.`);
  say(`A broker commits nothing: its time is always from just before it was handed the message.`);
  const peer = results.broker ?? {};
  const lines = ['same', 'other'].flatMap((name) => {
    const figures = results[name];
    const limit = which === undefined ? {} : { atMost: 2 };
    return [
      compared(`${name} instance, from the answer: ms, p50`, figures.p50Answer, peer.p50, limit),
      compared(`${name} instance, from the answer: ms, p99`, figures.p99Answer, peer.p99, limit),
      compared(`${name} instance, from the request: ms, p50`, figures.p50, peer.p50),
      compared(`${name} instance, from the request: ms, p99`, figures.p99, peer.p99),
    ];
  });
  if (which !== undefined) {
    lines.push(compared(`${which.kind} from its answer: ms, p50`, undefined, peer.p50Answer, { ratio: Number.NaN }));
    lines.push(compared(`${which.kind} from its answer: ms, p99`, undefined, peer.p99Answer, { ratio: Number.NaN }));
  }
  table('From commit to client', lines, which?.kind ?? 'broker');
}

const percent = (share) => `${Math.round(share * 100)} %`;
