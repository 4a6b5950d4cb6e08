import { afterAll, describe } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { openPostgres, type PostgresOptions } from '../../src/storage/postgres.ts';
import { createTestDatabase, openTestPglite } from './databases.ts';

/** How a suite opens one database as the processes of a service would, each for itself. */
export type OpenInstances = (options?: Partial<Omit<PostgresOptions, 'url'>>) => Promise<[Database, Database]>;

/** PostgreSQL looks for deadlocks after a second: tests that provoke them have no time for that. */
export const findDeadlocksAtOnce = 'options=-c%20deadlock_timeout%3D5ms';

/**
 * Runs the same suite on PGlite and on PostgreSQL, where a service may have several processes: `open()` gives a fresh
 * migrated database twice, with a pool each. On PGlite, which one process has for itself, both are the same one. They are
 * closed, and the database is dropped, after the suite.
 */
export function describeOnInstances(name: string, suite: (open: OpenInstances, kind: Database['kind']) => void): void {
  describe.each(['pglite', 'postgres'] as const)(`${name} (%s)`, (kind) => {
    const endings: (() => Promise<void>)[] = [];
    afterAll(async () => {
      for (const end of endings) await end();
    });
    suite(async (options) => {
      if (kind === 'pglite') {
        const only = await openTestPglite();
        endings.push(async () => await only.close());
        return [only, only];
      }
      const { url, drop } = await createTestDatabase();
      const open = async (instance: string) =>
        await openPostgres({
          url: `${url}?${findDeadlocksAtOnce}`,
          applicationName: `${name} ${instance}`,
          ...options,
        });
      const both: [Database, Database] = [await open('one'), await open('two')];
      endings.push(async () => {
        for (const database of both) await database.close();
        await drop();
      });
      return both;
    }, kind);
  });
}
