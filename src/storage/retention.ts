/** A run of retention: deletes what is due, workspace by workspace, and writes an entry that says so. */
import { setTimeout as delay } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { acceptEntry } from '../core/activity/entry-schema.ts';
import type { PagePosition } from '../core/activity/page-cursor.ts';
import type { RetentionPolicy } from '../core/activity/retention.ts';
import { type Actor, entriesDeleted } from '../core/activity/settings-entries.ts';
import type { Database } from './database.ts';
import { readPolicies, workspacesWithPolicies } from './retention-rules.ts';
import { type DueEntry, deleteStep, lookStep, type RetentionMoment } from './retention-walk.ts';
import { snapshotText, toSnapshot } from './snapshot.ts';
import { writeOne } from './write-one.ts';

/** Entries that a step looks at: at first, at least, at most. */
const [firstStep, smallestStep, largestStep] = [500, 100, 10_000] as const;
/** Milliseconds that a step should take: that long a row of the index, or a connection, is taken from others. */
const stepTime = 50;
/** Milliseconds of one rest: a database that has become slow must not let the work go to another process meanwhile. */
const longestRest = 10_000;

export interface RetentionOptions extends RetentionMoment {
  /** Only this workspace. Default: all that policies are for. */
  workspaceId?: string | undefined;
  /**
   * How long to rest between two steps, as a multiple of the time that a step took. Default 10: a tenth of the time is work,
   * and writers and readers hardly notice.
   */
  rest?: number;
  signal?: AbortSignal | undefined;
  /** Called after each step. */
  onStep?: ((workspaceId: string, report: RetentionReport) => void | Promise<void>) | undefined;
}

export interface WorkspaceReport {
  workspaceId: string;
  /** Entries deleted, or due to be, by the id of the policy. */
  byPolicy: Map<string, number>;
}

export interface RetentionReport {
  /** Workspaces that have any. */
  workspaces: WorkspaceReport[];
  /** Entries that were looked at. */
  looked: number;
  /** Entries deleted, or due to be. */
  due: number;
  /** Entries that are due, and kept by a legal hold. */
  held: number;
}

/** This moment, for a run or a dry run. */
export async function readRetentionMoment(database: Database): Promise<RetentionMoment> {
  const [row] = await database.query<{ snapshot: string; now: Date }>(
    sql`SELECT ${snapshotText} AS snapshot, (clock_timestamp() AT TIME ZONE 'UTC')::timestamp(3) AS now`,
  );
  const { snapshot, now } = row as { snapshot: string; now: Date };
  return { asOf: now, snapshot: toSnapshot(snapshot) };
}

type StepOf = (
  workspace: WorkspaceReport,
  after: PagePosition | undefined,
  entries: number,
) => Promise<{ looked: number; last: PagePosition | undefined; held: number; byPolicy: ReadonlyMap<string, number> }>;

/** Goes through all workspaces in steps. */
async function walk(
  database: Database,
  { workspaceId: only, rest = 10, signal, onStep }: RetentionOptions,
  policies: readonly RetentionPolicy[],
  step: StepOf,
  cut: (workspace: WorkspaceReport) => Promise<void> = async () => {},
): Promise<RetentionReport> {
  const workspaces = await workspacesWithPolicies(database, policies);
  const report: RetentionReport = { workspaces: [], looked: 0, due: 0, held: 0 };
  let entries: number = firstStep;
  for (const workspaceId of workspaces) {
    if (only !== undefined && workspaceId !== only) continue;
    const workspace: WorkspaceReport = { workspaceId, byPolicy: new Map() };
    let last: PagePosition | undefined;
    // What an ended one has lost is told of with its last step.
    let isUnderWay = false;
    try {
      do {
        signal?.throwIfAborted();
        const began = performance.now();
        const result = await step(workspace, last, entries);
        const took = performance.now() - began;
        last = result.last;
        isUnderWay = last !== undefined;
        report.looked += result.looked;
        report.held += result.held;
        for (const [id, n] of result.byPolicy) {
          add(workspace.byPolicy, id, n);
          report.due += n;
        }
        if (workspace.byPolicy.size > 0 && report.workspaces.at(-1) !== workspace) report.workspaces.push(workspace);
        await onStep?.(workspaceId, report);
        if (result.looked === entries) entries = nextSize(entries, took);
        if (rest > 0 && result.looked > 0) await delay(Math.min(took * rest, longestRest), undefined, { signal });
      } while (last !== undefined);
    } catch (error) {
      if (isUnderWay && workspace.byPolicy.size > 0) await cut(workspace);
      throw error;
    }
  }
  return report;
}

const add = (counts: Map<string, number>, id: string, n: number) => void counts.set(id, (counts.get(id) ?? 0) + n);

const nextSize = (entries: number, took: number): number =>
  Math.round(Math.min(Math.max(entries * Math.min(stepTime / Math.max(took, 1), 2), smallestStep), largestStep));

/**
 * Deletes what is due, and writes an entry `settings.retention_applied` for each workspace that has lost some.
 * @throws whatever the signal is aborted with; what was deleted until then is deleted, and told of
 */
export async function applyRetention(
  database: Database,
  options: RetentionOptions & { by: Actor },
): Promise<RetentionReport> {
  const policies = await readPolicies(database);
  const entryOf = ({ workspaceId, byPolicy }: WorkspaceReport) => {
    const counts = policies.flatMap((policy) => {
      const deleted = byPolicy.get(policy.id);
      return deleted === undefined ? [] : [{ policy, deleted }];
    });
    return entriesDeleted(workspaceId, counts, options.asOf, options.by);
  };
  const deletes: StepOf = async (workspace, after, entries) => {
    const { workspaceId } = workspace;
    const { deleted, ...step } = await deleteStep(database, workspaceId, options, after, entries, (done) => {
      // With the last step of the workspace comes the entry that tells of all of them.
      const byPolicy = new Map(workspace.byPolicy);
      for (const [id, n] of done.deleted) add(byPolicy, id, n);
      return done.last === undefined && byPolicy.size > 0 ? entryOf({ workspaceId, byPolicy }) : undefined;
    });
    if (step.last === undefined) database.sendHint();
    return { ...step, byPolicy: deleted };
  };
  return await walk(database, options, policies, deletes, async (workspace) => {
    await database.transaction(async (connection) => {
      await writeOne(connection, acceptEntry(entryOf(workspace)));
    });
    database.sendHint();
  });
}

/**
 * What `applyRetention` with the same moment would delete, as long as policies and holds stay.
 * @param onEntry gets each entry, oldest first within a workspace
 */
export async function previewRetention(
  database: Database,
  options: RetentionOptions & { onEntry?: (workspaceId: string, entry: DueEntry) => void | Promise<void> },
): Promise<RetentionReport> {
  return await walk(database, options, await readPolicies(database), async ({ workspaceId }, after, entries) => {
    const { due, ...step } = await lookStep(database, workspaceId, options, after, entries);
    const byPolicy = new Map<string, number>();
    for (const entry of due) {
      byPolicy.set(entry.policyId, (byPolicy.get(entry.policyId) ?? 0) + 1);
      await options.onEntry?.(workspaceId, entry);
    }
    return { ...step, byPolicy };
  });
}
