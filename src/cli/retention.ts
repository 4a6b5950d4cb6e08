import { type Command, InvalidArgumentError, Option } from 'commander';
import { ActivityEntityType, ActivitySeverity, ActivityVisibility } from '../core/activity/activity.ts';
import { retentionLimits } from '../core/activity/retention.ts';
import { UsageError } from './exit.ts';
import { addRemoteOptions, type RemoteOptions } from './remote.ts';
import { describeConditions, describeDays, type RunOptions, runCommand } from './retention-run.ts';
import { openRetentionTarget, type RetentionTarget, type ShownHold } from './retention-target.ts';

interface WorkspaceOptions extends RemoteOptions {
  workspace: string;
}

interface SetOptions extends WorkspaceOptions {
  visibility?: ActivityVisibility[];
  severity?: ActivitySeverity[];
  eventKey?: string[];
  days: number | 'forever';
}

interface HoldOptions extends WorkspaceOptions {
  brand?: string;
  entity?: string;
  user?: string;
  actor?: string;
  reason: string;
}

function parseDays(text: string): number | 'forever' {
  if (text === 'forever') return text;
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= retentionLimits.days) return days;
  throw new InvalidArgumentError(`It takes a number of days from 1 to ${retentionLimits.days}, or forever.`);
}

/** `PUBLICATION:p_1` as its type and id. */
function parseEntity(text: string): { entityType: ActivityEntityType; entityId: string } {
  const at = text.indexOf(':');
  const type = Object.values(ActivityEntityType).find((known) => known === text.slice(0, at));
  if (type === undefined || at + 1 === text.length)
    throw new UsageError(
      `--entity takes TYPE:ID, like PUBLICATION:p_1; the types are ${Object.values(ActivityEntityType).join(', ')}.`,
    );
  return { entityType: type, entityId: text.slice(at + 1) };
}

const collect = (value: string, all: string[] = []): string[] => [...all, value];

function describeHold({ brandId, entityType, entityId, actorUserId, actorLabel, ...hold }: ShownHold): string {
  const parts = [
    brandId === null ? [] : [`brand ${brandId}`],
    entityType === null ? [] : [`entity ${entityType}:${entityId}`],
    actorUserId === null ? [] : [`user ${actorUserId}`],
    actorLabel === null ? [] : [`actor ${actorLabel}`],
  ].flat();
  const on = parts.length === 0 ? 'all of the workspace' : parts.join(', ');
  const released = hold.releasedBy === null ? '' : `, released by ${hold.releasedBy}`;
  return `${hold.id}  on ${on}: ${hold.reason} (placed by ${hold.placedBy}${released})`;
}

/** Does something with what the options name, and closes it. */
const withTarget =
  <O extends WorkspaceOptions>(work: (target: RetentionTarget, options: O) => Promise<string[]>) =>
  async (options: O): Promise<void> => {
    const target = await openRetentionTarget(options);
    try {
      for (const line of await work(target, options)) process.stdout.write(`${line}\n`);
    } finally {
      await target.close();
    }
  };

const list = withTarget<WorkspaceOptions & { all?: boolean }>(async (target, { workspace, all = false }) => {
  const { policies, holds } = await target.rules(workspace, all);
  return [
    policies.length === 0
      ? 'No policies: entries are kept for good.'
      : 'Policies; the first that an entry meets decides:',
    ...policies.map(
      (policy) =>
        `${policy.id}  ${policy.workspaceId === workspace ? '' : '(every workspace) '}${describeConditions(policy)}: ${describeDays(policy.days)}`,
    ),
    holds.length === 0 ? 'No legal holds.' : 'Legal holds:',
    ...holds.map(describeHold),
  ];
});

const set = withTarget<SetOptions>(async (target, { workspace, visibility, severity, eventKey, days }) => {
  const conditions = { visibilities: visibility ?? null, severities: severity ?? null, eventKeys: eventKey ?? null };
  const policy = await target.setPolicy(workspace, { ...conditions, days: days === 'forever' ? null : days });
  return [`${policy.id}  ${describeConditions(policy)}: ${describeDays(policy.days)}`];
});

