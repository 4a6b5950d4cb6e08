import { acceptEntry } from '../core/activity/entry-schema.ts';
import { createMemoryStore } from '../spool/memory-store.ts';
import { Spool } from '../spool/spool.ts';
import type { SpoolStore } from '../spool/spool-store.ts';
import { ActivityLogClientError, type ClientErrorCode } from './client-error.ts';
import type { ActivityFieldsFragment, ActivityLogInput } from './generated/graphql.ts';
import { type LogResult, logMany } from './log-many.ts';
import type { Request } from './request.ts';

/** What `logActivity` has to say, since it does not throw. */
export type ClientProblem =
  /** The service cannot be reached, or cannot work: entries are kept until it is back. Said once, until then. */
  | { kind: 'away'; error: unknown }
  /** The store that was given cannot be used: entries are kept in memory instead. */
  | { kind: 'memory'; error: unknown }
  /** Every entry that was kept has been delivered: so many. */
  | { kind: 'back'; delivered: number }
  /** An entry was refused for good, at once or when it was delivered. */
  | { kind: 'refused'; entry: ActivityLogInput; error: ActivityLogClientError }
  /** The client is closed while entries are kept: so many, which the next process delivers if `durable`, and are lost if not. */
  | { kind: 'left'; kept: number; durable: boolean }
  /** An entry is lost: it can neither be delivered now nor kept. `lost` counts them. */
  | { kind: 'lost'; error: unknown; lost: number };

export interface KeptLogOptions {
  request: Request;
  store?: SpoolStore | Promise<SpoolStore> | undefined;
  keepTime: boolean;
  onProblem(problem: ClientProblem): void;
}

/** After these errors trying again cannot help; after all others it can: an expired token, a database that is too slow. */
const final: ReadonlySet<ClientErrorCode> = new Set(['BAD_USER_INPUT', 'FORBIDDEN']);

const isAway = (error: unknown): boolean => !(error instanceof ActivityLogClientError && final.has(error.code));

function toError({ code, message, field }: NonNullable<LogResult['error']>): ActivityLogClientError {
  // Of the codes that an entry can be refused with the client knows all.
  return new ActivityLogClientError(code as ClientErrorCode, message, { field: field ?? undefined });
}

/** Logs entries one by one, and keeps those that the service cannot take now, to deliver them in their turn. */
export class KeptLog {
  readonly #options: KeptLogOptions;
  readonly #spool: Spool<ActivityLogInput, LogResult>;
  readonly #durable: boolean;
  #closing: Promise<void> | undefined;

  private constructor(options: KeptLogOptions, store: SpoolStore) {
    const { request, onProblem } = options;
    this.#options = options;
    this.#durable = store.durable;
    this.#spool = new Spool<ActivityLogInput, LogResult>({
      store,
      send: (entries) => logMany(request, entries),
      deliver: async (entries) => {
        const results = await logMany(request, entries);
        for (const [place, { error }] of results.entries()) {
          if (error !== null) {
            onProblem({ kind: 'refused', entry: entries[place] as ActivityLogInput, error: toError(error) });
          }
        }
      },
      isAway,
      toRecord: (entry) => JSON.stringify(entry),
      fromRecord: (record) => JSON.parse(record) as ActivityLogInput,
      on: {
        away: (error) => onProblem({ kind: 'away', error }),
        back: ({ delivered }) => onProblem({ kind: 'back', delivered }),
        full: (error, lost) => onProblem({ kind: 'lost', error, lost }),
      },
    });
    this.#spool.start();
  }

  /** Opens the store; entries that an earlier process has left there are delivered from now on. */
  static async open(given: KeptLogOptions): Promise<KeptLog> {
    const onProblem = (problem: ClientProblem) => {
      try {
        given.onProblem(problem);
      } catch {
        // Nobody is there to be told of it, and no entry may be lost for it.
      }
    };
    const store = await Promise.resolve(given.store).catch((error: unknown) => {
      onProblem({ kind: 'memory', error });
      return undefined;
    });
    return new KeptLog({ ...given, onProblem }, store ?? createMemoryStore());
  }

  /** @returns the entry as it stands in the trail; null where it was refused, is kept, or is lost: onProblem says which */
  async log(input: ActivityLogInput): Promise<ActivityFieldsFragment | null> {
    const activity = await this.#log(input);
    // What is kept in memory is kept at once. Whoever logs one entry after the other would let nobody else have a turn,
    // the answers of the service included.
    if (activity === null) await new Promise((resolve) => void setTimeout(resolve, 0));
    return activity;
  }

  async #log(input: ActivityLogInput): Promise<ActivityFieldsFragment | null> {
    const refused = (error: ActivityLogClientError) =>
      this.#options.onProblem({ kind: 'refused', entry: input, error });
    try {
      const [result] = (await this.#spool.put([this.#complete(input)])) ?? [];
      if (result?.error != null) refused(toError(result.error));
      return result?.activity ?? null;
    } catch (error) {
      if (this.#closing !== undefined) this.#options.onProblem({ kind: 'lost', error, lost: 1 });
      // What cannot be kept has been said already.
      else if (error instanceof ActivityLogClientError && !isAway(error)) refused(error);
      return null;
    }
  }

  async flush(): Promise<void> {
    await this.#spool.flush();
  }

  async close(timeout: number | undefined): Promise<void> {
    this.#closing ??= this.#close(timeout);
    await this.#closing;
  }

  async #close(timeout: number | undefined): Promise<void> {
    const kept = await this.#spool.close({ timeout });
    if (kept > 0) this.#options.onProblem({ kind: 'left', kept, durable: this.#durable });
  }

  /** Checked before it is kept, by the rules of the service, and with a key: it may be sent more than once. */
  #complete(input: ActivityLogInput): ActivityLogInput {
    const { id, createdAt } = this.#accept(input);
    return {
      ...input,
      idempotencyKey: input.idempotencyKey ?? `client:${id}`,
      ...(this.#options.keepTime ? { createdAt: createdAt.toISOString() } : {}),
    };
  }

  #accept(input: ActivityLogInput): { id: string; createdAt: Date } {
    try {
      return acceptEntry(input);
    } catch (error) {
      const { message, field } = error as Error & { field?: string };
      throw new ActivityLogClientError('BAD_USER_INPUT', message, { field, cause: error });
    }
  }
}
