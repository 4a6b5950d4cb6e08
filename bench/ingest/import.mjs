// Section import: `activity-log import` of a file, beside COPY of the rows that it writes.

import { openDatabase } from '../support/database.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { compared, grid, say, shown, table } from '../support/table.mjs';
import { openCopyStand } from './copy-stand.mjs';
import { importEmbedded } from './import-embedded.mjs';
import { writeGzip, writeLines } from './import-files.mjs';
import { runImport } from './import-process.mjs';
import { settings } from './settings.mjs';

const megabyte = 1024 * 1024;

export async function importing({ postgres }) {
  const { lines } = settings;
  const database = await openDatabase(postgres);
  const [one, plain] = [writeLines(1), writeLines(lines)];
  const files = { plain, gzip: writeGzip(plain) };

  /** Over an empty table. `again`: a second run, which finds all that the first one wrote. */
  const variant =
    (file, count, again = false) =>
    async () => {
      await database.empty();
      if (again) await runImport(file, { databaseUrl: database.url });
      const ofDatabase = postgres.processorTime();
      const run = await runImport(file, { databaseUrl: database.url });
      const databaseCpu = (postgres.processorTime() - ofDatabase) / count;
      if ((again ? run.duplicates : run.written) !== count) throw new Error(`${run.written} of ${count} were written.`);
      await database.expect(count);
      return { ...run, cpuEach: run.cpu / count, databaseCpu };
    };

  // Once before it counts: the file is in memory then; and its rows are what COPY gets.
  await variant(plain, lines)();
  const copy = await openCopyStand(postgres);
  const row = await copy.ask('read', { name: 'rows', databaseUrl: database.url });
  await copy.ask('make', { name: 'warm', first: 0, count: Math.ceil(lines / 10) });
  const results = await takeTurns({
    plain: variant(files.plain, lines),
    copy: copy.variant(true),
    one: variant(one, 1),
    gzip: variant(files.gzip, lines),
    again: variant(files.plain, lines, true),
  });
  await copy.stop();
  showRates(results, row.bytes);
  await showMemory(variant);
  await database.close();
  await importEmbedded(one);
}

function showRates({ plain, copy, one, gzip, again }, rowBytes) {
  const { lines } = settings;
  const whole = (run) => lines / run.seconds;
  const withoutStart = (run) => lines / (run.seconds - one.seconds);
  say(
    `${shown(lines)} lines without keys of their own, ${shown(rowBytes)} bytes a row for one COPY of all. ` +
      `An import of one line takes ${shown(one.seconds)} s and ${shown(one.cpu / 1e6)} s of CPU.`,
  );
  const rate = copy.perSecond;
  table(
    'activity-log import',
    [
      compared('rows a second without the start of the process', withoutStart(plain), rate, { atLeast: 0.7 }),
      compared('rows a second, the whole process', whole(plain), rate),
      compared('gzip, without the start: rows a second', withoutStart(gzip), rate),
      compared('a second run, without the start: rows a second', withoutStart(again), rate),
      compared('CPU µs of the import or the client an entry', (plain.cpu - one.cpu) / lines, copy.cpu),
      compared('CPU µs of PostgreSQL an entry', plain.databaseCpu, copy.databaseCpu),
    ],
    'COPY',
  );
}

async function showMemory(variant) {
  const counts = [Math.ceil(settings.lines / 4), settings.lines * 2];
  const names = counts.map((count) => `${shown(count)} lines`);
  const variants = counts.map((count, index) => [names[index], variant(writeLines(count), count)]);
  const results = await takeTurns(Object.fromEntries(variants), { rounds: Math.min(3, settings.rounds) });
  const [few, many] = names.map((name) => results[name].peak / megabyte);
  grid(
    'MB of resident memory of the import at its peak',
    [...names, 'ratio'],
    [[shown(few), shown(many), (many / few).toFixed(2)]],
  );
}
