import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { spoolDirectory } from '../../src/storage/entry-spool.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { startPostgresServer } from '../support/postgres-server.ts';

/** The settings of an application that tests look at too. */
export interface Settings extends Record<string, string> {
  DATABASE_URL: string;
  ACTIVITY_SPOOL_DIR: string;
}

/** For the test that runs. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'activity-log-faults-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A PostgreSQL of the test that runs, which can be killed, with an empty database. */
export async function startOwnPostgres(settings: string[] = []) {
  const postgres = await startPostgresServer(settings);
  onTestFinished(async () => await postgres.stop());
  const { url } = await createDatabaseOn(postgres.url, 'template1');
  return { postgres, url };
}

/** Where the entries of an application with these settings wait. */
function spoolOf({ DATABASE_URL: databaseUrl, ACTIVITY_SPOOL_DIR: spoolDir }: Settings): string {
  return spoolDirectory({ databaseUrl, dataDir: '', spoolDir });
}

/** The names of the files there. */
export const spoolFiles = (settings: Settings): string[] => readdirSync(spoolOf(settings)).sort();
