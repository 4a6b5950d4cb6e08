// node bench/reading/hold.mjs: fills a database once and keeps it until Ctrl-C, for runs with BENCH_READING_URL.
import { endWithDriver, stopAll } from '../support/children.mjs';
import { pinDriver } from '../support/cores.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { say } from '../support/table.mjs';
import { createDataSet } from './data-set.mjs';
import { settings, tuned } from './settings.mjs';

endWithDriver();
pinDriver();
try {
  const postgres = await startPostgres({ settings: tuned });
  say(`BENCH_READING_URL=${await createDataSet(postgres, settings.rows)}`);
  await new Promise((resolve) => postgres.child.once('exit', resolve));
} finally {
  await stopAll();
}
