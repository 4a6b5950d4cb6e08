// How fast is the viewer, over a million entries in one workspace? A browser looks at the service as it is run.
//
// BENCH_ROWS    entries in all (2000000), half of them in the workspace that is looked at
// BENCH_ROUNDS  how often the page is opened (5), each time by a browser without a past
// BENCH_SAMPLES entries that are logged one by one to be seen live (200)
// CHROMIUM_PATH where Chromium is, elsewhere than in /usr/bin

import { createDataSet } from './reading/data-set.mjs';
import { mainWorkspace } from './reading/rows.mjs';
import { tuned } from './reading/settings.mjs';
import { endWithDriver, stopAll } from './support/children.mjs';
import { startPostgres } from './support/postgres.mjs';
import { startService } from './support/service.mjs';
import { common, size } from './support/settings.mjs';
import { grid, say, shown } from './support/table.mjs';
import { openWriter } from './support/writer.mjs';
import { chromiumPath, openBrowser } from './viewer/browser.mjs';
import { measureLive } from './viewer/live.mjs';
import { measureOpening } from './viewer/opening.mjs';
import { measureScrolling } from './viewer/scrolling.mjs';

const settings = {
  rows: size('BENCH_ROWS', 2_000_000),
  samples: size('BENCH_SAMPLES', 200),
};

export async function run() {
  if (chromiumPath === undefined)
    return say('viewer is skipped: there is no Chromium; install it or set CHROMIUM_PATH.');
  const stopWatching = endWithDriver();
  let browser;
  try {
    const postgres = await startPostgres({ settings: tuned });
    const databaseUrl = await createDataSet(postgres, settings.rows);
    const service = await startService(databaseUrl);
    const writer = await openWriter(databaseUrl);
    browser = await openBrowser();
    const address = `http://127.0.0.1:${service.port}/?workspace=${mainWorkspace}#token=${service.token}`;
    const opening = await measureOpening(browser, address, common.rounds);
    const scrolling = await measureScrolling(browser, address);
    const live = await measureLive(browser, address, { writer, workspaceId: mainWorkspace, samples: settings.samples });
    grid(
      'The viewer',
      ['', 'measured', 'asked'],
      [
        ['first contentful paint, ms', shown(opening.paint), '–'],
        ['first entries on screen, ms', shown(opening.entries), '–'],
        ['JavaScript of the first load, KB as it is sent', shown(opening.bytes / 1024), '≤ 150'],
        ['frames within 16.7 ms while scrolling, %', shown(scrolling.share * 100), '–'],
        ['frames that were looked at', shown(scrolling.frames), '–'],
        ['entries that were scrolled by', shown(scrolling.lines), '–'],
        ['live entry on screen after its commit, ms (median)', shown(live.median), '≤ 200'],
        ['live entry on screen after its commit, ms (p99)', shown(live.p99), '≤ 200'],
      ],
    );
    await writer.close();
    await service.stop();
    await postgres.stop();
  } finally {
    await browser?.close();
    await stopAll();
    stopWatching();
  }
}
