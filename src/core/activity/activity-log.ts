import { ActivityLogError, isRefusal } from '../../errors.ts';
import { type Logger, loggable } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { AcceptedActivity, Activity, ActivityInput, WriteResult, Written } from './activity.ts';
import { acceptEntry, entrySchema } from './entry-schema.ts';
import { keyIsTaken } from './same-entry.ts';

/** A transaction that the application holds with Prisma: a transaction client of whichever generated client. */
export interface PrismaTransaction {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>;
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
}

/** A connection of `pg` (`Client` or `PoolClient`) on which the application has begun a transaction. */
export interface PgTransaction {
  query(config: { text: string; values?: unknown[]; types?: object }): Promise<{ rows: unknown[] }>;
}

export type CallerTransaction = PrismaTransaction | PgTransaction;

export interface LogActivityOptions {
  /** True by default: an error is logged and counted, and the call resolves with null. False: it is thrown. */
  swallowErrors?: boolean;
  /** Writes with the caller's transaction: the entry commits or rolls back with the business write. */
  tx?: CallerTransaction;
}

/** Where entries are written; storage provides it. */
export interface ActivityWriter {
  /**
   * Writes entries in their order, together with what others write at the same time. One result each: an entry that the
   * database refuses keeps no other from being written. Throws where nothing, or it is not known what, was written.
   */
  write(entries: readonly AcceptedActivity[]): Promise<WriteResult[]>;
  /** Like `write`, for entries that may have been written before, under the same id: they are not written twice. */
  writeAgain(entries: readonly AcceptedActivity[]): Promise<WriteResult[]>;
  /** Writes one entry in the caller's transaction. With `contain`, a failure leaves that transaction usable. */
  writeWithin(tx: CallerTransaction, entry: AcceptedActivity, contain: boolean): Promise<Written>;
  /** Resolves once nothing is being written and nothing waits to be. */
  settled(): Promise<void>;
}

/** Where entries wait while they cannot be written, for callers that do not want to know (spool/spool.ts). */
export interface EntryQueue {
  /** Writes entries, or keeps them: then the result is undefined. Throws where they can be neither written nor kept. */
  put(entries: readonly AcceptedActivity[]): Promise<WriteResult[] | undefined>;
  /** Writes entries behind those that wait, and throws where they cannot be written. */
  sendBehind(entries: readonly AcceptedActivity[]): Promise<WriteResult[]>;
}

/** What became of one entry of many. */
export type Outcome = { written: Written; sent: AcceptedActivity } | { error: ActivityLogError };

export interface ActivityLogParts {
  writer: ActivityWriter;
  /** Keeps what cannot be written now; without one such an entry is an error like any other. */
  queue?: EntryQueue;
  logger: Logger;
  metrics: Metrics;
}

type Checked = { sent: AcceptedActivity } | { error: unknown };

/** The fields that a refusal is counted under. */
const fields: ReadonlySet<string> = new Set(Object.keys(entrySchema.shape));

/** The service behind `logActivity` and the GraphQL mutations: checks entries, writes them, counts what happened. */
export class ActivityLog {
  readonly #parts: ActivityLogParts;

  constructor(parts: ActivityLogParts) {
    this.#parts = parts;
  }

  /**
   * Logs one entry. Not async: once it is accepted, nothing holds on to what the caller gave.
   * @returns the entry as it stands in the trail; null where an error was swallowed, or the entry is kept to be written later
   * @throws ActivityLogError where `swallowErrors` is false: BAD_USER_INPUT, UNAVAILABLE
   */
  log(input: ActivityInput, { swallowErrors = true, tx }: LogActivityOptions = {}): Promise<Activity | null> {
    let checked: Checked;
    try {
      checked = this.#check(input);
    } catch (error) {
      checked = { error };
    }
    if ('error' in checked) return this.#fail(checked.error, input?.eventKey, swallowErrors);
    return this.#log(checked.sent, swallowErrors, tx);
  }

