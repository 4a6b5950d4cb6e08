// Does one process hold thousands of subscribers for as long as one likes? Memory, gaps and doubles over the time.
//
// BENCH_MINUTES (10) and BENCH_SOAK_SOCKETS (10000) make it shorter and smaller; BENCH_DIST names another build.
import { setTimeout as delay } from 'node:timers/promises';
import { Crowd, planOf } from './fan-out/crowd.mjs';
import { entryOf } from './fan-out/entries.mjs';
import { settings } from './fan-out/settings.mjs';
import { workspaceId } from './fan-out/stands.mjs';
import { endWithDriver, stopAll } from './support/children.mjs';
import { isLinux, pinDriver, pinningShown } from './support/cores.mjs';
import { loadAverage, openFilesLimit, processorTime, residentMemory, watchOthers } from './support/machine.mjs';
import { startPostgres } from './support/postgres.mjs';
import { startService } from './support/service.mjs';
import { say, shown } from './support/table.mjs';
import { openWriter } from './support/writer.mjs';

/** A second: to the workspace that all follow, and to others that nobody follows. */
const entriesToAll = 2;
const entriesElsewhere = 20;
const lineEvery = 30_000;
const megabyte = 1024 * 1024;

/** MB a minute by least squares, over the last two thirds: the first one is still warming up. */
function slope(samples) {
  const last = samples.slice(Math.floor(samples.length / 3));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [minutes, memory] = [mean(last.map((one) => one.minutes)), mean(last.map((one) => one.rss))];
  const covariance = last.reduce((sum, one) => sum + (one.minutes - minutes) * (one.rss - memory), 0);
  const variance = last.reduce((sum, one) => sum + (one.minutes - minutes) ** 2, 0);
  return covariance / variance;
}

/** Commits entry after entry at their rates until the time is over. @returns how many went to all */
async function writeUntil(deadline, crowd, writer) {
  let number = 0;
  let elsewhere = 0;
  const began = Date.now();
  const every = 1000 / (entriesToAll + entriesElsewhere);
  for (let turn = 0; Date.now() < deadline; turn += 1) {
    if ((turn * entriesToAll) % (entriesToAll + entriesElsewhere) < entriesToAll) {
      number += 1;
      crowd.expected += crowd.subscribers;
      await writer.commit([entryOf(number, workspaceId)]);
    } else {
      elsewhere += 1;
      await writer.commit([entryOf(elsewhere, `elsewhere-${elsewhere % 100}`)]);
    }
    await delay(Math.max(0, began + turn * every - Date.now()));
  }
  return { number, elsewhere };
}

async function soak(postgres) {
  const databaseUrl = await postgres.createDatabase();
  const service = await startService(databaseUrl);
  const writer = await openWriter(databaseUrl);
  const { port, token, pid } = service;
  const before = residentMemory(pid) / megabyte;
  const plan = planOf(settings.soakSockets, () => ({ workspaceId }));
  // Few at a time: ten thousand at once are another question.
  const crowd = await Crowd.connect({ port, token, plan, atOnce: 20 });
  await crowd.untilLive(() => writer.commit([entryOf(0, workspaceId)]));
  const began = Date.now();
  const deadline = began + settings.soakMinutes * 60_000;
  const writing = writeUntil(deadline, crowd, writer);
  const others = watchOthers();
  const samples = [];
  say(`RSS before the first subscriber: ${shown(before)} MB\n`);
  say('| minute | RSS MB | heap MB | subscribers | CPU % | received | missing | doubled | load average |');
  say('|---|---|---|---|---|---|---|---|---|');
  let processor = processorTime(pid);
  let last = Date.now();
  for (let due = began; due <= deadline; due += Math.min(lineEvery, (settings.soakMinutes * 60_000) / 4)) {
    await delay(Math.max(0, due - Date.now()));
    const metrics = await service.metrics();
    const { counted, gaps, doubles, problems, errors } = await crowd.ask('report');
    const sample = { minutes: (Date.now() - began) / 60_000, rss: residentMemory(pid) / megabyte };
    samples.push(sample);
    const used = processorTime(pid);
    const cpu = (used - processor) / 10 / Math.max(1, Date.now() - last);
    [processor, last] = [used, Date.now()];
    const heap = metrics['nodejs_heap_size_used_bytes'];
    const line = [sample.minutes, sample.rss, heap && heap / megabyte, metrics['activity_log_live_subscribers'], cpu];
    say(`| ${[...line.map(shown), counted, gaps, doubles, loadAverage()].join(' | ')} |`);
    if (problems > 0) throw new Error(errors.join(' | '));
  }
  const { number, elsewhere } = await writing;
  const { counted } = await crowd.ask('report');
  // Waits for what is still on its way.
  if (counted < crowd.expected) await crowd.more(0);
  const report = await crowd.check();
  say(`\nmemory: ${samples.map(({ rss }) => Math.round(rss)).join(' → ')} MB`);
  say(`slope over the last two thirds: ${slope(samples).toFixed(3)} MB a minute`);
  say(`${number} entries to ${crowd.subscribers} subscribers and ${elsewhere} to others; ${report.counted} received,`);
  say(`${report.gaps} missing, ${report.doubles} doubled. Others took ${Math.round(others() * 100)} % of the machine.`);
  await crowd.stop();
  await writer.close();
  await service.stop();
}

export async function run() {
  if (!isLinux) throw new Error('The soak reads /proc, which only Linux has.');
  const { soakSockets, soakMinutes } = settings;
  if (openFilesLimit() < soakSockets + 500) {
    throw new Error(`A process may have ${openFilesLimit()} files open, too few for ${soakSockets} sockets.`);
  }
  say(`${soakSockets} subscribers for ${soakMinutes} minutes; Node ${process.version}; ${pinningShown}`);
  const stopWatching = endWithDriver();
  const unpin = pinDriver();
  try {
    await soak(await startPostgres());
  } finally {
    await stopAll();
    unpin();
    stopWatching();
  }
}
