import { openAsBlob } from 'node:fs';
import { afterAll, describe, inject } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createDatabaseOn, type TestDatabase } from './databases-on-server.ts';

export type { TestDatabase } from './databases-on-server.ts';

/** A migrated database on the run's PostgreSQL server, for tests that start servers of their own on it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await createDatabaseOn(inject('postgresUrl'));
}

/** A migrated PGlite in memory. The caller closes it. */
export async function openTestPglite(): Promise<Database> {
  return await openPglite({ dataDir: 'memory://', initialData: await openAsBlob(inject('pgliteArchive')) });
}

/**
 * Runs the same suite on PGlite and on PostgreSQL. `open()`, called in a hook or a test, gives a fresh migrated
 * database; it is closed and dropped after the suite, which fails where connections were left open.
 */
export function describeOnEachDatabase(
  name: string,
  suite: (open: () => Promise<Database>, kind: Database['kind']) => void,
): void {
  describe.each(['pglite', 'postgres'] as const)(`${name} (%s)`, (kind) => {
    const endings: (() => Promise<void>)[] = [];
    afterAll(async () => {
      for (const end of endings) await end();
    });
    suite(async () => {
      if (kind === 'pglite') {
        const database = await openTestPglite();
        endings.push(async () => await database.close());
        return database;
      }
      const { url, drop } = await createTestDatabase();
      const database = await openPostgres({ url, applicationName: name });
      endings.push(async () => {
        await database.close();
        await drop();
      });
      return database;
    }, kind);
  });
}
