/** A run of retention: deletes what is due, workspace by workspace, and writes an entry for each that says so. */
import { setTimeout as delay } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { ActivityInput } from '../core/activity/activity.ts';
import { acceptEntry } from '../core/activity/entry-schema.ts';
import type { RetentionPolicy } from '../core/activity/retention.ts';
import { type Actor, entriesDeleted } from '../core/activity/settings-entries.ts';
import type { Database } from './database.ts';
import type { Place, StepRequest } from './retention-turns.ts';
import {
  type DueCount,
  type DueEntry,
  deleteStep,
  lookStep,
  type RetentionMoment,
  type Step,
} from './retention-walk.ts';
import { snapshotText, toSnapshot } from './snapshot.ts';
import { writeOne } from './write-one.ts';

/** Entries that a step looks at, and workspaces that it goes to, at most. */
export interface StepSizes {
  first: number;
  /** Between these a step gets the size that takes it `stepTime`. */
  least: number;
  most: number;
}

const usualSizes: StepSizes = { first: 500, least: 100, most: 10_000 };
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
  /** Default: 500 at first, 100 at least, 10,000 at most. */
  sizes?: StepSizes;
  signal?: AbortSignal | undefined;
  /** Called after each step. */
  onStep?: ((report: RetentionReport) => void | Promise<void>) | undefined;
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

/** The workspace that a step has not come to the end of. */
const underWay = (next: Place | undefined): string | undefined =>
  next?.last === undefined ? undefined : next.workspaceId;

/** What workspaces have lost by now: in a step, and the one that was under way before also in the steps before. */
function sumUp(before: WorkspaceReport | undefined, due: readonly DueCount[]): WorkspaceReport[] {
  const sums = new Map<string, Map<string, number>>();
  if (before !== undefined) sums.set(before.workspaceId, new Map(before.byPolicy));
  for (const { workspaceId, policyId, entries } of due) {
    const counts = sums.get(workspaceId) ?? new Map<string, number>();
    sums.set(workspaceId, counts.set(policyId, (counts.get(policyId) ?? 0) + entries));
  }
  return [...sums].map(([workspaceId, byPolicy]) => ({ workspaceId, byPolicy }));
}

/**
 * Goes through all workspaces in steps.
 * @param step gets what the workspace that is under way has lost before, if any
 * @param cut is called where the walk ends in the middle of a workspace that has lost some
 */
async function walk(
  { workspaceId, rest = 10, sizes = usualSizes, signal, onStep }: RetentionOptions,
  step: (request: StepRequest, before: WorkspaceReport | undefined) => Promise<Step>,
  cut: (workspace: WorkspaceReport) => Promise<void> = async () => {},
): Promise<RetentionReport> {
  const report: RetentionReport = { workspaces: [], looked: 0, due: 0, held: 0 };
  let size = sizes.first;
  let from: Place | undefined;
  // What an ended one has lost is told of with its last step.
  let before: WorkspaceReport | undefined;
  try {
    do {
      signal?.throwIfAborted();
      const began = performance.now();
      const result = await step({ from, workspaceId, size }, before);
      const took = performance.now() - began;
      from = result.next;
      report.looked += result.looked;
      report.held += result.held;
      for (const { entries } of result.due) report.due += entries;
      if (before !== undefined) report.workspaces.pop();
      report.workspaces.push(...sumUp(before, result.due));
      const last = report.workspaces.at(-1);
      before = last?.workspaceId === underWay(from) ? last : undefined;
      await onStep?.(report);
      size = nextSize(size, Math.max(result.looked, result.visited), took, sizes);
      if (rest > 0) await delay(Math.min(took * rest, longestRest), undefined, { signal });
    } while (from !== undefined);
  } catch (error) {
    if (before !== undefined) await cut(before);
    throw error;
  }
  return report;
}

/** What would have taken `stepTime`; no more than before where there was room left, and at most twice as much. */
function nextSize(size: number, used: number, took: number, { least, most }: StepSizes): number {
  if (used < size && took <= stepTime) return size;
  return Math.round(Math.min(Math.max(used * Math.min(stepTime / Math.max(took, 1), 2), least), most));
}

/**
 * Deletes what is due, and writes an entry `settings.retention_applied` for each workspace that has lost some.
 * @throws whatever the signal is aborted with; what was deleted until then is deleted, and told of
 */
export async function applyRetention(
  database: Database,
  options: RetentionOptions & { by: Actor },
): Promise<RetentionReport> {
  /** All that anything was deleted by. */
  const policies = new Map<string, RetentionPolicy>();
  const entryOf = ({ workspaceId, byPolicy }: WorkspaceReport): ActivityInput => {
    const counts = [...byPolicy].map(([id, deleted]) => ({ policy: policies.get(id) as RetentionPolicy, deleted }));
    return entriesDeleted(workspaceId, counts, options.asOf, options.by);
  };
  return await walk(
    options,
    async (request, before) =>
      await deleteStep(database, options, request, (done) => {
        for (const policy of done.policies) policies.set(policy.id, policy);
        const ended = sumUp(before, done.due).filter(({ workspaceId }) => workspaceId !== underWay(done.next));
        return ended.map(entryOf);
      }),
    async (workspace) => {
      await database.transaction(async (connection) => {
        await writeOne(connection, acceptEntry(entryOf(workspace)));
      });
      database.sendHint();
    },
  );
}

/**
 * What `applyRetention` with the same moment would delete, as long as policies and holds stay.
 * @param onEntry gets each entry, oldest first within a workspace
 */
export async function previewRetention(
  database: Database,
  options: RetentionOptions & { onEntry?: (entry: DueEntry) => void | Promise<void> },
): Promise<RetentionReport> {
  return await walk(options, async (request) => {
    const { step, entries } = await lookStep(database, options, request);
    for (const entry of entries) await options.onEntry?.(entry);
    return step;
  });
}
