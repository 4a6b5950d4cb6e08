// How many entries does it take, and what does one cost? Each section of ingest/ answers one question beside a peer.
//
// Sizes are those of ingest/settings.mjs. While working on the benchmark the environment makes it small:
// BENCH_ONLY       sections to run, by name: callers,single,bulk-http,import,mutation,growth,footprint
// BENCH_GROWTH     1: growth with the others; it takes ten minutes and runs only where this or BENCH_ONLY asks for it
// BENCH_ROUNDS     rounds that count of each variant (5); BENCH_ROUND_MS: how long a timed one is (4000)
// BENCH_CALLERS    of callers, connections of mutation (64); BENCH_REQUESTS of mutation (20000)
// BENCH_BULK_ROWS  of bulk-http (100000); BENCH_LINES of import (200000), BENCH_EMBEDDED_LINES (a quarter of them)
// BENCH_GROWTH_ROWS (10000000), BENCH_GROWTH_DEFAULTS=1: with PostgreSQL's own settings
// BENCH_FOOTPRINT_ROWS (100000), BENCH_TABLE_ROWS: rows that are there before the cost of an index is measured (200000)
// BENCH_DATA       another file of commits; BENCH_DIST: a folder with another build than dist/
import { bulkHttp } from './ingest/bulk-http.mjs';
import { callers } from './ingest/callers.mjs';
import { footprint } from './ingest/footprint.mjs';
import { growth } from './ingest/growth.mjs';
import { importing } from './ingest/import.mjs';
import { mutation } from './ingest/mutation.mjs';
import { settings } from './ingest/settings.mjs';
import { single } from './ingest/single.mjs';
import { averageSize } from './support/entries.mjs';
import { historyShown } from './support/history.mjs';
import { startPostgres } from './support/postgres.mjs';
import { runSections } from './support/run-sections.mjs';
import { say, shown } from './support/table.mjs';

const sections = { callers, single, 'bulk-http': bulkHttp, import: importing, mutation, growth, footprint };

export async function run() {
  const chosen = await runSections('ingest', {
    sections,
    usual: Object.keys(sections).filter((name) => name !== 'growth' || settings.growth),
    open: startPostgres,
    begin: async (postgres) => {
      say(`Entries: ${historyShown}, ${shown(averageSize())} bytes as JSON on average.`);
      const { rows } = await postgres.query('SELECT version()');
      say(`${rows[0].version.split(' on ')[0]}, durable: fsync and synchronous_commit are on.`);
      return { postgres };
    },
  });
  if (chosen?.includes('growth') === false) {
    say('growth was not run (ten minutes): BENCH_ONLY=growth npm run bench -- ingest');
  }
}
