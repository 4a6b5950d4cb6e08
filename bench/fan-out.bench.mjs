// What does the live feed cost, and what does it hold? Each section of fan-out/ answers one question beside a peer.
//
// Sizes are those of fan-out/settings.mjs. While working on the benchmark the environment makes it small:
// BENCH_ONLY       sections to run, by name: throughput,bursts,idle,ingest,transaction,stalled,latency,groups
// BENCH_ROUNDS     rounds that count of each variant (5); BENCH_ROUND_MS: how long a timed one is (4000)
// BENCH_SOCKETS    sockets of throughput, bursts and latency (1000)
// BENCH_IDLE_SOCKETS (8000), BENCH_STALL_SOCKETS (400), BENCH_STALL_MB to each stalled socket (8),
// BENCH_WORKSPACES of ingest (1000), BENCH_ROWS (400000) and BENCH_HOLD_MS (30000) of transaction, BENCH_GROUPS (10000)
// BENCH_DIST       a folder with another build than dist/

import { groups } from './fan-out/groups.mjs';
import { idle } from './fan-out/idle.mjs';
import { ingest } from './fan-out/ingest.mjs';
import { latency } from './fan-out/latency.mjs';
import { stalled } from './fan-out/stalled.mjs';
import { bursts, throughput } from './fan-out/throughput.mjs';
import { transaction } from './fan-out/transaction.mjs';
import { startPostgres } from './support/postgres.mjs';
import { runSections } from './support/run-sections.mjs';

const sections = { throughput, bursts, idle, ingest, transaction, stalled, latency, groups };

export const run = () =>
  runSections('fan-out', { sections, open: startPostgres, begin: (postgres) => ({ postgres, findings: {} }) });
