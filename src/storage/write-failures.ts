import type { WriteResult } from '../core/activity/activity.ts';
import { isRefusal } from '../errors.ts';
import { type Logger, loggable } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/**
 * Tells whoever runs the service that entries cannot be written, and that they can again: each once, however many callers
 * are refused meanwhile. Reads may go on all the time, so nothing else would tell.
 */
export class WriteFailures {
  readonly #logger: Logger | undefined;
  readonly #metrics: Metrics | undefined;
  #failing = false;

  constructor({ logger, metrics }: { logger: Logger | undefined; metrics: Metrics | undefined }) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /** Takes the results of a batch. Entries that were refused for what they are do not count. */
  note(results: readonly WriteResult[]): void {
    const failures = results.flatMap((result) =>
      'error' in result && !isRefusal(result.error) ? [result.error as unknown] : [],
    );
    this.#metrics?.unwritten.inc(failures.length);
    if (failures.length > 0 === this.#failing) return;
    this.#failing = failures.length > 0;
    if (this.#failing) this.#logger?.error({ err: loggable(failures[0]) }, 'entries cannot be written');
    else this.#logger?.info('entries are written again');
  }
}
