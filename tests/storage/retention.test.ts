import fc from 'fast-check';
import sql from 'sql-template-tag';
import { beforeEach, expect, it } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import { commandLine } from '@/core/activity/settings-entries.ts';
import type { Database } from '@/storage/database.ts';
import { applyRetention, previewRetention, type RetentionReport, readRetentionMoment } from '@/storage/retention.ts';
import { placeHold, readPolicies, releaseHold } from '@/storage/retention-rules.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, entryOf, onDatabase } from '../support/generated-entries.ts';
import {
  ago,
  any,
  asOf,
  dueBy,
  entry,
  holdFor,
  idsLeft,
  isHeld,
  noTarget,
  rule,
  setRule,
  toldOf,
  workspaceIds,
  writeAll,
} from './retention-cases.ts';

/** What a run says of each step: the workspaces that have lost some by it. */
function changesByStep() {
  const steps: string[][] = [];
  let before = new Map<string, number>();
  const onStep = ({ workspaces }: RetentionReport) => {
    const now = new Map(
      workspaces.map(({ workspaceId, byPolicy }) => [workspaceId, [...byPolicy.values()].reduce((a, b) => a + b, 0)]),
    );
    steps.push([...now.keys()].filter((workspaceId) => now.get(workspaceId) !== before.get(workspaceId)));
    before = now;
  };
  return { steps, onStep };
}

/** What the trail of a workspace has to tell of these: one entry, or none. */
function tellingOf(workspaceId: string, due: readonly { one: AcceptedActivity; policyId: string }[]): unknown[] {
  const ids = due.flatMap(({ one, policyId }) => (one.workspaceId === workspaceId ? [policyId] : []));
  if (ids.length === 0) return [];
  const policies = [...new Set(ids)].sort().map((id) => ({ id, deleted: ids.filter((other) => other === id).length }));
  return [{ deleted: ids.length, policies }];
}

/** What the trail of a workspace tells that runs have deleted, by policy. */
async function toldByPolicy(database: Database, workspaceId: string): Promise<unknown[]> {
  return (await toldOf(database, workspaceId)).map(({ deleted, policies }) => ({
    deleted,
    policies: policies.map((one) => ({ id: one.id, deleted: one.deleted })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  }));
}

describeOnEachDatabase('retention', (open) => {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });

  const previewed = async (options: Parameters<typeof previewRetention>[1]) => {
    const due: { id: string; policyId: string }[] = [];
    const report = await previewRetention(database, {
      ...options,
      rest: 0,
      onEntry: ({ id, policyId }) => void due.push({ id, policyId }),
    });
    expect(report.due).toBe(due.length);
    return due;
  };

  it('says what the rule says, and deletes just that', async () => {
    let deleted = 0;
    let held = 0;
    let together = 0;
    let divided = 0;
    await fc.assert(
      fc.asyncProperty(
        fc
          .record({
            rules: fc.array(rule, { minLength: 1, maxLength: 6, size: 'max' }),
            entries: fc.array(entry, { minLength: 5, maxLength: 30, size: 'max' }),
          })
          .chain(({ rules, entries }) =>
            fc.record({
              rules: fc.constant(rules),
              entries: fc.constant(entries),
              targets: fc.array(holdFor(entries), { maxLength: 3, size: 'max' }),
              released: fc.array(holdFor(entries), { maxLength: 1 }),
              // So small that steps end within a workspace, and take several together.
              size: fc.constantFrom(2, 3, 4, 8, 500),
            }),
          ),
        async ({ rules, entries, targets, released, size }) => {
          const sizes = { first: size, least: size, most: size };
          await database.query(sql`TRUNCATE "ActivityLog", "RetentionPolicy", "LegalHold"`);
          const all = distinct(entries);
          await writeAll(database, all);
          for (const one of rules) await setRule(database, one);
          for (const target of targets) await placeHold(database, target, 'a reason', commandLine);
          for (const target of released) {
            const { id } = await placeHold(database, target, 'a reason', commandLine);
            await releaseHold(database, target.workspaceId, id, commandLine);
          }
          const policies = await readPolicies(database);
          const due = all.flatMap((one) => {
            const policyId = dueBy(policies, one);
            return policyId === undefined ? [] : [{ one, policyId }];
          });
          const expected = due.filter(({ one }) => !isHeld(targets, one));
          const { snapshot } = await readRetentionMoment(database);
          const shown = await previewed({ asOf, snapshot, sizes });
          const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
          expect(shown.sort(byId)).toEqual(expected.map(({ one: { id }, policyId }) => ({ id, policyId })).sort(byId));
          const { steps, onStep } = changesByStep();
          const options = { asOf, snapshot, sizes, rest: 0, by: commandLine };
          const report = await applyRetention(database, { ...options, onStep });
          expect({ due: report.due, held: report.held }).toEqual({
            due: expected.length,
            held: due.length - expected.length,
          });
          const gone = new Set(expected.map(({ one }) => one.id));
          expect(await idsLeft(database)).toEqual(
            all
              .map(({ id }) => id)
              .filter((id) => !gone.has(id))
              .sort(),
          );
          for (const workspaceId of workspaceIds) {
            expect(await toldByPolicy(database, workspaceId)).toEqual(tellingOf(workspaceId, expected));
          }
          deleted += gone.size;
          held += report.held;
          together += steps.filter((changed) => changed.length > 1).length;
          divided += new Set(steps.flat()).size < steps.flat().length ? 1 : 0;
        },
      ),
      { ...onDatabase, numRuns: 60 },
    );
    expect(deleted).toBeGreaterThan(30);
    expect(held).toBeGreaterThan(5);
    expect(together).toBeGreaterThan(3);
    expect(divided).toBeGreaterThan(0);
  }, 60_000);

  it('deletes nothing that was written after the moment of the dry run', async () => {
    await setRule(database, { ...any, workspaceId: 'w1', days: 1 });
    await writeAll(database, [entryOf({ id: 'r-before', createdAt: ago(2) })]);
    const moment = { ...(await readRetentionMoment(database)), asOf };
    await writeAll(database, [entryOf({ id: 'r-after', createdAt: ago(2) })]);
    expect(await previewed(moment)).toHaveLength(1);
    await applyRetention(database, { ...moment, rest: 0, by: commandLine });
    expect(await idsLeft(database)).toEqual(['r-after']);
  });

  it('goes on in small steps, and keeps what a hold or a policy that comes meanwhile is on', async () => {
    await setRule(database, { ...any, workspaceId: 'w1', days: 1 });
    const entries = Array.from({ length: 900 }, (_, at) =>
      entryOf({ id: `r-${String(at).padStart(3, '0')}`, entityId: `e${at % 2}`, createdAt: ago(3, 900 - at) }),
    );
    await writeAll(database, entries);
    const moment = { ...(await readRetentionMoment(database)), asOf };
    let steps = 0;
    const report = await applyRetention(database, {
      ...moment,
      rest: 0,
      by: commandLine,
      onStep: async () => {
        steps += 1;
        if (steps > 1) return;
        const target = { ...noTarget, workspaceId: 'w1', entityType: 'OTHER', entityId: 'e1' } as const;
        await placeHold(database, target, 'a reason', commandLine);
      },
    });
    expect(steps).toBeGreaterThan(1);
    expect({ due: report.due, held: report.held }).toEqual({ due: 700, held: 200 });
    expect(await idsLeft(database)).toHaveLength(200);
  });
});
