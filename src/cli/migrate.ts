import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { connectDatabase } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';

async function run(): Promise<void> {
  const config = readConfig();
  const database = await connectDatabase({ ...config, logger: createLogger(config.logLevel) });
  try {
    const { applied, newer, restored } = await migrate(database);
    for (const name of applied) process.stdout.write(`applied ${name}\n`);
    if (applied.length === 0) process.stdout.write('nothing to apply: the database is up to date\n');
    for (const name of newer) process.stdout.write(`a newer build has applied ${name}\n`);
    if (restored)
      process.stdout.write('the database was restored into another cluster: live cursors given before have expired\n');
  } finally {
    await database.close();
  }
}

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('Bring the database up to this version. Safe to run from many processes at once.')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://localhost/app activity-log migrate')
    .action(run);
}
