// How large everything is. The environment may make it smaller, for work on the benchmark itself.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

function size(name, otherwise) {
  const text = process.env[name] ?? '';
  if (text === '') return otherwise;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`${name} takes a number, got ${text}.`);
  return Number(text);
}

export const settings = {
  sockets: size('BENCH_SOCKETS', 1_000),
  rounds: size('BENCH_ROUNDS', 5),
  roundMs: size('BENCH_ROUND_MS', 4_000),
  idleSockets: size('BENCH_IDLE_SOCKETS', 8_000),
  stallSockets: size('BENCH_STALL_SOCKETS', 400),
  stallMegabytes: size('BENCH_STALL_MB', 8),
  workspaces: size('BENCH_WORKSPACES', 1_000),
  rows: size('BENCH_ROWS', 400_000),
  holdMs: size('BENCH_HOLD_MS', 30_000),
  groups: size('BENCH_GROUPS', 10_000),
  soakSockets: size('BENCH_SOAK_SOCKETS', 10_000),
  soakMinutes: size('BENCH_MINUTES', 10),
  only: (process.env.BENCH_ONLY ?? '').split(',').filter((name) => name !== ''),
};

const built = process.env.BENCH_DIST;

/** A module or program of the build that is measured. */
export function ofDist(path) {
  const base = built ? `${pathToFileURL(resolve(built))}/` : new URL('../../dist/', import.meta.url);
  return new URL(path, base);
}
