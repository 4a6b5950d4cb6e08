import { type Command, InvalidArgumentError, Option } from 'commander';
import { readConfig } from '../config.ts';
import { type Role, roles } from '../core/activity/visibility.ts';
import { readSecret, signToken } from '../server/token.ts';
import { ConfigError } from '../setting.ts';
import { UsageError } from './exit.ts';

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90s`, `15m`, `1h`, `7d`, as seconds. */
function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('It takes a duration like 90s, 15m, 1h or 7d.');
  return Number(count) * units[unit as keyof typeof units];
}

interface TokenOptions {
  workspace: string;
  role: Role;
  brand: string[];
  subject: string;
  ttl: number;
}

async function run({ workspace, role, brand, subject, ttl }: TokenOptions): Promise<void> {
  if (role === 'client' && brand.length === 0)
    throw new UsageError('A client sees only its brands: give at least one --brand.');
  if (role !== 'client' && brand.length > 0) throw new UsageError('--brand is for the role client only.');
  const config = readConfig();
  const secret = readSecret(config);
  if (secret === undefined) {
    throw new ConfigError(
      'Tokens come from the identity provider of ACTIVITY_JWKS_URL. Set ACTIVITY_JWT_SECRET to sign some here too.',
    );
  }
  const token = await signToken(config, secret, { subject, workspaceId: workspace, role, brandIds: brand, ttl });
  process.stdout.write(`${token}\n`);
}

export function addToken(program: Command): void {
  program
    .command('token')
    .description('Print a token (JWT), signed as the running configuration expects it. Needs no database.')
    .requiredOption('--workspace <id>', 'the workspace that it is for; "*" for all')
    .addOption(new Option('--role <role>', 'what it lets its bearer do').choices(roles).makeOptionMandatory())
    .option(
      '--brand <id>',
      'a brand that a client sees; may be repeated',
      (id: string, all: string[]) => [...all, id],
      [],
    )
    .option('--subject <id>', 'the user it stands for', 'cli')
    .option('--ttl <duration>', 'how long it is good for: 90s, 15m, 1h, 7d', parseDuration, 3600)
    .addHelpText(
      'after',
      '\nExamples:\n  activity-log token --workspace w1 --role admin --subject user_1\n  activity-log token --workspace w1 --role client --brand b1 --ttl 15m',
    )
    .action(run);
}
