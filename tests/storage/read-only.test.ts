import { expect, it, onTestFinished } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { migrate } from '@/storage/migrate.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { readSnapshot } from '@/storage/tail.ts';
import { createTestDatabase } from '../support/databases.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';

it('reads from a database that takes no writes, and calls it unavailable for them', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const readOnly = `${url}?options=-c%20default_transaction_read_only%3Don`;
  const database = await openPostgres({ url: readOnly, applicationName: 'read only' });
  onTestFinished(async () => await database.close());
  // As a standby is: there is nothing to migrate.
  expect((await migrate(database)).applied).toEqual([]);
  await database.check();
  await readSnapshot(database);
  const work = createActivityWriter(database).write(distinct([entryOf({ id: '' })]));
  await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
