// How fast are statistics? Over the data set of `timeline`; sizes as there, and BENCH_QUESTIONS: how often each is asked (100).
import { runReadingSections } from './reading/reading-sections.mjs';
import { statistics } from './reading/statistics.mjs';

export const run = () => runReadingSections('stats', { statistics });
