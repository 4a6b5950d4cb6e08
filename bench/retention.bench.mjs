// Does deleting disturb those who write and read, and is its space used again? BENCH_ROWS entries (10,000,000), half of them due.
// With BENCH_READING_URL the section `beside` deletes half of the database that bench/reading/hold.mjs has filled.

import { settings, tuned } from './reading/settings.mjs';
import { beside } from './retention/beside.mjs';
import { month } from './retention/month.mjs';
import { startPostgres } from './support/postgres.mjs';
import { joinPostgres } from './support/postgres-that-runs.mjs';
import { runSections } from './support/run-sections.mjs';

export const run = () =>
  runSections('retention', {
    sections: { beside, month },
    open: () =>
      settings.filledUrl === undefined ? startPostgres({ settings: tuned }) : joinPostgres(settings.filledUrl),
    begin: async (postgres) => ({ postgres }),
  });
