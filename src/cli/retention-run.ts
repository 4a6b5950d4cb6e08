import type { RetentionPolicy } from '../core/activity/retention.ts';
import { commandLine } from '../core/activity/settings-entries.ts';
import type { Database } from '../storage/database.ts';
import { previewRetention, type RetentionReport, readRetentionMoment } from '../storage/retention.ts';
import { readPolicies } from '../storage/retention-rules.ts';
import { runRetention } from '../storage/retention-work.ts';
import { exitCodes } from './exit.ts';
import { ignoreClosedOutput, print } from './print.ts';
import { describeProgress, type Progress, startProgress } from './progress.ts';
import { formatPlan, parsePlan, type RetentionPlan } from './retention-plan.ts';
import { openMigrated } from './retention-target.ts';
import { interrupted } from './signals.ts';

export interface RunOptions {
  workspace?: string;
  dryRun?: boolean;
  list?: boolean;
  plan?: string;
  fast?: boolean;
}

const number = (n: number): string => n.toLocaleString('en');

/** `severities INFO, WARNING; event keys publication.*`, or `everything`. */
export function describeConditions({ visibilities, severities, eventKeys }: RetentionPolicy): string {
  const parts = Object.entries({ visibility: visibilities, severity: severities, 'event key': eventKeys });
  const said = parts.flatMap(([name, values]) => (values === null ? [] : [`${name} ${values.join(', ')}`]));
  return said.length === 0 ? 'everything' : said.join('; ');
}

export const describeDays = (days: number | null): string => (days === null ? 'for good' : `${number(days)} days`);

function describeReport(report: RetentionReport, policies: readonly RetentionPolicy[]): string[] {
  return report.workspaces.flatMap(({ workspaceId, byPolicy }) =>
    policies.flatMap((policy) => {
      const n = byPolicy.get(policy.id);
      if (n === undefined) return [];
      const whose = policy.workspaceId === workspaceId ? '' : ' of every workspace';
      return [
        `${workspaceId}: ${number(n)} by the policy${whose} ${describeDays(policy.days)} (${describeConditions(policy)})`,
      ];
    }),
  );
}

async function planOf(database: Database, { plan, workspace }: RunOptions): Promise<RetentionPlan> {
  if (plan !== undefined) return parsePlan(plan);
  return { ...(await readRetentionMoment(database)), workspaceId: workspace };
}

const heldToo = (held: number): string =>
  held === 0 ? '' : `; ${number(held)} more are due, and kept by a legal hold`;

async function dryRun(database: Database, options: RunOptions, signal: AbortSignal, shown: Shown): Promise<void> {
  const plan = await planOf(database, options);
  const unread = new AbortController();
  const list = options.list === true;
  if (list) ignoreClosedOutput();
  const report = await previewRetention(database, {
    ...plan,
    rest: 0,
    signal: AbortSignal.any([signal, unread.signal]),
    onStep: ({ looked }) => {
      shown.looked = looked;
    },
    ...(list && {
      onEntry: async ({ workspaceId, id, eventKey, policyId, createdAt }) => {
        if (!(await print(JSON.stringify({ workspaceId, id, eventKey, policyId, createdAt })))) unread.abort();
      },
    }),
  }).catch((error: unknown) => {
    if (!unread.signal.aborted) throw error;
    return undefined;
  });
  shown.progress?.stop();
  if (report === undefined) return;
  // A list goes to standard output alone.
  const say = (text: string) => (list ? process.stderr : process.stdout).write(`${text}\n`);
  for (const line of describeReport(report, await readPolicies(database))) say(line);
  say(`As of ${plan.asOf.toISOString()} a run would delete ${number(report.due)} entries${heldToo(report.held)}.`);
  if (report.due > 0) say(`To delete just these: activity-log retention run --plan ${formatPlan(plan)}`);
}

async function realRun(database: Database, options: RunOptions, signal: AbortSignal, shown: Shown): Promise<void> {
  const plan = await planOf(database, options);
  let soFar: RetentionReport | undefined;
  const report = await runRetention(database, {
    ...plan,
    by: commandLine,
    signal,
    ...(options.fast === true && { rest: 0 }),
    onStep: (now) => {
      soFar = now;
      shown.looked = now.looked;
    },
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return soFar;
  });
  shown.progress?.stop();
  if (report === undefined) {
    process.stderr.write('activity-log: another process is running retention right now. Nothing was done here.\n');
    process.exitCode = exitCodes.failure;
    return;
  }
  for (const line of describeReport(report, await readPolicies(database))) process.stdout.write(`${line}\n`);
  process.stdout.write(`deleted ${number(report.due)} entries${heldToo(report.held)}\n`);
  if (!signal.aborted) return;
  process.stderr.write('interrupted. Run the same command again to go on.\n');
  process.exitCode = exitCodes.failure;
}

interface Shown {
  looked: number;
  progress?: Progress;
}

/** `activity-log retention run`. */
export async function runCommand(options: RunOptions): Promise<void> {
  if (options.plan !== undefined) parsePlan(options.plan);
  const { signal, stop } = interrupted();
  const database = await openMigrated();
  const shown: Shown = { looked: 0 };
  shown.progress = startProgress(process.stderr, (time) =>
    describeProgress(shown.looked, time, undefined, 'entries looked at'),
  );
  try {
    await (options.dryRun === true ? dryRun : realRun)(database, options, signal, shown);
  } finally {
    shown.progress.stop();
    stop();
    await database.close();
  }
}
