// How fast is an export of a million entries as CSV, beside COPY … TO STDOUT (FORMAT csv) of the same rows, and is the memory
// of the service flat meanwhile?
//
// BENCH_ROWS       entries that are exported (1000000); the table has as many others
// BENCH_ROUNDS     rounds that count (5)
// BENCH_READING_URL  a database that is filled already (node bench/reading/hold.mjs fills one); it is left in place

import { whole } from './export/whole.mjs';
import { runReadingSections } from './reading/reading-sections.mjs';
import { settings as reading } from './reading/settings.mjs';
import { size } from './support/settings.mjs';

// The main workspace has half of the table.
reading.rows = 2 * size('BENCH_ROWS', 1_000_000);

export const run = () => runReadingSections('export', { whole });
