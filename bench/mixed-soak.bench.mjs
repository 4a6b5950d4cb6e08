// Does the service stay as it is, for as long as one likes, under everything at once? Memory, file handles and
// connections over the time, and whether every acknowledged entry is in the trail and reached a subscriber once.
//
// BENCH_SOAK_MINUTES (60) makes it shorter, BENCH_SOAK_LOAD (1) is a factor of all rates; BENCH_DIST names another build.
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { collectable } from './fan-out/memory.mjs';
import { Ledger } from './soak/ledger.mjs';
import { read } from './soak/readers.mjs';
import { Samples } from './soak/samples.mjs';
import { followSteadily, visit } from './soak/subscribers.mjs';
import { openLibrary, write } from './soak/writers.mjs';
import { endWithDriver, stopAll, temporaryDirectory } from './support/children.mjs';
import { isLinux } from './support/cores.mjs';
import { watchOthers } from './support/machine.mjs';
import { startPostgres } from './support/postgres.mjs';
import { startService } from './support/service.mjs';
import { size } from './support/settings.mjs';
import { say } from './support/table.mjs';

const minutes = size('BENCH_SOAK_MINUTES', 60);
const load = size('BENCH_SOAK_LOAD', 1);

/** Calls a second. */
const rates = {
  writes: { single: 20 * load, many: 0.8 * load, library: 12 * load },
  reads: { pages: 2.5 * load, searches: 1 * load, statistics: 0.5 * load },
  visits: 1 * load,
};
/** Milliseconds between two samples: a minute, or less where there is less time than for ten. */
const every = Math.min(60_000, (minutes * 60_000) / 10);

/** The numbers of the entries in the table, and how many are there twice. */
async function readStored(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(`SELECT "entityId" AS number FROM "ActivityLog" WHERE "workspaceId" = 'soak'`);
  await client.end();
  const stored = new Set(rows.map(({ number }) => Number(number)));
  return { stored, doubled: rows.length - stored.size };
}

async function soak(postgres) {
  const databaseUrl = await postgres.createDatabase();
  // On any core: it shares the machine, as it would elsewhere.
  const service = await startService(databaseUrl, { flags: collectable, core: undefined });
  const library = await openLibrary(databaseUrl, temporaryDirectory());
  const ledger = new Ledger();
  const steady = await followSteadily(service, ledger);
  const ending = new AbortController();
  const { signal } = ending;
  // One for each guest.
  setMaxListeners(0, signal);
  const working = Promise.all([
    write({ service, library, ledger, signal, rates: rates.writes }),
    read({ service, ledger, signal, rates: rates.reads }),
    visit({ service, ledger, signal, rate: rates.visits }),
  ]);
  const others = watchOthers();
  const samples = new Samples({ service, postgres, ledger });
  const began = Date.now();
  for (let due = began + every; due <= began + minutes * 60_000 + 1; due += every) {
    await delay(Math.max(0, due - Date.now()));
    await samples.take();
  }
  ending.abort();
  await working;
  await steady.end();
  await library.closeActivityLog();
  const { stored, doubled } = await readStored(databaseUrl);

  say();
  const rising = samples.verdict();
  const { writes, pages, searches, statistics, visits } = ledger.done;
  say(
    `\n${writes} entries written, ${pages} times three pages, ${searches} searches, ${statistics} statistics, ${visits} guests`,
  );
  const wrong = {
    'acknowledged and not in the trail': ledger.lost(stored).length,
    'in the trail twice': doubled,
    'acknowledged and not received by the steady subscriber': ledger.missing().length,
    'received twice': ledger.doubled,
    'calls that failed': ledger.failures,
  };
  for (const [name, count] of Object.entries(wrong)) say(`${name}: ${count}`);
  for (const [text, count] of ledger.errors) say(`  ${count} × ${text}`);
  say(`Others took ${Math.round(others() * 100)} % of the machine.`);
  await service.stop();
  const failed = [
    ...rising.map((name) => `${name} is not flat`),
    ...Object.keys(wrong).filter((name) => wrong[name] > 0),
  ];
  say(failed.length === 0 ? 'held' : `NOT HELD: ${failed.join('; ')}`);
  if (failed.length > 0) process.exitCode = 1;
}

export async function run() {
  if (!isLinux) throw new Error('The soak reads /proc, which only Linux has.');
  say(`everything at once for ${minutes} minutes; Node ${process.version}`);
  const stopWatching = endWithDriver();
  try {
    await soak(await startPostgres());
  } finally {
    await stopAll();
    stopWatching();
  }
}
