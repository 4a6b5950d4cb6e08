import type { AcceptedActivity, Written } from '../core/activity/activity.ts';
import type { CallerTransaction } from '../core/activity/activity-log.ts';
import type { Queryable, Statement } from './database.ts';
import { pgTypes, toParameter } from './row-parsers.ts';
import { writeOne } from './write-one.ts';

/** A caller's transaction as something to query. Rows come as that client reads them. */
function within(tx: CallerTransaction): Queryable {
  if ('$queryRawUnsafe' in tx) {
    return {
      query: async <Row>({ text, values }: Statement) => await tx.$queryRawUnsafe<Row[]>(text, ...values),
    };
  }
  return {
    query: async <Row>({ text, values }: Statement) =>
      (await tx.query({ text, values: values.map(toParameter), types: pgTypes })).rows as Row[],
  };
}

const run = async (tx: CallerTransaction, command: string): Promise<unknown> =>
  '$executeRawUnsafe' in tx ? await tx.$executeRawUnsafe(command) : await tx.query({ text: command });

/** The last entry under way in each caller's transaction. */
const underWay = new WeakMap<CallerTransaction, Promise<unknown>>();

/**
 * Writes one entry in the caller's transaction. With `contain`, a failure leaves that transaction usable. There is no
 * hint: only the caller knows when it commits; the feed's poll finds it.
 *
 * One entry at a time: of two that an application logs with Promise.all, the savepoint of one would lie inside that of
 * the other, and a failure of either would take both away.
 */
export async function writeWithinTransaction(
  tx: CallerTransaction,
  entry: AcceptedActivity,
  contain: boolean,
): Promise<Written> {
  const before = underWay.get(tx);
  const write = async () => {
    await before;
    return await writeContained(tx, entry, contain);
  };
  const writing = write();
  underWay.set(
    tx,
    writing.catch(() => undefined),
  );
  return await writing;
}

async function writeContained(tx: CallerTransaction, entry: AcceptedActivity, contain: boolean): Promise<Written> {
  if (contain) await run(tx, 'SAVEPOINT activity_log');
  try {
    const written = await writeOne(within(tx), entry);
    if (contain) await run(tx, 'RELEASE SAVEPOINT activity_log');
    return written;
  } catch (error) {
    if (contain) {
      await run(tx, 'ROLLBACK TO SAVEPOINT activity_log');
      // It is still there after that, and would hide one of the application's own with this name.
      await run(tx, 'RELEASE SAVEPOINT activity_log');
    }
    throw error;
  }
}
