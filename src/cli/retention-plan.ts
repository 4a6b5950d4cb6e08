import { z } from 'zod';
import { formatSnapshot, parseSnapshot } from '../core/activity/position.ts';
import type { RetentionMoment } from '../storage/retention-walk.ts';
import { UsageError } from './exit.ts';

/** What a dry run has looked at, so that a run can do just that. */
export interface RetentionPlan extends RetentionMoment {
  /** Undefined for all. */
  workspaceId: string | undefined;
}

const schema = z.strictObject({ asOf: z.iso.datetime(), snapshot: z.string(), workspaceId: z.string().optional() });

/** A plan as one word of the command line. */
export function formatPlan({ asOf, snapshot, workspaceId }: RetentionPlan): string {
  const plan = { asOf: asOf.toISOString(), snapshot: formatSnapshot(snapshot), workspaceId };
  return Buffer.from(JSON.stringify(plan)).toString('base64url');
}

/** @throws UsageError where it is no plan of a dry run */
export function parsePlan(text: string): RetentionPlan {
  try {
    const plan = schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    const snapshot = parseSnapshot(plan.snapshot);
    if (snapshot === undefined) throw new Error('no snapshot');
    return { asOf: new Date(plan.asOf), snapshot, workspaceId: plan.workspaceId };
  } catch {
    throw new UsageError('--plan takes the word that `activity-log retention run --dry-run` has printed.');
  }
}
