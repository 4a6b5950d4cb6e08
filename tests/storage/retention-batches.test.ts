import { beforeEach, expect, it } from 'vitest';
import { commandLine } from '@/core/activity/settings-entries.ts';
import type { Database } from '@/storage/database.ts';
import { applyRetention, type RetentionOptions, readRetentionMoment } from '@/storage/retention.ts';
import { placeHold } from '@/storage/retention-rules.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { numberOf, storedEntries } from '../support/stored-entries.ts';
import { ago, any, asOf, idsLeft, noTarget, setRule, toldOf, writeAll } from './retention-cases.ts';

const nameOf = (at: number) => `w-${String(at).padStart(3, '0')}`;

describeOnEachDatabase('a step of retention over many small workspaces', (open) => {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });

  /** Workspaces with so many old entries each, and a new one. */
  const fill = async (workspaces: number, entries: number) =>
    await writeAll(
      database,
      Array.from({ length: workspaces }, (_, at) =>
        Array.from({ length: entries + 1 }, (_, n) =>
          entryOf({ id: `r-${at}-${n}`, workspaceId: nameOf(at), createdAt: n === 0 ? ago(0) : ago(2, n) }),
        ),
      ).flat(),
    );
  const apply = async (size: number, options: Partial<RetentionOptions> = {}) => {
    let steps = 0;
    const report = await applyRetention(database, {
      ...(await readRetentionMoment(database)),
      asOf,
      by: commandLine,
      rest: 0,
      sizes: { first: size, least: size, most: size },
      ...options,
      onStep: async (soFar) => {
        steps += 1;
        await options.onStep?.(soFar);
      },
    });
    return { steps, report };
  };

  it('is one transaction, and tells of each of them once', async () => {
    await setRule(database, { ...any, workspaceId: '*', days: 1 });
    await fill(100, 3);
    const { steps, report } = await apply(200);
    expect(report).toMatchObject({ due: 300, looked: 300, held: 0 });
    expect(report.workspaces.map(({ workspaceId }) => workspaceId)).toEqual(
      Array.from({ length: 100 }, (_, at) => nameOf(at)),
    );
    expect(steps).toBe(2);
    const transactions = new Set<bigint>();
    for (const { workspaceId } of report.workspaces) {
      expect(await toldOf(database, workspaceId)).toMatchObject([{ deleted: 3 }]);
      for (const { eventKey, transactionId } of await storedEntries(database, workspaceId)) {
        if (eventKey === 'settings.retention_applied') transactions.add(transactionId);
      }
    }
    expect(transactions.size).toBe(2);
    expect(await idsLeft(database)).toHaveLength(100);
  });

  it('goes past workspaces where nothing is due, so many at a time', async () => {
    await setRule(database, { ...any, workspaceId: '*', days: 3 });
    await fill(100, 1);
    await setRule(database, { ...any, workspaceId: nameOf(99), days: 1 });
    // The trail of what was set is a workspace too: `*`.
    const { steps, report } = await apply(40);
    expect({ steps, due: report.due, looked: report.looked }).toEqual({ steps: 3, due: 1, looked: 1 });
  });

  it('goes to those with policies alone where none is for all of them', async () => {
    await fill(100, 1);
    await setRule(database, { ...any, workspaceId: '*', days: null });
    for (const at of [7, 70]) await setRule(database, { ...any, workspaceId: nameOf(at), days: 1 });
    const { steps, report } = await apply(10);
    expect(steps).toBe(1);
    expect(report.workspaces.map(({ workspaceId }) => workspaceId)).toEqual([nameOf(7), nameOf(70)]);
  });

  it('goes by the policies of each, and by no more than 200 of them', async () => {
    await fill(250, 2);
    await setRule(database, { ...any, workspaceId: '*', days: 1 });
    const policies = [];
    for (let at = 0; at < 250; at += 1) {
      policies.push(await setRule(database, { ...any, workspaceId: nameOf(at), days: at % 2 === 0 ? 1 : 5 }));
    }
    const { steps, report } = await apply(1_000);
    expect(steps).toBe(2);
    expect(report.workspaces).toEqual(
      policies.flatMap(({ id, workspaceId, days }) =>
        days === 1 ? [{ workspaceId, byPolicy: new Map([[id, 2]]) }] : [],
      ),
    );
  });

  it('keeps what a hold that comes in between is on, and deletes by a policy that does', async () => {
    await setRule(database, { ...any, workspaceId: nameOf(0), days: 1 });
    await fill(6, 10);
    let policyId = '';
    const { report } = await apply(5, {
      onStep: async ({ looked }) => {
        if (looked !== 5) return;
        await placeHold(database, { ...noTarget, workspaceId: nameOf(0) }, 'a reason', commandLine);
        await placeHold(database, { ...noTarget, workspaceId: nameOf(4) }, 'a reason', commandLine);
        policyId = (await setRule(database, { ...any, workspaceId: '*', days: 1 })).id;
      },
    });
    expect({ due: report.due, held: report.held }).toEqual({ due: 45, held: 15 });
    expect(await toldOf(database, nameOf(0))).toMatchObject([{ deleted: 5 }]);
    expect(await toldOf(database, nameOf(4))).toEqual([]);
    expect(await toldOf(database, nameOf(5))).toMatchObject([
      { deleted: 10, policies: [{ id: policyId, deleted: 10 }] },
    ]);
  });

  it('ends in the middle where it is told to, and all that is deleted is told of', async () => {
    await setRule(database, { ...any, workspaceId: '*', days: 1 });
    await fill(6, 10);
    const ending = new AbortController();
    const cut = apply(35, { signal: ending.signal, onStep: () => ending.abort(new Error('enough')) });
    await expect(cut).rejects.toThrow('enough');
    const told = async () =>
      await Promise.all(
        Array.from({ length: 6 }, async (_, at) => (await toldOf(database, nameOf(at))).map(({ deleted }) => deleted)),
      );
    expect(await told()).toEqual([[10], [10], [10], [5], [], []]);
    await apply(35);
    expect(await told()).toEqual([[10], [10], [10], [5, 5], [10], [10]]);
    expect(await numberOf(database, `SELECT count(*) FROM "ActivityLog" WHERE "id" LIKE 'r%'`)).toBe(6);
  });
});
