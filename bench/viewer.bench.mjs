// How fast is the viewer, over a million entries in one workspace? A browser looks at the service as it is run.
//
// BENCH_ROWS        entries in all (2000000), half of them in the workspace that is looked at
// BENCH_READING_URL a database that bench/reading/hold.mjs has filled, in the place of an own one
// BENCH_ROUNDS      how often the page is opened (5), each time by a browser without a past
// BENCH_SAMPLES     entries that are logged one by one to be seen live (200)
// CHROMIUM_PATH     where Chromium is, elsewhere than in /usr/bin

import { dataSets } from './reading/data-set.mjs';
import { mainWorkspace } from './reading/rows.mjs';
import { settings as reading, tuned } from './reading/settings.mjs';
import { endWithDriver, stopAll } from './support/children.mjs';
import { startPostgres } from './support/postgres.mjs';
import { joinPostgres } from './support/postgres-that-runs.mjs';
import { startService } from './support/service.mjs';
import { common, size } from './support/settings.mjs';
import { grid, say, shown } from './support/table.mjs';
import { openWriter } from './support/writer.mjs';
import { chromiumPath, openBrowser } from './viewer/browser.mjs';
import { measureFinding } from './viewer/finding.mjs';
import { measureLive } from './viewer/live.mjs';
import { measureOpening } from './viewer/opening.mjs';
import { measurePlainScrolling, measureScrolling } from './viewer/scrolling.mjs';

const rows = size('BENCH_ROWS', 2_000_000);
const samples = size('BENCH_SAMPLES', 200);

export async function run() {
  if (chromiumPath === undefined)
    return say('viewer is skipped: there is no Chromium; install it or set CHROMIUM_PATH.');
  const stopWatching = endWithDriver();
  let browser;
  try {
    const { filledUrl } = reading;
    const postgres = await (filledUrl === undefined ? startPostgres({ settings: tuned }) : joinPostgres(filledUrl));
    const { url: databaseUrl } = await dataSets(postgres, rows).large();
    const service = await startService(databaseUrl);
    const writer = await openWriter(databaseUrl);
    browser = await openBrowser();
    const address = `http://127.0.0.1:${service.port}/?workspace=${mainWorkspace}#token=${service.token}`;
    const opening = await measureOpening(browser, address, common.rounds);
    const finding = await measureFinding(browser, address, common.rounds);
    const scrolling = await measureScrolling(browser, address);
    const plain = await measurePlainScrolling(browser);
    const live = await measureLive(browser, address, { writer, workspaceId: mainWorkspace, samples });
    grid(
      'The viewer',
      ['', 'measured', 'asked'],
      [
        ['first contentful paint, ms', shown(opening.paint), '–'],
        ['first entries on screen, ms', shown(opening.entries), '–'],
        ['JavaScript that comes before entries, KB as it is sent', shown(opening.first / 1024), '≤ 150'],
        ['JavaScript that follows by itself, KB', shown(opening.later / 1024), '–'],
        [`found by the keys / e Enter: entries on screen with \`${finding.query}\``, shown(finding.found), '≥ 1'],
        ['from Enter to their frame, ms', shown(finding.shown), '–'],
        ['frames a second while scrolling (a plain page)', `${shown(scrolling.rate)} (${shown(plain.rate)})`, '60'],
        ['frames dropped, % (a plain page)', `${shown(scrolling.dropped * 100)} (${shown(plain.dropped * 100)})`, '0'],
        [
          'frames of the page later than 16.7 ms, % (a plain page)',
          `${shown(scrolling.late * 100)} (${shown(plain.late * 100)})`,
          '0',
        ],
        ['the longest of them, ms (a plain page)', `${shown(scrolling.worst)} (${shown(plain.worst)})`, '–'],
        ['lines that were scrolled by', shown(scrolling.lines), '–'],
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
