// How fast is a page? Each section of reading/ answers one question, over ten million entries.
//
// Sizes are those of reading/settings.mjs. While working on the benchmark the environment makes it small:
// BENCH_ONLY       sections to run, by name: peers,depth,filters
// BENCH_ROUNDS     rounds that count of each variant (5); BENCH_ROUND_MS: how long a timed one is (4000)
// BENCH_ROWS       entries of the large database (10000000), BENCH_SMALL_ROWS of the small one (10000)
// BENCH_QUESTIONS  how often each filter is asked (100)
// BENCH_CALLERS    connections with one request under way each (8); BENCH_DEEP_PAGES: pages in other places (200)
// BENCH_READING_URL  a database that is filled already (node bench/reading/hold.mjs fills one); it is left in place
// BENCH_DATA       another file of commits; BENCH_DIST: a folder with another build than dist/
import { depth } from './reading/depth.mjs';
import { filters } from './reading/filters.mjs';
import { peers } from './reading/peers.mjs';
import { runReadingSections } from './reading/reading-sections.mjs';

const sections = { peers, depth, filters };

export const run = () => runReadingSections('timeline', sections);
