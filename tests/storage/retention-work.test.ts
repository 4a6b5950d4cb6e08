import sql from 'sql-template-tag';
import { beforeEach, expect, it } from 'vitest';
import { commandLine } from '@/core/activity/settings-entries.ts';
import type { Database } from '@/storage/database.ts';
import { runRetention } from '@/storage/retention-work.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { numberOf, storedEntries } from '../support/stored-entries.ts';
import { ago, any, asOf, day, idsLeft, setRule, writeAll } from './retention-cases.ts';

describeOnEachDatabase('a run of retention', (open, kind) => {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });

  it('runs in one process at a time, and not again before it is time', async () => {
    await setRule(database, { ...any, workspaceId: 'w1', days: 1 });
    await writeAll(database, [entryOf({ id: 'r-1', createdAt: new Date(Date.now() - 2 * day) })]);
    const inside: unknown[] = [];
    const first = await runRetention(database, {
      by: commandLine,
      rest: 0,
      onStep: async () => void inside.push(await runRetention(database, { by: commandLine })),
    });
    expect(first?.due).toBe(1);
    expect(inside).toEqual([undefined]);
    expect(await runRetention(database, { by: commandLine, every: 3_600 })).toBeUndefined();
    expect((await runRetention(database, { by: commandLine, rest: 0 }))?.due).toBe(0);
  });

  it('makes room for new entries', async () => {
    await setRule(database, { ...any, workspaceId: 'w1', days: 1 });
    const many = (name: string) =>
      Array.from({ length: 3_000 }, (_, at) => entryOf({ id: `r-${name}-${at}`, createdAt: ago(2, at) }));
    const size = () => numberOf(database, `pg_relation_size('"ActivityLog"')`);
    await writeAll(database, many('first'));
    const before = await size();
    for (const name of ['second', 'third']) {
      expect((await runRetention(database, { asOf, by: commandLine, rest: 0 }))?.due).toBe(3_000);
      // Autovacuum, on PostgreSQL, comes when it comes.
      if (kind === 'postgres') await database.query(sql`VACUUM "ActivityLog"`);
      await writeAll(database, many(name));
    }
    expect(await size()).toBeLessThan(before * 1.1);
  });

  it('ends between two steps where it is told to, and tells of what it has deleted', async () => {
    await setRule(database, { ...any, workspaceId: 'w1', days: 1 });
    await writeAll(
      database,
      Array.from({ length: 600 }, (_, at) => entryOf({ id: `r-${at}`, createdAt: ago(2, at) })),
    );
    const ending = new AbortController();
    const run = runRetention(database, {
      asOf,
      by: commandLine,
      signal: ending.signal,
      onStep: () => ending.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow();
    expect(await idsLeft(database)).toHaveLength(100);
    const told = (await storedEntries(database, 'w1')).filter(
      ({ eventKey }) => eventKey === 'settings.retention_applied',
    );
    expect(told.map(({ payload }) => payload)).toMatchObject([{ deleted: 500 }]);
    // The work is free for others. Who is stopped behind the last step has told of all of it.
    const last = new AbortController();
    const stopped = runRetention(database, { asOf, by: commandLine, signal: last.signal, onStep: () => last.abort() });
    await expect(stopped).rejects.toThrow();
    expect(await idsLeft(database)).toEqual([]);
    const all = (await storedEntries(database, 'w1')).filter(
      ({ eventKey }) => eventKey === 'settings.retention_applied',
    );
    expect(all.map(({ payload }) => payload)).toMatchObject([{ deleted: 500 }, { deleted: 100 }]);
  });
});
