// How large everything is. The environment may make it smaller, for work on the benchmark itself.
import { common, size } from '../support/settings.mjs';

export const settings = {
  ...common,
  sockets: size('BENCH_SOCKETS', 1_000),
  idleSockets: size('BENCH_IDLE_SOCKETS', 8_000),
  stallSockets: size('BENCH_STALL_SOCKETS', 400),
  stallMegabytes: size('BENCH_STALL_MB', 8),
  workspaces: size('BENCH_WORKSPACES', 1_000),
  rows: size('BENCH_ROWS', 400_000),
  holdMs: size('BENCH_HOLD_MS', 30_000),
  groups: size('BENCH_GROUPS', 10_000),
  soakSockets: size('BENCH_SOAK_SOCKETS', 10_000),
  soakMinutes: size('BENCH_MINUTES', 10),
};
