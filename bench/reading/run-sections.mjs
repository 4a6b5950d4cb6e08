// Runs the sections of a benchmark about reading one after the other, over one PostgreSQL with the data set.
import { endWithDriver, isEnding, stopAll, stopAllBut } from '../support/children.mjs';
import { isLinux, pinDriver, pinningShown } from '../support/cores.mjs';
import { historyShown } from '../support/history.mjs';
import { loadAverage } from '../support/machine.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { joinPostgres } from '../support/postgres-that-runs.mjs';
import { say } from '../support/table.mjs';
import { dataSets } from './data-set.mjs';
import { settings, tuned } from './settings.mjs';

/** As the server has them, whoever has started it. */
const described = `SELECT version(), string_agg(name || '=' || current_setting(name), ', ' ORDER BY name) AS "settings"
  FROM pg_settings WHERE name = ANY('{${tuned.map((one) => one.split('=')[0]).join(',')}}')`;

function choose(sections) {
  const unknown = settings.only.filter((name) => !(name in sections));
  if (unknown.length > 0) throw new Error(`There is no section ${unknown.join(', ')} (BENCH_ONLY).`);
  return settings.only.length > 0 ? settings.only : Object.keys(sections);
}

/** @param sections by name: functions of { postgres, data }, see data-set.mjs for `data` */
export async function runSections(benchmark, sections) {
  if (!isLinux) return say(`${benchmark} is skipped: it reads /proc, which only Linux has.`);
  const chosen = choose(sections);
  say(`Node ${process.version}; ${pinningShown}; medians of ${settings.rounds} rounds that took turns`);
  const stopWatching = endWithDriver();
  const unpin = pinDriver();
  try {
    const postgres =
      settings.filledUrl === undefined
        ? await startPostgres({ settings: tuned })
        : await joinPostgres(settings.filledUrl);
    const { rows } = await postgres.query(described);
    say(`${rows[0].version.split(' on ')[0]} with ${rows[0].settings}.`);
    say(`Entries: ${historyShown}.`);
    const data = dataSets(postgres);
    for (const name of chosen) {
      say(`\n## ${name} (load average ${loadAverage()})\n`);
      try {
        await sections[name]({ postgres, data });
      } catch (error) {
        if (isEnding()) return;
        // The others still have something to say.
        process.exitCode = 1;
        say(`FAILED: ${error.stack}`);
        await stopAllBut(postgres.child);
      }
    }
    await postgres.stop();
  } finally {
    await stopAll();
    unpin();
    stopWatching();
  }
}
