// What all benchmarks of sections have in common, and how a size is read from the environment.

export function size(name, otherwise) {
  const text = process.env[name] ?? '';
  if (text === '') return otherwise;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`${name} takes a number, got ${text}.`);
  return Number(text);
}

export const common = {
  rounds: size('BENCH_ROUNDS', 5),
  roundMs: size('BENCH_ROUND_MS', 4_000),
  only: (process.env.BENCH_ONLY ?? '').split(',').filter((name) => name !== ''),
};
