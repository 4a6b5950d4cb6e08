import type { AcceptedActivity, WriteResult } from '../core/activity/activity.ts';
import type { ActivityWriter } from '../core/activity/activity-log.ts';
import { isRefusal } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { writeWithinTransaction } from './caller-transaction.ts';
import type { Database, Queryable } from './database.ts';
import { GroupCommit } from './group-commit.ts';
import { writeApart } from './write-apart.ts';
import { type Row, toRow } from './write-entries.ts';
import { WriteFailures } from './write-failures.ts';

/** Entries that may wait for their batch where nobody says otherwise. */
const defaultLimit = 20_000;

/** @throws the error of them all, where nothing was written and the entries are not to blame */
function checkNotAway(results: WriteResult[]): WriteResult[] {
  const [first] = results;
  if (first !== undefined && 'error' in first && results.every((one) => 'error' in one && !isRefusal(one.error)))
    throw first.error;
  return results;
}

/** About how many bytes an entry's values take: characters, which is enough to bound a batch. */
const sizeOf = ({ values }: Row): number => values.reduce((sum, value) => sum + (value?.length ?? 0), 0);

export interface ActivityWriterOptions {
  /** Entries that may wait for their batch; more are refused with UNAVAILABLE. Default 20,000. */
  limit?: number;
  metrics?: Metrics;
  /** Is told once where entries cannot be written; without one, whoever writes has to see to it. */
  logger?: Logger;
}

/** Writes entries: concurrent calls share INSERTs (see GroupCommit), with a hint to the feeds once they are committed. */
export function createActivityWriter(
  database: Database,
  { limit = defaultLimit, metrics, logger }: ActivityWriterOptions = {},
): ActivityWriter {
  const inOrder: Queryable = { query: (statement, options) => database.queryInOrder(statement, options) };
  const failures = new WriteFailures({ logger, metrics });
  const commit = async (rows: readonly Row[], again: boolean) => {
    const results = await writeApart(inOrder, rows, again);
    failures.note(results);
    database.sendHint();
    // The embedded database answers without a turn of the event loop: callers that never pause would let nobody else have one.
    if (database.kind === 'pglite') await new Promise((resolve) => void setImmediate(resolve));
    return results;
  };
  const group = new GroupCommit<Row>({
    commit: (rows) => commit(rows, false),
    limit,
    depth: database.kind === 'postgres' ? 2 : 1,
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
      const bytes = items.reduce((sum, row) => sum + sizeOf(row), 0);
      return checkNotAway(await group.submit({ items, bytes }));
    },
    writeAgain: async (entries) => checkNotAway(await commit(entries.map(toRow), true)),
    writeWithin: writeWithinTransaction,
    settled: () => group.settled(),
  };
}
