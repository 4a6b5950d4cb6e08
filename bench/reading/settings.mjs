// How large everything is. The environment may make it smaller, for work on the benchmark itself.
import { common, size } from '../support/settings.mjs';

export const settings = {
  ...common,
  rows: size('BENCH_ROWS', 10_000_000),
  smallRows: size('BENCH_SMALL_ROWS', 10_000),
  callers: size('BENCH_CALLERS', 8),
  /** Pages in other places than the beginning that are asked for. */
  deepPages: size('BENCH_DEEP_PAGES', 200),
  /** How often each question is asked whose latency is measured. */
  questions: size('BENCH_QUESTIONS', 100),
  /** A database that is filled already; it is left in place. */
  filledUrl: process.env.BENCH_READING_URL || undefined,
};

/** Entries of a page. */
export const pageSize = 50;

/** Of a server that was set up for its work. */
export const tuned = [
  'shared_buffers=4GB',
  'max_wal_size=8GB',
  'checkpoint_timeout=15min',
  'maintenance_work_mem=512MB',
];