  async #log(
    entry: AcceptedActivity,
    swallowErrors: boolean,
    tx: CallerTransaction | undefined,
  ): Promise<Activity | null> {
    try {
      if (tx !== undefined) {
        const written = await this.#parts.writer.writeWithin(tx, entry, swallowErrors);
        return this.#taken(written, swallowErrors);
      }
      const [result] = (await this.#write([entry], swallowErrors)) ?? [];
      return result === undefined ? await giveOthersATurn() : this.#taken(result, swallowErrors);
    } catch (error) {
      return await this.#fail(error, entry.eventKey, swallowErrors);
    }
  }

  async #fail(error: unknown, eventKey: unknown, swallowErrors: boolean): Promise<null> {
    if (swallowErrors) this.#swallow(error, eventKey);
    else throw error;
    return await giveOthersATurn();
  }

  /**
   * Writes the valid ones of many entries, in their order and together; the others are refused, each at its place.
   * `check` may refuse an entry by throwing an ActivityLogError.
   * @throws ActivityLogError where nothing, or it is not known what, was written
   */
  async logMany(inputs: readonly ActivityInput[], check?: (input: ActivityInput) => void): Promise<Outcome[]> {
    const checked = inputs.map((input) => this.#check(input, check));
    const entries = checked.flatMap((one) => ('sent' in one ? [one.sent] : []));
    const results = entries.length === 0 ? [] : ((await this.#write(entries, false)) ?? []);
    const failed = results.find((result) => 'error' in result && !isRefusal(result.error)) as
      | { error: unknown }
      | undefined;
    if (failed !== undefined)
      throw results.some((result) => !('error' in result)) ? partlyWritten(failed.error) : failed.error;
    let next = 0;
    return checked.map((one): Outcome => {
      if ('error' in one) return one;
      const result = results[next++] as WriteResult;
      return 'error' in result ? { error: result.error as ActivityLogError } : { written: result, sent: one.sent };
    });
  }

  #check(
    input: ActivityInput,
    check?: (input: ActivityInput) => void,
  ): { sent: AcceptedActivity } | { error: ActivityLogError } {
    try {
      check?.(input);
      return { sent: acceptEntry(input) };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#count(error);
      return { error };
    }
  }

  #count({ code, field = '' }: ActivityLogError): void {
    this.#parts.metrics.refused.inc({ code, field: fields.has(field) ? field : 'other' });
  }

  /** Undefined where the entries are kept to be written later. */
  async #write(entries: readonly AcceptedActivity[], mayKeep: boolean): Promise<WriteResult[] | undefined> {
    const { queue, writer, metrics } = this.#parts;
    const writing =
      queue === undefined ? writer.write(entries) : mayKeep ? queue.put(entries) : queue.sendBehind(entries);
    const results = await writing;
    for (const result of results ?? []) {
      if (!('error' in result)) (result.duplicate ? metrics.duplicates : metrics.written).inc();
      else if (isRefusal(result.error)) this.#count(result.error);
      if ('differs' in result && result.differs) metrics.differing.inc();
    }
    return results;
  }

  #taken(result: WriteResult, swallowErrors: boolean): Activity {
    if ('error' in result) throw result.error;
    if (result.differs) {
      if (!swallowErrors) throw keyIsTaken();
      const { id, eventKey } = result.activity;
      this.#parts.logger.warn(
        { id, eventKey },
        'an activity was not logged: its idempotency key is that of another entry',
      );
    }
    return result.activity;
  }

  #swallow(error: unknown, eventKey: unknown): void {
    const code = error instanceof ActivityLogError ? error.code : 'INTERNAL';
    this.#parts.metrics.swallowed.inc({ code });
    this.#parts.logger.error({ err: loggable(error), eventKey }, 'an activity could not be logged');
  }
}

/** A refusal, or that an entry is kept, is there at once: whoever logs one after the other would let nobody else have a turn. */
async function giveOthersATurn(): Promise<null> {
  await new Promise((resolve) => void setImmediate(resolve));
  return null;
}

const partlyWritten = (cause: unknown) =>
  new ActivityLogError(
    'UNAVAILABLE',
    'Some of the entries were written before the database failed. Repeat the call with the same idempotency keys.',
    { cause },
  );
