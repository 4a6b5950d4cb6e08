// Does deleting disturb those who write and read, and is its space used again? BENCH_ROWS entries (10,000,000), half of them due.

import { tuned } from './reading/settings.mjs';
import { beside } from './retention/beside.mjs';
import { month } from './retention/month.mjs';
import { startPostgres } from './support/postgres.mjs';
import { runSections } from './support/run-sections.mjs';

export const run = () =>
  runSections('retention', {
    sections: { beside, month },
    open: () => startPostgres({ settings: tuned }),
    begin: async (postgres) => ({ postgres }),
  });
