import type { WriteResult } from '../core/activity/activity.ts';
import { ActivityLogError } from '../errors.ts';
import type { Queryable } from './database.ts';
import { errorCode, isContention, refusesRow } from './database-errors.ts';
import { type Row, writeEntries } from './write-entries.ts';

/** How often rows are tried together that another statement was preferred to (a deadlock, say). */
const mostTogether = 2;
/** How often a row is tried alone, for that reason or because its key was there and gone again when it was looked for. */
const mostAlone = 5;

function toRefusal(error: unknown): ActivityLogError {
  return new ActivityLogError(
    'BAD_USER_INPUT',
    `the database refused the entry (${errorCode(error)}): a constraint or a trigger of its own forbids it`,
    { field: 'entry', cause: error },
  );
}

/** A statement that was stopped for its time has written nothing; what is said of queries does not help a writer. */
function asFailure(error: unknown): unknown {
  if (!(error instanceof ActivityLogError) || error.code !== 'LIMIT_EXCEEDED') return error;
  const text = 'The database took too long (ACTIVITY_STATEMENT_TIMEOUT_MS). Nothing was written; try again.';
  return new ActivityLogError('UNAVAILABLE', text, { cause: error });
}

const comesAndGoes = () =>
  new ActivityLogError(
    'UNAVAILABLE',
    'The entry with this idempotency key comes and goes; nothing was written, try again.',
  );

/** Writes rows with as few statements as it takes, and knows at any time which of them have their result. */
class Apart {
  readonly results = new Map<Row, WriteResult>();
  readonly #target: Queryable;
  readonly #again: boolean;
  #failure: { error: unknown } | undefined;

  constructor(target: Queryable, again: boolean) {
    this.#target = target;
    this.#again = again;
  }

  async write(rows: readonly Row[]): Promise<void> {
    if (this.#failure !== undefined) return this.#giveUp(rows);
    let left = rows;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const isLast = attempt >= (left.length === 1 ? mostAlone : mostTogether);
      try {
        left = await writeEntries(this.#target, left, this.#again, this.results);
        if (isLast && left.length > 0) return await this.#divide(left, comesAndGoes());
      } catch (error) {
        left = left.filter((row) => !this.results.has(row));
        if (isContention(error) && !isLast) continue;
        if (refusesRow(error)) return await this.#divide(left, toRefusal(error));
        if (isContention(error)) return await this.#divide(left, error);
        // The database's fault: what is left has no better fate apart, and nothing may overtake it.
        this.#failure = { error: asFailure(error) };
        return this.#giveUp(left);
      }
    }
  }

  #giveUp(rows: readonly Row[]): void {
    for (const row of rows) this.results.set(row, this.#failure as { error: unknown });
  }

  /** Writes either half by itself, in their order; a single row has failed for good. */
  async #divide(rows: readonly Row[], error: unknown): Promise<void> {
    const [only] = rows;
    if (only !== undefined && rows.length === 1) return void this.results.set(only, { error });
    const middle = rows.length >> 1;
    await this.write(rows.slice(0, middle));
    await this.write(rows.slice(middle));
  }
}

/**
 * Writes rows together. Where the database refuses one of them, the others are written without it; where it prefers
 * other statements again and again, they are written in smaller parts, down to single rows, which cannot wait for each
 * other in a circle. One result each, also where the database fails: whatever was written is told so.
 * @param again true for entries that may have been written before, under the same id; those are not written twice
 */
export async function writeApart(target: Queryable, rows: readonly Row[], again: boolean): Promise<WriteResult[]> {
  const apart = new Apart(target, again);
  await apart.write(rows);
  return rows.map((row) => apart.results.get(row) as WriteResult);
}
