import { beforeAll, expect, it } from 'vitest';
import type { Database } from '@/storage/database.ts';
import { readPage } from '@/storage/timeline.ts';
import { describeOnEachDatabase } from '../support/databases.ts';

describeOnEachDatabase('a read of several statements', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await database.transaction((connection) =>
      connection.script(
        `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "createdAt")
          SELECT 'e' || n, 'w1', 'OTHER', 'e', 'a.b', 'SYSTEM', timestamp '2026-01-01' + n * interval '1 second'
          FROM generate_series(1, 5000) AS n`,
      ),
    );
  });
  const scope = {
    workspaceId: 'w1',
    visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'],
    brandIds: null,
    internals: true,
  } as const;
  /** Excludes every entry, and no term narrows it: all of the timeline has to be walked. */
  const request = { scope, filter: { search: '-a.b' }, limit: 10, from: 'newest' } as const;

  /** Private fields are the database's own: it is asked under its own name. */
  const withTimeout = (statementTimeout: number): Database =>
    Object.assign(Object.create(database), {
      query: async (...args: Parameters<Database['query']>) => await database.query(...args),
      ...Object.defineProperty({}, 'statementTimeout', { value: statementTimeout, enumerable: true }),
    });

  it('takes no longer, all together, than one statement may', async () => {
    const hurried: Database = withTimeout(1e-6);
    await expect(readPage(hurried, request)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('took longer than'),
    });
    const patient: Database = withTimeout(0);
    expect((await readPage(patient, request)).entries).toEqual([]);
  });
});
