import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { databaseAt, templateDatabase } from './databases-on-server.ts';
import { startPostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the run's PostgreSQL server, database `postgres`, as the superuser. */
    postgresUrl: string;
    /** A tar archive of a migrated PGlite, for `initialData`. */
    pgliteArchive: string;
  }
}

/** One PostgreSQL server and one migrated PGlite for the whole run; each test file takes copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Nobody kills this one: what a crash leaves is for the tests that have a server of their own.
  const server = await startPostgresServer(['fsync=off', 'full_page_writes=off']);
  const files = mkdtempSync(join(tmpdir(), 'activity-log-tests-'));
  const archive = join(files, 'pglite.tar');
  try {
    await Promise.all([migrateTemplate(server.url), writePgliteArchive(join(files, 'data'), archive)]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('postgresUrl', server.url);
  project.provide('pgliteArchive', archive);
  return async () => {
    const left = await leftOpen(server.url);
    await server.stop();
    rmSync(files, { recursive: true, force: true });
    if (left.length === 0) return;
    // Vitest only prints what a teardown throws.
    process.exitCode = 1;
    throw new Error(`Connections or databases were left by the tests: ${left.join('; ')}`);
  };
}

async function migrateTemplate(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`CREATE DATABASE ${templateDatabase}`);
  await client.end();
  const { openPostgres } = await import('../../src/storage/postgres.ts');
  const { migrate } = await import('../../src/storage/migrate.ts');
  const database = await openPostgres({ url: databaseAt(url, templateDatabase), applicationName: 'template' });
  await migrate(database);
  await database.close();
}

async function writePgliteArchive(dataDir: string, archive: string): Promise<void> {
  const { openPglite } = await import('../../src/storage/pglite.ts');
  const { migrate } = await import('../../src/storage/migrate.ts');
  const database = await openPglite({ dataDir });
  await migrate(database);
  await database.close();
  const engine = await PGlite.create(join(dataDir, 'pglite'));
  const dump = await engine.dumpDataDir('none');
  await engine.close();
  writeFileSync(archive, Buffer.from(await dump.arrayBuffer()));
}

/** What is in use when no test runs any more. */
async function leftOpen(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ what: string }>(
    `SELECT d.datname || coalesce(': ' || string_agg(coalesce(nullif(a.application_name, ''), 'unnamed'), ', '), '') AS what
     FROM pg_database d LEFT JOIN pg_stat_activity a ON a.datid = d.oid
     WHERE d.datname LIKE 'test\\_%' OR (d.datname = $1 AND a.pid IS NOT NULL)
     GROUP BY d.datname`,
    [templateDatabase],
  );
  await client.end();
  return rows.map((row) => row.what);
}
