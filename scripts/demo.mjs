// `npm run demo`: fills the database of the environment with the git history of the repository that it stands in, as a
// workspace named after it, and serves. Run again, it adds what is new. Needs `npm run build` before.
import { basename } from 'node:path';
import { findRepository, mostCommits, readHistory, toEntries } from './git-history.mjs';

const say = (text) => process.stdout.write(`${text}\n`);

async function fill(directory) {
  const [{ readConfig }, { ActivityLog }, { createLogger }, { Metrics }] = await Promise.all([
    import('../dist/config.js'),
    import('../dist/core/activity/activity-log.js'),
    import('../dist/log.js'),
    import('../dist/metrics.js'),
  ]);
  const [{ createActivityWriter }, { connectDatabase }, { createDirectory }, { migrate }] = await Promise.all([
    import('../dist/storage/activity-writer.js'),
    import('../dist/storage/connect.js'),
    import('../dist/storage/directory.js'),
    import('../dist/storage/migrate.js'),
  ]);
  const repository = await findRepository(directory);
  const workspaceId = basename(repository);
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  const database = await connectDatabase({ ...config, logger });
  try {
    await migrate(database);
    const log = new ActivityLog({ writer: createActivityWriter(database), logger, metrics: new Metrics() });
    const counts = { commits: 0, written: 0, duplicates: 0, refused: 0 };
    const brands = new Set();
    let batch = [];
    const flush = async () => {
      for (const outcome of await log.logMany(batch)) {
        if ('error' in outcome) counts.refused += 1;
        else if (outcome.written.duplicate) counts.duplicates += 1;
        else counts.written += 1;
      }
      batch = [];
    };
    for await (const commit of readHistory(directory)) {
      counts.commits += 1;
      for (const entry of toEntries(workspaceId, commit)) {
        if (entry.brandId != null) brands.add(entry.brandId);
        batch.push(entry);
        if (batch.length === 1_000) await flush();
      }
    }
    await flush();
    const names = createDirectory(database);
    await names.nameWorkspace(workspaceId, workspaceId);
    for (const id of brands) await names.nameBrand({ workspaceId, id }, id);
    say(
      `The history of ${repository}: ${counts.commits} commits${counts.commits === mostCommits ? ' (the newest)' : ''}.`,
    );
    say(
      `Workspace ${workspaceId}: ${counts.written} entries written, ${counts.duplicates} already there, ${counts.refused} refused, ${brands.size} brands (top-level folders).`,
    );
  } finally {
    await database.close();
  }
}

try {
  await fill(process.cwd());
} catch (error) {
  process.stderr.write(
    `The demo needs the git history of a repository and a database that is free: ${error.message}\n`,
  );
  process.exit(1);
}
process.argv.splice(2, Infinity, 'serve');
await import('../dist/cli/main.js');
