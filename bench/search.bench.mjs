// How fast is a search? Over the data set of `timeline`; sizes as there, and BENCH_QUESTIONS: how often each is asked (100).
import { runReadingSections } from './reading/reading-sections.mjs';
import { search } from './reading/search.mjs';

export const run = () => runReadingSections('search', { search });
