// Runs the sections of a benchmark one after the other, over one PostgreSQL.
import { endWithDriver, isEnding, stopAll, stopAllBut } from './children.mjs';
import { isLinux, pinDriver, pinningShown } from './cores.mjs';
import { loadAverage } from './machine.mjs';
import { common } from './settings.mjs';
import { say } from './table.mjs';

function choose(sections, usual) {
  const unknown = common.only.filter((name) => !(name in sections));
  if (unknown.length > 0) throw new Error(`There is no section ${unknown.join(', ')} (BENCH_ONLY).`);
  return common.only.length > 0 ? common.only : usual;
}

/**
 * @param benchmark its name
 * @param sections by name: functions of what `begin` gives
 * @param open starts PostgreSQL or joins one: { child, stop, … }
 * @param begin says what is measured, and gives the sections { postgres, … }
 * @param usual the names of those that are run where nothing is chosen
 * @returns the names of those that were run; undefined where the benchmark was skipped or ended
 */
export async function runSections(benchmark, { sections, open, begin, usual = Object.keys(sections) }) {
  if (!isLinux) return say(`${benchmark} is skipped: it reads /proc, which only Linux has.`);
  const chosen = choose(sections, usual);
  say(`Node ${process.version}; ${pinningShown}; medians of ${common.rounds} rounds that took turns`);
  const stopWatching = endWithDriver();
  const unpin = pinDriver();
  try {
    const postgres = await open();
    const given = await begin(postgres);
    for (const name of chosen) {
      say(`\n## ${name} (load average ${loadAverage()})\n`);
      try {
        await sections[name](given);
      } catch (error) {
        if (isEnding()) return;
        // The others still have something to say.
        process.exitCode = 1;
        say(`FAILED: ${error.stack}`);
        await stopAllBut(postgres.child);
      }
    }
    await postgres.stop();
    return chosen;
  } finally {
    await stopAll();
    unpin();
    stopWatching();
  }
}
