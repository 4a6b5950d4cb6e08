// Import into the embedded database, beside PGlite's own INSERT of as many rows at a time.

import { openChild } from '../support/child.mjs';
import { removeDirectory, temporaryDirectory } from '../support/children.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { compared, say, shown, table } from '../support/table.mjs';
import { writeLines } from './import-files.mjs';
import { runImport } from './import-process.mjs';
import { settings } from './settings.mjs';

/** @param one the file of one line, whose import is the start of the process and the making of the database */
export async function importEmbedded(one) {
  const { embeddedLines: lines } = settings;
  const file = writeLines(lines);
  const ours = (path) => async () => {
    const dataDir = temporaryDirectory();
    const { seconds, cpu, peak } = await runImport(path, { dataDir });
    removeDirectory(dataDir);
    return { seconds, cpu, peak };
  };
  const pglite = async () => {
    const directory = temporaryDirectory();
    const peer = await openChild(new URL('peer-pglite.mjs', import.meta.url));
    const result = await peer.ask('write', { directory, count: lines });
    await peer.stop();
    removeDirectory(directory);
    return result;
  };
  const results = await takeTurns({ ours: ours(file), one: ours(one), pglite });
  const seconds = results.ours.seconds - results.one.seconds;
  say(`${shown(lines)} lines into a new directory; an import of one line takes ${shown(results.one.seconds)} s.`);
  table(
    'activity-log import into the embedded database',
    [
      compared('rows a second without the start of the process', lines / seconds, lines / results.pglite.seconds),
      compared(
        'CPU µs of the process an entry',
        (results.ours.cpu - results.one.cpu) / lines,
        results.pglite.cpu / lines,
      ),
      compared('MB resident at the peak', results.ours.peak / 1024 / 1024, undefined, { ratio: Number.NaN }),
    ],
    'INSERT by unnest()',
  );
}
