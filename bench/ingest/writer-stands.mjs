// Applications that write by different roads, each a process over an empty table of its own.

import { openChild } from '../support/child.mjs';
import { temporaryDirectory } from '../support/children.mjs';
import { costOf } from '../support/cost.mjs';
import { openDatabase } from '../support/database.mjs';
import { settings, warmUpFirst } from './settings.mjs';

const program = new URL('writing-process.mjs', import.meta.url);

/** @param road one of writing-process.mjs */
export async function openWriterStand(postgres, road) {
  const database = await openDatabase(postgres);
  // Whatever the library keeps beside the database goes with the benchmark.
  const writer = await openChild(program, { env: { ACTIVITY_DATA_DIR: temporaryDirectory() } });
  await writer.ask('open', { road, databaseUrl: database.url });
  let warmUps = 0;
  return {
    database,
    pid: writer.pid,
    ask: writer.ask,
    /** A command with its cost, over an empty table, after some of the same that does not count. */
    measure: async (command, options, warmUp = options) => {
      // A million numbers for each: as many as no warm-up writes.
      warmUps += 1;
      await writer.ask(command, { ...warmUp, first: warmUpFirst + warmUps * 1_000_000 });
      await database.empty();
      const result = await costOf({ postgres, pid: writer.pid }, () => writer.ask(command, { ...options, first: 0 }));
      await database.expect(result.count);
      return result;
    },
    stop: async () => {
      await writer.stop();
      await database.close();
    },
  };
}

/** Variants for takeTurns(): so many callers for the time of a round, by each of the roads. */
export async function openCallers(postgres, roads, callers) {
  const stands = {};
  for (const road of roads) stands[road] = await openWriterStand(postgres, road);
  const measure = (stand) => () =>
    stand.measure('write', { callers, ms: settings.roundMs }, { callers, ms: settings.roundMs / 4 });
  return {
    variants: Object.fromEntries(roads.map((road) => [road, measure(stands[road])])),
    stop: async () => {
      for (const stand of Object.values(stands)) await stand.stop();
    },
  };
}
