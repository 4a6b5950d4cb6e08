import { Counter, Gauge, Registry } from 'prom-client';

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
  readonly delivered = this.#counter('feed_delivered_total', 'Entries handed to live subscribers.');
  readonly feedRead = this.#counter('feed_read_total', 'Entries that the feed read from the database.');
  readonly feedFailures = this.#counter('feed_failures_total', 'Reads of the feed that failed and were tried again.');
  readonly fellBehind = this.#counter(
    'feed_fell_behind_total',
    'Times a live subscriber was too slow and went back to reading from the database.',
  );
  readonly subscribers = this.#gauge('subscribers', 'Live subscribers now.');
  readonly sockets = this.#gauge('websockets', 'Open WebSockets now.');

  #counter<L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name: `activity_log_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `activity_log_${name}`, help, registers: [this.registry] });
  }
}
