import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { closeActivityLog, configureActivityLog } from '@/core/activity/activity-log.service';
import { Metrics } from '../../src/metrics.ts';
import type { Database } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';

/** Where an application's `logActivity` writes, as it would configure it, and a way to look at it afterwards. */
export interface SeedService {
  metrics: Metrics;
  /** What was logged, one JSON line each. */
  lines: string[];
  /** Closes the log and opens its database; the next `logActivity` of an embedded one has to wait for its close. */
  look<T>(work: (database: Database) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export async function startSeedService(kind: Database['kind']): Promise<SeedService> {
  const metrics = new Metrics();
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const place = kind === 'postgres' ? await inPostgres() : inDirectory();
  configureActivityLog({ ...place.options, logger, metrics });
  return {
    metrics,
    lines,
    look: async (work) => {
      await closeActivityLog();
      const database = await place.open();
      try {
        await migrate(database);
        return await work(database);
      } finally {
        await database.close();
      }
    },
    end: async () => {
      await closeActivityLog();
      await place.remove();
    },
  };
}

async function inPostgres() {
  const { url, drop } = await createTestDatabase();
  return {
    options: { databaseUrl: url },
    open: () => openPostgres({ url, applicationName: 'seed test' }),
    remove: drop,
  };
}

function inDirectory() {
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-log-seed-'));
  return {
    options: { dataDir },
    open: () => openPglite({ dataDir }),
    remove: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}
