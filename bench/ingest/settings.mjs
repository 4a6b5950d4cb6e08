// How large everything is. The environment may make it smaller, for work on the benchmark itself.
import { common, size } from '../support/settings.mjs';

const lines = size('BENCH_LINES', 200_000);

export const settings = {
  ...common,
  callers: size('BENCH_CALLERS', 64),
  bulkRows: size('BENCH_BULK_ROWS', 100_000),
  requests: size('BENCH_REQUESTS', 20_000),
  lines,
  embeddedLines: size('BENCH_EMBEDDED_LINES', Math.ceil(lines / 4)),
  growthRows: size('BENCH_GROWTH_ROWS', 10_000_000),
  growthDefaults: size('BENCH_GROWTH_DEFAULTS', 0) > 0,
  growth: size('BENCH_GROWTH', 0) > 0,
  footprintRows: size('BENCH_FOOTPRINT_ROWS', 100_000),
  tableRows: size('BENCH_TABLE_ROWS', 200_000),
};

/** Entries of one call, one COPY, one INSERT. */
export const batchSize = 1_000;

/** Entries that are written before the clock starts have numbers from here on: no key of them comes again. */
export const warmUpFirst = 1_000_000_000;
