import { beforeEach, describe, expect, it } from 'vitest';
import { acceptPolicy } from '@/core/activity/retention.ts';
import { commandLine } from '@/core/activity/settings-entries.ts';
import type { Database } from '@/storage/database.ts';
import { applyRetention, readRetentionMoment } from '@/storage/retention.ts';
import {
  holdRules,
  placeHold,
  readHolds,
  readPolicies,
  releaseHold,
  removePolicy,
  setPolicy,
} from '@/storage/retention-rules.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { numberOf, storedEntries, until } from '../support/stored-entries.ts';
import { ago, any, asOf, noTarget, setRule, writeAll } from './retention-cases.ts';

describeOnEachDatabase('the rules of retention', (open, kind) => {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });

  it('tells of every change and of what was deleted, in the trail', async () => {
    const policy = await setRule(database, { ...any, workspaceId: 'w1', severities: ['INFO'], days: 2 });
    await setRule(database, { ...any, workspaceId: 'w1', severities: ['INFO'], days: 1 });
    await setRule(database, { ...any, workspaceId: 'w1', severities: ['INFO'], days: 1 });
    const hold = await placeHold(database, { ...noTarget, workspaceId: 'w1', brandId: 'b1' }, 'a lawsuit', commandLine);
    await writeAll(database, [
      entryOf({ id: 'r-1', createdAt: ago(2) }),
      entryOf({ id: 'r-2', brandId: 'b1', createdAt: ago(2) }),
    ]);
    await applyRetention(database, { ...(await readRetentionMoment(database)), asOf, rest: 0, by: commandLine });
    await releaseHold(database, 'w1', hold.id, commandLine);
    await releaseHold(database, 'w1', hold.id, commandLine);
    await removePolicy(database, 'w1', policy.id, commandLine);
    await removePolicy(database, 'w1', policy.id, commandLine);
    const told = (await storedEntries(database, 'w1')).filter(({ entityType }) => entityType === 'SETTINGS');
    expect(told.map(({ eventKey, visibility, payload }) => [eventKey, visibility, payload])).toEqual([
      ['settings.retention_policy_set', 'INTERNAL', { policy: { severities: ['INFO'], days: 2 } }],
      [
        'settings.retention_policy_set',
        'INTERNAL',
        { policy: { severities: ['INFO'], days: 1 }, before: { severities: ['INFO'], days: 2 } },
      ],
      ['settings.legal_hold_placed', 'SYSTEM', { on: { brandId: 'b1' }, reason: 'a lawsuit' }],
      [
        'settings.retention_applied',
        'INTERNAL',
        {
          deleted: 1,
          asOf: asOf.toISOString(),
          policies: [{ id: policy.id, severities: ['INFO'], days: 1, deleted: 1 }],
        },
      ],
      ['settings.legal_hold_released', 'SYSTEM', { on: { brandId: 'b1' }, reason: 'a lawsuit' }],
      ['settings.retention_policy_removed', 'INTERNAL', { policy: { severities: ['INFO'], days: 1 } }],
    ]);
    expect(await readPolicies(database, ['w1'])).toEqual([]);
    expect(await readHolds(database, 'w1', false)).toEqual([]);
    expect(await readHolds(database, 'w1', true)).toHaveLength(1);
  });

  it('is not changed by half: without its entry there is no policy', async () => {
    const tooLong = { ...commandLine, actorLabel: 'x'.repeat(300) };
    await expect(setPolicy(database, 'w1', acceptPolicy({ ...any, days: 1 }), tooLong)).rejects.toThrow(/at most 256/);
    expect(await readPolicies(database)).toEqual([]);
  });

  it.runIf(kind === 'postgres')('a hold is placed when the step under way has ended', async () => {
    let isPlaced = false;
    const placed = await database.transaction(async (connection) => {
      await holdRules(connection);
      const placing = placeHold(database, { ...noTarget, workspaceId: 'w1' }, 'a reason', commandLine).then(() => {
        isPlaced = true;
      });
      const waiting = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      await until(
        () => numberOf(database, waiting),
        (n) => n === 1,
      );
      expect(isPlaced).toBe(false);
      return { placing };
    });
    await placed.placing;
    expect(await readHolds(database, 'w1', false)).toHaveLength(1);
  });
});

describe('a policy', () => {
  it.each([
    [{ days: 0 }, 'input.days'],
    [{ days: 1.5 }, 'input.days'],
    [{ days: 36_501 }, 'input.days'],
    [{ days: 1, severities: [] }, 'input.severities'],
    [{ days: 1, eventKeys: ['a*'] }, 'input.eventKeys'],
    [{ days: 1, eventKeys: ['a\u0000.*'] }, 'input.eventKeys'],
  ])('is refused: %j', (given, field) => {
    expect(() => acceptPolicy({ ...any, ...(given as object), days: given.days })).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field }),
    );
  });

  it('has its conditions sorted, each once', () => {
    const given = {
      ...any,
      days: null,
      severities: ['WARNING', 'ERROR', 'WARNING'] as const,
      eventKeys: ['b.c', 'a.*'],
    };
    expect(acceptPolicy(given)).toEqual({
      ...any,
      days: null,
      severities: ['ERROR', 'WARNING'],
      eventKeys: ['a.*', 'b.c'],
    });
  });
});
