#!/usr/bin/env node
import './production.ts';
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { settings } from '../config.ts';
import { ActivityLogError } from '../errors.ts';
import { ConfigError } from '../setting.ts';
import { exitCodes, UsageError } from './exit.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addMigrate } from './migrate.ts';
import { addRetention } from './retention.ts';
import { addServe } from './serve.ts';
import { addTail } from './tail.ts';
import { addToken } from './token.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function settingsHelp(): string {
  const lines = settings.map(
    ({ name, help, takes, default: otherwise }) =>
      `  ${name}\n      ${help}\n      Takes ${takes}. Default: ${otherwise}.`,
  );
  return `\nSettings (environment variables):\n${lines.join('\n')}`;
}

const program = new Command('activity-log')
  .description('One trail of everything important that happens in an application, live.')
  .version(version)
  .exitOverride()
  .configureHelp({ sortSubcommands: false })
  .showHelpAfterError('(see --help)')
  .addHelpText('after', settingsHelp);

for (const add of [addServe, addMigrate, addToken, addImport, addExport, addTail, addRetention]) add(program);

function fail(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const isPlain = error instanceof ActivityLogError || error instanceof UsageError || error instanceof ConfigError;
  const text = isPlain || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack;
  process.stderr.write(`activity-log: ${text}\n`);
  return error instanceof UsageError || error instanceof ConfigError ? exitCodes.usage : exitCodes.failure;
}

// Whoever reads the output has enough of it (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}
