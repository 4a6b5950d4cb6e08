import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of the process, by its Prometheus name without the prefix `activity_log_`. */
export class Metrics {
  readonly registry = new Registry();
  readonly written = this.#counter('entries_written_total', 'Entries written.');
  readonly duplicates = this.#counter(
    'entries_duplicate_total',
    'Entries not written because their idempotency key was there.',
  );
  readonly differing = this.#counter(
    'entries_differing_total',
    'Duplicates that say something else than the entry whose idempotency key they have: they are not in the trail.',
  );
  readonly refused = this.#counter('entries_refused_total', 'Entries refused, by error code and field at fault.', [
    'code',
    'field',
  ]);
  readonly batchSize = this.#histogram(
    'write_batch_entries',
    'Entries that were committed together.',
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
  );
  readonly writeWait = this.#histogram(
    'write_wait_seconds',
    'From a call to the beginning of its batch.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  readonly commitTime = this.#histogram(
    'write_commit_seconds',
    'From the beginning of a batch to its commit, or its failure.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  readonly spooled = this.#counter(
    'spool_kept_total',
    'Entries that were kept because they could not be written at once.',
  );
  readonly delivered = this.#counter('spool_delivered_total', 'Entries that were kept, and written later.');
  readonly lost = this.#counter(
    'spool_refused_total',
    'Entries that could not be kept: the queue was full, or its disk.',
  );
  readonly swallowed = this.#counter(
    'log_errors_swallowed_total',
    'Errors that logActivity logged instead of throwing, by error code.',
    ['code'],
  );
  readonly unexpected = this.#counter('unexpected_errors_total', 'Errors that were masked as INTERNAL.');
  readonly feedRead = this.#counter('feed_read_total', 'Entries that the feed read from the database.');
  readonly feedFailures = this.#counter('feed_failures_total', 'Reads of the feed that failed and were tried again.');
  readonly fellBehind = this.#counter(
    'live_fell_behind_total',
    'Times a live subscriber left the hub: it was too slow, or what it waited for was.',
  );
  readonly catchUps = this.#counter(
    'live_catch_ups_total',
    'Times a live subscriber read from the database at its own pace before it joined the hub again.',
  );
  readonly stalls = this.#counter('live_stalls_total', 'Connections closed because they took nothing for too long.');
  readonly subscribers = this.#gauge('live_subscribers', 'Live subscribers in the hub now.');
  readonly groups = this.#gauge('live_groups', 'Groups of live subscribers that share their executions now.');
  readonly lag = this.#histogram(
    'live_lag_seconds',
    'From a commit that a hint told of to the write to the last subscriber.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  readonly sockets = this.#gauge('websockets', 'Open WebSockets now.');
  readonly exports = this.#counter('exports_total', 'Exports over HTTP, by format and by how they ended.', [
    'format',
    'outcome',
  ]);
  readonly exportedEntries = this.#counter('exported_entries_total', 'Entries given by exports over HTTP.');
  readonly exporting = this.#gauge('exports_running', 'Exports over HTTP under way now.');
  /** What the hub counts, as plain numbers: they change too often for anything else. */
  readonly live = { executions: 0, messages: 0, bytes: 0, writes: 0 };

  constructor() {
    this.#total(
      'live_executions_total',
      'Executions for live subscribers: one for each entry and group.',
      'executions',
    );
    this.#total('live_messages_total', 'Messages with an entry written to live subscribers.', 'messages');
    this.#total('live_bytes_total', 'Bytes of these messages, with their framing.', 'bytes');
    this.#total('live_writes_total', 'Writes that these messages were coalesced into.', 'writes');
  }

  /** Shows how many entries wait for their batch. */
  watchQueue(waiting: () => number): void {
    this.#watched('write_queue_entries', 'Entries that wait for their batch now.', waiting);
  }

  /** Shows how many entries are kept to be written later. */
  watchSpool(waiting: () => number): void {
    this.#watched('spool_entries', 'Entries that are kept to be written later, now.', waiting);
  }

  /** Adds those of the process itself: memory, processor time, event loop, garbage collection. Once in a process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A counter that is read off `live` when somebody asks. */
  #total(name: string, help: string, key: keyof Metrics['live']): void {
    const { live, registry } = this;
    new Counter({
      name: `activity_log_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(live[key]);
      },
    });
  }

  #counter<L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name: `activity_log_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `activity_log_${name}`, help, buckets, registers: [this.registry] });
  }

  /** A gauge that is read when somebody asks. A later watcher takes the place of the one before. */
  #watched(name: string, help: string, read: () => number): void {
    this.registry.removeSingleMetric(`activity_log_${name}`);
    const gauge: Gauge = new Gauge({
      name: `activity_log_${name}`,
      help,
      registers: [this.registry],
      collect: () => gauge.set(read()),
    });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `activity_log_${name}`, help, registers: [this.registry] });
  }
}
