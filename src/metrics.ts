import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of the process, by its Prometheus name without the prefix `activity_log_`. */
export class Metrics {
  readonly registry = new Registry();
  readonly written = this.#counter('entries_written_total', 'Entries written.');
  readonly duplicates = this.#counter(
    'entries_duplicate_total',
    'Entries not written because their idempotency key was there.',
  );
  readonly refused = this.#counter('entries_refused_total', 'Entries refused, by error code.', ['code']);
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
  readonly lag = new Histogram({
    name: 'activity_log_live_lag_seconds',
    help: 'From a commit that a hint told of to the write to the last subscriber.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly sockets = this.#gauge('websockets', 'Open WebSockets now.');
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

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `activity_log_${name}`, help, registers: [this.registry] });
  }
}
