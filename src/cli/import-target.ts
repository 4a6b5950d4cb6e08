import type { ActivityLogClient, ActivityLogInput } from '../client/client.ts';
import { readConfig } from '../config.ts';
import { keyIsTaken } from '../core/activity/same-entry.ts';
import { ActivityLogError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { createActivityWriter } from '../storage/activity-writer.ts';
import { createBulkLoader, type LoadResult } from '../storage/bulk-loader.ts';
import { connectDatabase } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import type { ImportEntry } from './import-entry.ts';
import { openRemote, type RemoteOptions } from './remote.ts';

/** What became of one entry: `refused` says why it was not written. */
export interface ImportResult {
  duplicate: boolean;
  refused?: string | undefined;
}

/** Where an import writes to. */
export interface ImportTarget {
  /** Entries that are best written at once. */
  readonly batch: number;
  /**
   * Gets ready to write entries in their order. What it returns writes them, once the batch before is written; one result
   * each. Throws where nothing, or it is not known what, was written.
   */
  prepare(entries: readonly ImportEntry[]): () => Promise<ImportResult[]>;
  close(): Promise<void>;
}

/** As the mutation takes it: the service gives it its id, and its time where the line has none. */
function toInput({ entry, timed }: ImportEntry): ActivityLogInput {
  const { id: _id, payloadText, createdAt, ...said } = entry;
  return {
    ...said,
    payload: payloadText === null ? null : (JSON.parse(payloadText) as unknown),
    ...(timed ? { createdAt: createdAt.toISOString() } : {}),
  };
}

function throughServer(client: ActivityLogClient): ImportTarget {
  return {
    batch: 1_000,
    prepare: (entries) => async () =>
      (await client.logMany(entries.map(toInput))).map(({ duplicate, error }) => ({
        duplicate: duplicate && error === null,
        refused: error?.message,
      })),
    close: async () => client.close(),
  };
}

function toResult(result: LoadResult): ImportResult {
  if ('error' in result) {
    if (!(result.error instanceof ActivityLogError) || result.error.code === 'UNAVAILABLE') throw result.error;
    return { duplicate: false, refused: result.error.message };
  }
  return result.differs ? { duplicate: false, refused: keyIsTaken().message } : { duplicate: result.duplicate };
}

async function intoDatabase(): Promise<ImportTarget> {
  const config = readConfig();
  const database = await connectDatabase({ ...config, logger: createLogger(config.logLevel) });
  const loader = createBulkLoader(database, createActivityWriter(database));
  try {
    await migrate(database);
    return {
      batch: 1_500,
      prepare: (batch) => {
        const load = loader.prepare(batch.map(({ entry }) => entry));
        return async () => (await load()).map(toResult);
      },
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The server that the options name, or else the database of the environment, which is migrated. */
export async function openTarget(options: RemoteOptions): Promise<ImportTarget> {
  const client = openRemote(options);
  return client === undefined ? await intoDatabase() : throughServer(client);
}
