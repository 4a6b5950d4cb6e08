import { readConfig } from '../config.ts';
import { ActivityLog } from '../core/activity/activity-log.ts';
import { createLogger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { createActivityWriter } from '../storage/activity-writer.ts';
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
  /** Writes up to 1,000 entries; one result each. Throws where nothing, or it is not known what, was written. */
  write(entries: readonly ImportEntry[]): Promise<ImportResult[]>;
  close(): Promise<void>;
}

/** The server that the options name, or else the database of the environment, which is migrated. */
export async function openTarget(options: RemoteOptions): Promise<ImportTarget> {
  const client = openRemote(options);
  if (client !== undefined) {
    return {
      write: async (entries) =>
        (await client.logMany(entries)).map(({ duplicate, error }) => ({ duplicate, refused: error?.message })),
      close: async () => client.close(),
    };
  }
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  const database = await connectDatabase({ ...config, logger });
  const activityLog = new ActivityLog({ writer: createActivityWriter(database), logger, metrics: new Metrics() });
  const target: ImportTarget = {
    write: async (entries) =>
      (await activityLog.logMany(entries)).map((outcome) =>
        'error' in outcome
          ? { duplicate: false, refused: outcome.error.message }
          : { duplicate: outcome.written.duplicate },
      ),
    close: () => database.close(),
  };
  try {
    await migrate(database);
    return target;
  } catch (error) {
    await target.close();
    throw error;
  }
}
