// Section whole: a workspace as CSV, over HTTP and by COPY, in turns; and the service's memory while it exports.
import { rareThings } from '../reading/data-set.mjs';
import { openChild } from '../support/child.mjs';
import { loadCore } from '../support/cores.mjs';
import { processorTime, residentMemory } from '../support/machine.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { startService } from '../support/service.mjs';
import { compared, say, shown, table } from '../support/table.mjs';

const atLeast = 0.5;
/** Milliseconds between two looks at the memory. */
const lookEvery = 100;
const megabyte = 1024 ** 2;

/** Resident memory of a process while something runs: at its beginning, the most, at its end. */
async function watched(pid, work) {
  const first = residentMemory(pid);
  let most = first;
  const timer = setInterval(() => {
    most = Math.max(most, residentMemory(pid));
  }, lookEvery);
  try {
    return { ...(await work()), memoryFirst: first / megabyte, memoryMost: most / megabyte };
  } finally {
    clearInterval(timer);
  }
}

export async function whole({ postgres, data }) {
  // The same rows each time: an export would add an entry that tells of it.
  process.env.ACTIVITY_LOG_EXPORTS = 'off';
  const { url: databaseUrl } = await data.large();
  const workspaceId = rareThings().workspaces.main;
  const service = await startService(databaseUrl);
  const readers = await openChild(new URL('readers.mjs', import.meta.url), { core: loadCore });
  const { port, token, pid } = service;
  const measure = async (command, options) => {
    const cpu = processorTime(pid);
    const databaseCpu = postgres.processorTime();
    const found = await watched(pid, () => readers.ask(command, { ...options, workspaceId }));
    return {
      ...found,
      rate: found.bytes / megabyte / found.seconds,
      entriesPerSecond: found.entries / found.seconds,
      cpu: (processorTime(pid) - cpu) / found.entries,
      databaseCpu: (postgres.processorTime() - databaseCpu) / found.entries,
    };
  };
  const over = (format, gzip) => () => measure('export', { port, token, format, gzip });
  const found = await takeTurns({
    csv: over('csv', false),
    copy: () => measure('copy', { databaseUrl }),
    jsonl: over('jsonl', false),
    gzip: over('csv', true),
  });
  await readers.stop();
  await service.stop();
  const { csv, copy, jsonl, gzip } = found;
  if (csv.entries !== copy.entries) throw new Error(`${csv.entries} entries were exported of ${copy.entries}.`);
  say(
    `${shown(csv.entries)} entries; ${shown(csv.bytes / csv.entries)} bytes each as our CSV, ${shown(copy.bytes / copy.entries)} as COPY's.`,
  );
  table(
    `A workspace of ${shown(csv.entries)} entries as CSV over HTTP`,
    [
      compared('MB a second', csv.rate, copy.rate, { atLeast }),
      compared('entries a second', csv.entriesPerSecond, copy.entriesPerSecond),
      compared('CPU µs of the server an entry', csv.cpu, undefined, { ratio: Number.NaN }),
      compared('CPU µs of PostgreSQL an entry', csv.databaseCpu, copy.databaseCpu),
      compared('memory of the service, MB: the most, and before', csv.memoryMost, csv.memoryFirst, { atMost: 1.25 }),
      compared('JSON lines: MB a second', jsonl.rate, copy.rate),
      compared('CSV compressed with gzip: MB of text a second', gzip.rate, copy.rate),
    ],
    'COPY (FORMAT csv)',
  );
}
