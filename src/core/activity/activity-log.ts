import { ActivityLogError } from '../../errors.ts';
import { type Logger, loggable } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { AcceptedActivity, Activity, ActivityInput, Written } from './activity.ts';
import { acceptEntry } from './entry-schema.ts';

/**
 * The raw-query methods of a transaction that the application holds: those of a Prisma transaction client, of whichever
 * generated client.
 */
export interface CallerTransaction {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>;
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
}

export interface LogActivityOptions {
  /** True by default: an error is logged and counted, and the call resolves with null. False: it is thrown. */
  swallowErrors?: boolean;
  /** Writes with the caller's transaction: the entry commits or rolls back with the business write. */
  tx?: CallerTransaction;
}

/** Where entries are written; storage provides it. */
export interface ActivityWriter {
  /** Writes all entries in one transaction, in their order. One result each. */
  write(entries: readonly AcceptedActivity[]): Promise<Written[]>;
  /** Writes one entry in the caller's transaction. With `contain`, a failure leaves that transaction usable. */
  writeWithin(tx: CallerTransaction, entry: AcceptedActivity, contain: boolean): Promise<Written>;
}

/** What became of one entry of many. */
export type Outcome = { written: Written; sent: AcceptedActivity } | { error: ActivityLogError };

export interface ActivityLogParts {
  writer: ActivityWriter;
  logger: Logger;
  metrics: Metrics;
}

/** The service behind `logActivity` and the GraphQL mutations: checks entries, writes them, counts what happened. */
export class ActivityLog {
  readonly #parts: ActivityLogParts;

  constructor(parts: ActivityLogParts) {
    this.#parts = parts;
  }

  /**
   * Logs one entry.
   * @returns the entry as it stands in the trail; null where an error was swallowed.
   * @throws ActivityLogError where `swallowErrors` is false: BAD_USER_INPUT, UNAVAILABLE
   */
  async log(input: ActivityInput, { swallowErrors = true, tx }: LogActivityOptions = {}): Promise<Activity | null> {
    try {
      const entry = this.#accept(input);
      const [written] =
        tx === undefined
          ? await this.#write([entry])
          : [await this.#parts.writer.writeWithin(tx, entry, swallowErrors)];
      return (written as Written).activity;
    } catch (error) {
      if (!swallowErrors) throw error;
      const code = error instanceof ActivityLogError ? error.code : 'INTERNAL';
      this.#parts.metrics.swallowed.inc({ code });
      this.#parts.logger.error({ err: loggable(error), eventKey: input?.eventKey }, 'an activity could not be logged');
      return null;
    }
  }

  /**
   * Writes the valid ones of many entries, in their order and in one transaction; the others are refused, each at its
   * place. `check` may refuse an entry by throwing an ActivityLogError.
   * @throws ActivityLogError where nothing could be written
   */
  async logMany(inputs: readonly ActivityInput[], check?: (input: ActivityInput) => void): Promise<Outcome[]> {
    const checked = inputs.map((input) => this.#check(input, check));
    const entries = checked.flatMap((one) => ('sent' in one ? [one.sent] : []));
    const results = entries.length === 0 ? [] : await this.#write(entries);
    let next = 0;
    return checked.map((one) => ('error' in one ? one : { written: results[next++] as Written, sent: one.sent }));
  }

  #check(
    input: ActivityInput,
    check?: (input: ActivityInput) => void,
  ): { sent: AcceptedActivity } | { error: ActivityLogError } {
    try {
      check?.(input);
      return { sent: this.#accept(input) };
    } catch (error) {
      if (!(error instanceof ActivityLogError)) throw error;
      return { error };
    }
  }

  #accept(input: ActivityInput): AcceptedActivity {
    try {
      return acceptEntry(input);
    } catch (error) {
      if (error instanceof ActivityLogError) this.#parts.metrics.refused.inc({ code: error.code });
      throw error;
    }
  }

  async #write(entries: readonly AcceptedActivity[]): Promise<Written[]> {
    const results = await this.#parts.writer.write(entries);
    const duplicates = results.filter((result) => result.duplicate).length;
    this.#parts.metrics.duplicates.inc(duplicates);
    this.#parts.metrics.written.inc(results.length - duplicates);
    return results;
  }
}
