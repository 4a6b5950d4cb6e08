// Section stalled: every twentieth socket stops reading while entries come as fast as they go. Who notices?
import { setTimeout as delay } from 'node:timers/promises';
import { residentMemory } from '../support/machine.mjs';
import { median, takeTurns } from '../support/rounds.mjs';
import { compared, say, shown, table } from '../support/table.mjs';
import { collectable, collectedMemory } from './memory.mjs';
import { settings } from './settings.mjs';
import { openOurs } from './stands.mjs';

const everyNth = 20;
const burst = 16;
/** Not a divisor of the burst or of the sockets, so that every place in them is timed. */
const timedEvery = 7;
/** Entry number 1 comes before the stall: its cursor is what a socket that is closed comes back with. */
const firstTimed = 2;

async function saturate(stand, entries) {
  const marks = [];
  const began = process.hrtime.bigint();
  const memory = [];
  const watch = setInterval(() => memory.push(residentMemory(stand.pid)), 100);
  await stand.crowd.ask('timeEvery', { every: timedEvery });
  let messages = 0;
  while (stand.next < firstTimed + entries) {
    const received = stand.crowd.more(burst * stand.readers);
    const now = Number(process.hrtime.bigint());
    for (let index = 0; index < burst; index += 1) marks.push(now);
    await Promise.all([stand.send(stand.next, burst), received]);
    stand.next += burst;
    messages += burst * stand.readers;
  }
  clearInterval(watch);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const [{ p99 }] = await stand.crowd.ask('latency', { first: firstTimed, marks: [marks] });
  const running = median(memory);
  return { perSecond: messages / seconds, p99, running, peak: Math.max(...memory), seconds };
}

async function withStalled(stand, entries, endings) {
  const { crowd } = stand;
  const stalled = await crowd.ask('keepLast', { every: everyNth });
  const all = crowd.more(crowd.subscribers);
  await stand.send(1, 1);
  await all;
  stand.next = firstTimed;
  await crowd.ask('pause');
  stand.readers = crowd.subscribers - stalled;
  const result = await saturate(stand, entries);
  const collected = await collectedMemory(stand.pid, stand.service.signal);
  const ended = await crowd.ask('wakeUp', { until: stand.next - 1, patience: 60_000 });
  // A moment for what must not come: an entry that was there already.
  await delay(500);
  const { countedAside } = await crowd.check();
  const due = stalled * (stand.next - firstTimed);
  endings.push({ ended, stalled, missing: due - countedAside, seconds: result.seconds });
  return { ...result, collected };
}

async function withoutStalled(stand, entries) {
  const all = stand.crowd.more(stand.crowd.subscribers);
  await stand.send(1, 1);
  await all;
  stand.next = firstTimed;
  stand.readers = stand.crowd.subscribers;
  const result = await saturate(stand, entries);
  // What those got who are the others in the other variant.
  result.perSecond *= 1 - Math.floor(stand.readers / everyNth) / stand.readers;
  const collected = await collectedMemory(stand.pid, stand.service.signal);
  await stand.crowd.check();
  return { ...result, collected };
}

export async function stalled({ postgres }) {
  const count = settings.stallSockets;
  const endings = [];
  let entries;
  const variant = (sockets, measure) => async () => {
    const stand = await openOurs(postgres, sockets, { flags: collectable });
    entries ??= Math.ceil((settings.stallMegabytes * 1024 * 1024) / Buffer.byteLength(stand.template));
    const result = await measure(stand, entries, endings);
    await stand.stop();
    return result;
  };
  const results = await takeTurns({
    stalled: variant(count, withStalled),
    none: variant(count, withoutStalled),
  });
  const [{ stalled: many }] = endings;
  const { stalled: ours, none } = results;
  const perStalled = (kind) => (ours[kind] - none[kind]) / many / 1024 / 1024;
  say(
    `${count} sockets, ${many} of them stalled while ${shown(entries)} entries came, ${settings.stallMegabytes} MB to each.`,
  );
  for (const { ended, missing, seconds } of endings) {
    const how = Object.entries(ended).map(([name, times]) => `${times} × ${name}`);
    say(`after ${shown(seconds)} s they read on: ${how.join('; ')}; ${missing} messages missing`);
  }
  const badly = endings.flatMap(({ ended }) => Object.entries(ended)).filter(([how]) => !endsWell(how));
  const wrong =
    badly.reduce((sum, [, times]) => sum + times, 0) + endings.filter(({ missing }) => missing !== 0).length;
  const alone = { ratio: Number.NaN };
  table(
    'The other sockets beside stalled ones, and what those cost',
    [
      compared('messages a second to the others', ours.perSecond, none.perSecond, { atLeast: 0.95 }),
      compared('ms to the others, p99', ours.p99, none.p99, { atMost: 1.5 }),
      threshold('MB for each stalled socket, garbage collected', perStalled('collected'), 1),
      threshold('MB for each stalled socket, as it runs', perStalled('running'), 1),
      threshold('stalled sockets with a wrong end', wrong, 0),
      compared('MB of the server at the peak', ours.peak / 1024 / 1024, none.peak / 1024 / 1024, alone),
    ],
    'none stalled',
  );
}

/** With everything, at once or after closes whose code says why. */
const endsWell = (how) => how === 'whole' || /^closed 44\d\d(, 44\d\d)*$/.test(how);

const threshold = (figure, value, most) => {
  const [name, ours] = compared(figure, value, undefined);
  return [name, ours, '–', '–', `≤ ${most}`, value <= most ? 'yes' : 'NO'];
};
