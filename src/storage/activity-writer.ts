import type { AcceptedActivity, WriteResult } from '../core/activity/activity.ts';
import type { ActivityWriter } from '../core/activity/activity-log.ts';
import { ActivityLogError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import { writeWithinTransaction } from './caller-transaction.ts';
import type { Database } from './database.ts';
import { errorCode, isContention, isRefusal } from './database-errors.ts';
import { GroupCommit } from './group-commit.ts';
import { type Row, toRow, writeEntries } from './write-entries.ts';

/** How often a statement is tried that another one was preferred to (a deadlock, say). */
const mostAttempts = 5;

/** Entries that may wait for their batch where nobody says otherwise. */
const defaultLimit = 20_000;

function toRefusal(error: unknown): ActivityLogError {
  return new ActivityLogError(
    'BAD_USER_INPUT',
    `the database refused the entry (${errorCode(error)}): a constraint or a trigger of its own forbids it`,
    { field: 'entry', cause: error },
  );
}

/** Writes rows with as few statements as it takes: where the database refuses one of them, the others are written without it. */
async function writeApart(database: Database, rows: readonly Row[], again: boolean): Promise<WriteResult[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeEntries(database, rows, again);
    } catch (error) {
      if (isContention(error) && attempt < mostAttempts) continue;
      if (!isRefusal(error)) throw error;
      if (rows.length === 1) return [{ error: toRefusal(error) }];
      break;
    }
  }
  const middle = rows.length >> 1;
  const results = await writeApart(database, rows.slice(0, middle), again);
  const rest = rows.slice(middle);
  try {
    return results.concat(await writeApart(database, rest, again));
  } catch (error) {
    // The first ones are committed: their callers are told so.
    return results.concat(rest.map(() => ({ error })));
  }
}

/** About how many bytes an entry's values take: characters, which is enough to bound a batch. */
const sizeOf = ({ values }: Row): number => values.reduce((sum, value) => sum + (value?.length ?? 0), 0);

export interface ActivityWriterOptions {
  /** Entries that may wait for their batch; more are refused with UNAVAILABLE. Default 20,000. */
  limit?: number;
  metrics?: Metrics;
}

/** Writes entries: concurrent calls share INSERTs (see GroupCommit), with a hint to the feeds once they are committed. */
export function createActivityWriter(
  database: Database,
  { limit = defaultLimit, metrics }: ActivityWriterOptions = {},
): ActivityWriter {
  const commit = async (rows: readonly Row[], again: boolean) => {
    const results = await writeApart(database, rows, again);
    database.sendHint();
    return results;
  };
  const group = new GroupCommit<Row>({
    commit: (rows) => commit(rows, false),
    limit,
    observer: metrics && {
      began: (entries, waits) => {
        metrics.batchSize.observe(entries);
        for (const wait of waits) metrics.writeWait.observe(wait);
      },
      ended: (seconds) => metrics.commitTime.observe(seconds),
    },
  });
  metrics?.watchQueue(() => group.waiting);
  return {
    async write(entries: readonly AcceptedActivity[]) {
      if (entries.length === 0) return [];
      const items = entries.map(toRow);
      return await group.submit({ items, bytes: items.reduce((sum, row) => sum + sizeOf(row), 0) });
    },
    writeAgain: (entries) => commit(entries.map(toRow), true),
    writeWithin: writeWithinTransaction,
    settled: () => group.settled(),
  };
}
