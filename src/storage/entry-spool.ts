import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AcceptedActivity, WriteResult } from '../core/activity/activity.ts';
import type { ActivityWriter } from '../core/activity/activity-log.ts';
import { keyIsTaken } from '../core/activity/same-entry.ts';
import { isRefusal } from '../errors.ts';
import { type Logger, loggable } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { createFallbackStore } from '../spool/fallback-store.ts';
import { openFileStore } from '../spool/file-store.ts';
import { createMemoryStore } from '../spool/memory-store.ts';
import { Spool } from '../spool/spool.ts';
import type { SpoolStore } from '../spool/spool-store.ts';
import { parsePostgresUrl } from './postgres-url.ts';

/** Entries that the database has refused for good after they had waited are kept here, in the directory of the spool. */
const refusedFile = 'refused.jsonl';

/** The entries that an application's process keeps while the database is away. */
export type EntrySpool = Spool<AcceptedActivity, WriteResult>;

export interface EntrySpoolOptions {
  /** Like DATABASE_URL: entries never reach another database than the one that they were meant for. */
  databaseUrl: string | undefined;
  dataDir: string;
  /** Like ACTIVITY_SPOOL_DIR; `off` keeps entries in memory. */
  spoolDir: string | undefined;
  /** The most that the files may take. */
  spoolBytes: number;
  writer: ActivityWriter;
  logger: Logger;
  metrics: Metrics;
}

/** Where the entries for a database wait: a directory of its own for each, named after its address without the password. */
export function spoolDirectory(options: Pick<EntrySpoolOptions, 'databaseUrl' | 'dataDir' | 'spoolDir'>): string {
  const { databaseUrl, dataDir, spoolDir = join(dataDir, 'spool') } = options;
  const address = databaseUrl === undefined ? undefined : parsePostgresUrl(databaseUrl);
  const target = address === undefined ? resolve(dataDir) : `${address.shown} ${address.schema ?? ''}`;
  return resolve(spoolDir, createHash('sha256').update(target).digest('hex').slice(0, 16));
}

async function openStore(options: EntrySpoolOptions): Promise<SpoolStore> {
  const { databaseUrl, spoolDir, spoolBytes, logger } = options;
  // Bounded by its bytes alone, like the files.
  const memory = createMemoryStore({ bytes: spoolBytes, records: Number.MAX_SAFE_INTEGER });
  if (spoolDir === 'off' || databaseUrl === 'memory://') return memory;
  const directory = spoolDirectory(options);
  const warn = (error: unknown) =>
    logger.warn(
      { directory, reason: error instanceof Error ? error.message : String(error) },
      'while the database is away entries are kept only in memory: set ACTIVITY_SPOOL_DIR to a directory that can be written',
    );
  try {
    const files = await openFileStore({
      directory,
      bytes: spoolBytes,
      onDamage: (damage) => logger.error(damage, 'an entry that was kept is damaged and cannot be delivered'),
    });
    return createFallbackStore(files, memory, warn);
  } catch (error) {
    warn(error);
    return memory;
  }
}

function throwFailure(results: readonly WriteResult[]): void {
  for (const result of results) if ('error' in result && !isRefusal(result.error)) throw result.error;
}

function reasonOf(result: WriteResult): string | undefined {
  if ('error' in result) return (result.error as Error).message;
  return result.differs ? keyIsTaken().message : undefined;
}

const toRecord = (entry: AcceptedActivity): string => JSON.stringify(entry);

function fromRecord(record: string): AcceptedActivity {
  const { createdAt, ...entry } = JSON.parse(record) as Omit<AcceptedActivity, 'createdAt'> & { createdAt: string };
  return { ...entry, createdAt: new Date(createdAt) };
}

/**
 * Opens the spool in front of a writer. What an earlier process has left is delivered once it is started.
 * An entry is delivered under the id that it was given at first, so that it is never written twice.
 */
export async function openEntrySpool(options: EntrySpoolOptions): Promise<EntrySpool> {
  const { writer, logger, metrics } = options;
  const store = await openStore(options);

  /** Says which of the entries were refused for good, and keeps them apart. Returns how many. */
  async function report(entries: readonly AcceptedActivity[], results: readonly WriteResult[]): Promise<number> {
    const refused = entries.flatMap((entry, at) => {
      const reason = reasonOf(results[at] as WriteResult);
      return reason === undefined ? [] : [{ reason, entry }];
    });
    for (const { reason, entry } of refused) {
      logger.error({ id: entry.id, eventKey: entry.eventKey, reason }, 'an entry that was kept has been refused');
    }
    if (refused.length > 0 && store.durable) {
      const lines = refused.map((one) => `${JSON.stringify(one)}\n`).join('');
      // Where even that fails the log is what remains: to deliver them again would not help them.
      await appendFile(join(store.place, refusedFile), lines, { mode: 0o600 }).catch((error: unknown) =>
        logger.error({ err: loggable(error) }, 'entries that were refused could not be kept apart'),
      );
    }
    return refused.length;
  }

  const spool: EntrySpool = new Spool<AcceptedActivity, WriteResult>({
    store,
    send: async (entries) => {
      const results = await writer.write(entries);
      throwFailure(results);
      return results;
    },
    deliver: async (entries) => {
      const results = await writer.writeAgain(entries);
      throwFailure(results);
      return await report(entries, results);
    },
    isAway: (error) => !isRefusal(error),
    toRecord,
    fromRecord,
    on: {
      kept: (count) => metrics.spooled.inc(count),
      // What `deliver` gives is how many of them were refused.
      delivered: (count, refused) => metrics.delivered.inc(count - Number(refused)),
      away: (error) =>
        logger.error(
          { err: loggable(error), place: store.place },
          'the database is away: entries are kept, and delivered when it is back',
        ),
      back: ({ delivered }) =>
        logger.info({ delivered }, 'the database is back: every entry that was kept has been delivered'),
      full: (error, lost) => {
        metrics.lost.inc();
        // Once at first, and then each time that it has become ten times worse.
        if (Number.isInteger(Math.log10(lost)))
          logger.error(
            { err: loggable(error), lost, place: store.place },
            'entries are lost: they can be neither written nor kept (ACTIVITY_SPOOL_BYTES)',
          );
      },
      undeliverable: () =>
        logger.error({ place: store.place }, 'an entry that was kept could not be read and cannot be delivered'),
    },
  });
  metrics.watchSpool(() => spool.waiting);
  return spool;
}
