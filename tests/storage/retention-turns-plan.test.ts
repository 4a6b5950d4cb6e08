import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '@/core/activity/settings-entries.ts';
import type { Database } from '@/storage/database.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { readRetentionMoment } from '@/storage/retention.ts';
import { setPolicy } from '@/storage/retention-rules.ts';
import type { Place } from '@/storage/retention-turns.ts';
import { lookStep, type RetentionMoment } from '@/storage/retention-walk.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { explained, type Mode, modes, recording } from './explained.ts';
import { any } from './retention-cases.ts';

/** One workspace has half of the entries, a thousand small ones share the rest: a minute between two. */
const [half, small] = [30_000, 1_000];

let own: TestDatabase;
let database: Database;
let moment: RetentionMoment;
beforeAll(async () => {
  own = await createTestDatabase();
  database = await openPostgres({ url: own.url, applicationName: 'retention plan' });
  await database.transaction(async (connection) => {
    for (const workspace of [`'large'`, `'small' || n % ${small}`]) {
      await connection.script(
        `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "createdAt")
          SELECT ${workspace} || '-' || n, ${workspace}, 'OTHER', 'e', 'a.b', 'SYSTEM', timestamp '2026-01-01' + n * interval '1 minute'
          FROM generate_series(1, ${half}) AS n`,
      );
    }
  });
  await database.transaction((connection) => connection.script('ANALYZE "ActivityLog"'));
  await setPolicy(database, '*', { ...any, days: 1 }, commandLine);
  moment = await readRetentionMoment(database);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

/** What a step that begins there looks at, where entries are due that are older than so many minutes of the first day. */
async function lookedAt(mode: Mode, from: Place | undefined, minutes: number, size: number) {
  const { recorded, statements } = recording(database);
  const asOf = new Date(Date.UTC(2026, 0, 2) + minutes * 60_000);
  const { step } = await lookStep(recorded, { ...moment, asOf }, { from, workspaceId: undefined, size });
  let looked = 0;
  const indexes = new Set<string | undefined>();
  // The others read policies.
  for (const statement of statements.filter(({ text }) => text.startsWith('WITH'))) {
    const plan = await explained(own.url, statement, mode);
    looked += plan.looked;
    for (const index of plan.indexes) if (index === undefined || index.startsWith('ActivityLog')) indexes.add(index);
  }
  return { step, looked, indexes: [...indexes].sort() };
}

/** Of the indexes that begin with the workspace there is but one. */
const timeline = ['ActivityLog_workspaceId_createdAt_id_idx'];
const middle = { createdAt: new Date(Date.UTC(2026, 0, 1) + (half / 2) * 60_000), id: 'm' };

describe.each(modes)('a step of retention (%s)', (mode) => {
  it.each<[string, Place | undefined, number, number]>([
    ['a large workspace', undefined, half, 500],
    ['the middle of a large workspace', { workspaceId: 'large', last: middle }, half, 500],
    ['many small workspaces', { workspaceId: 'large', last: undefined }, 5 * small, 2_000],
  ])('looks at what it takes, by the index: %s', async (_, from, minutes, size) => {
    const { step, looked, indexes } = await lookedAt(mode, from, minutes, size);
    expect(step.looked).toBe(size);
    expect(indexes).toEqual(timeline);
    // Once to count it, once to find its end, once to read it.
    expect(looked).toBeLessThanOrEqual(3 * size + step.visited + 10);
  });

  it('looks once at a workspace where nothing is due', async () => {
    const { step, looked, indexes } = await lookedAt(mode, undefined, -10, 10_000);
    // One more has what the trail tells of the policy.
    expect({ looked: step.looked, visited: step.visited }).toEqual({ looked: 0, visited: small + 2 });
    expect(indexes).toEqual(timeline);
    expect(looked).toBeLessThanOrEqual(step.visited + 10);
  });
});
