// npm run bench [-- NAME …]: runs the named benchmarks, or all, one after the other. Each file answers one question.
// A soak runs only when it is named: it takes as long as it was told to.
import { readdirSync } from 'node:fs';
import { build, isBuilt } from '../scripts/build.mjs';

const all = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.bench.mjs'))
  .map((name) => name.slice(0, -'.bench.mjs'.length));
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${all.join(', ')}.\n`);
  process.exit(2);
}
// BENCH_DIST names another build than the one of these sources.
if (!process.env.BENCH_DIST && !isBuilt()) await build();
const unasked = all.filter((name) => !name.endsWith('-soak'));
for (const name of named.length > 0 ? named : unasked) {
  const { run } = await import(`./${name}.bench.mjs`);
  await run();
}