const remove = withTarget<WorkspaceOptions & { id: string }>(async (target, { workspace, id }) => {
  const policy = await target.removePolicy(workspace, id);
  if (policy === undefined) throw new UsageError(`Workspace ${workspace} has no policy ${id}; see retention list.`);
  return [`removed  ${describeConditions(policy)}: ${describeDays(policy.days)}`];
});

const hold = withTarget<HoldOptions>(async (target, { workspace, brand, entity, user, actor, reason }) => {
  const about = entity === undefined ? { entityType: null, entityId: null } : parseEntity(entity);
  const by = { actorUserId: user ?? null, actorLabel: actor ?? null };
  const placed = await target.placeHold({ workspaceId: workspace, brandId: brand ?? null, ...about, ...by }, reason);
  return [describeHold(placed)];
});

const release = withTarget<WorkspaceOptions & { id: string }>(async (target, { workspace, id }) => {
  const released = await target.releaseHold(workspace, id);
  if (released === undefined)
    throw new UsageError(`Workspace ${workspace} has no legal hold ${id}; see retention list.`);
  return [describeHold(released)];
});

export function addRetention(program: Command): void {
  const retention = program
    .command('retention')
    .description('Say how long entries are kept, place legal holds, and delete what is due.')
    .addHelpText(
      'after',
      `
Of the policies that an entry meets, those of its workspace come before those of every workspace ("*"), and those with
conditions before the one without; of these the one that keeps it longest decides. A running server deletes what is due
by itself (ACTIVITY_RETENTION_MINUTES).

Examples:
  activity-log retention set --workspace w1 --days 365
  activity-log retention set --workspace w1 --visibility SYSTEM --days 30
  activity-log retention hold --workspace w1 --entity PUBLICATION:p_1 --reason "complaint 4711"
  activity-log retention run --dry-run`,
    );
  const command = (name: string, description: string, workspace = 'the workspace; "*" for every one') =>
    addRemoteOptions(retention.command(name).description(description).requiredOption('--workspace <id>', workspace));
  const several = (flags: string, description: string, values: object) =>
    new Option(flags, `${description}; may be repeated`)
      .choices(Object.values(values))
      .argParser((value: string, all?: string[]) => {
        if (!Object.values(values).includes(value))
          throw new InvalidArgumentError(`It takes one of ${Object.values(values).join(', ')}.`);
        return collect(value, all);
      });
  command('list', 'Show the policies and the legal holds.')
    .option('--all', 'with legal holds that were released')
    .action(list);
  command('set', 'Set how long entries are kept. A policy with the same conditions is changed.')
    .addOption(several('--visibility <visibility>', 'entries of this visibility', ActivityVisibility))
    .addOption(several('--severity <severity>', 'entries of this severity', ActivitySeverity))
    .option('--event-key <key>', 'entries of this event key or domain (publication.*); may be repeated', collect)
    .requiredOption('--days <days>', 'how many days they are kept; forever for good', parseDays)
    .action(set);
  command('remove', 'Remove a policy.').requiredOption('--id <id>', 'its id, as list shows it').action(remove);
  command('hold', 'Place a legal hold: what it is on is not deleted. All given conditions hold.', 'the workspace')
    .option('--brand <id>', 'entries of this brand')
    .option('--entity <type:id>', 'entries about this entity, like PUBLICATION:p_1')
    .option('--user <id>', 'entries by this user')
    .option('--actor <label>', 'entries by this worker, process or service')
    .requiredOption('--reason <text>', 'why they have to stay')
    .action(hold);
  command('release', 'Release a legal hold.', 'the workspace')
    .requiredOption('--id <id>', 'its id, as list shows it')
    .action(release);
  retention
    .command('run')
    .description('Delete what is due now, in small steps. Works on the database of the environment.')
    .option('--workspace <id>', 'only of this workspace')
    .option('--dry-run', 'only say what a run would delete')
    .option('--list', 'with --dry-run: every entry as a line of JSON, on standard output')
    .option('--plan <word>', 'delete just what a dry run has said; it prints the word')
    .option('--fast', 'without a rest between two steps')
    .action(async (options: RunOptions) => {
      if (options.list === true && options.dryRun !== true) throw new UsageError('--list goes with --dry-run.');
      if (options.plan !== undefined && options.workspace !== undefined)
        throw new UsageError('--plan says for itself which workspace it is for.');
      await runCommand(options);
    });
}
