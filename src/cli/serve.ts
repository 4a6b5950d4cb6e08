import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { isEmbedded, readSecret, signToken } from '../server/token.ts';
import { connectDatabase } from '../storage/connect.ts';
import { startIndexWorker } from './index-worker.ts';

/** How long the link that opens signed in is good for, in seconds. */
const linkTtl = 12 * 60 * 60;

/** Resolves on SIGTERM or SIGINT. A second one ends the process at once. */
function asked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const listener = (signal: NodeJS.Signals) => {
      resolve(signal);
      process.once(signal, () => process.exit(1));
    };
    process.once('SIGTERM', listener);
    process.once('SIGINT', listener);
  });
}

/**
 * While a process is young V8's nursery is so small that much of a page is still in use when it is full. V8 concludes that
 * such objects live long, and makes all later ones in the old generation at once: they die there all the same, and whatever
 * they point to is taken there too, most of every page (docs/decisions/0018-garbage.md).
 */
function keepTheYoungYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

async function serve(): Promise<void> {
  keepTheYoungYoung();
  const config = readConfig();
  const secret = readSecret(config);
  const logger = createLogger(config.logLevel);
  const stopped = asked();
  const database = await connectDatabase({ ...config, logger });
  const metrics = new Metrics();
  metrics.watchProcess();
  const { databaseUrl: url, statementTimeout, logLevel } = config;
  const index =
    database.kind === 'postgres' && url !== undefined
      ? () => startIndexWorker({ url, statementTimeout, logLevel }, logger, metrics.countIndexing)
      : undefined;
  // Here, because most of the service comes with it: other commands, and --help, begin without.
  const { startServer } = await import('../server/server.ts');
  const server = await startServer({ config, database, secret, logger, metrics, index }).catch(
    async (error: NodeJS.ErrnoException) => {
      await database.close();
      if (error.code !== 'EADDRINUSE') throw error;
      throw new Error(
        `Port ${config.port} of ${config.host} is taken. Set PORT to another one, or to 0 for a free one.`,
      );
    },
  );
  if ('announce' in database && typeof database.announce === 'function') database.announce(server.url);
  process.stdout.write(`Activity Log is ready at ${server.url}\n`);
  if (isEmbedded(config) && secret !== undefined) {
    const token = await signToken(config, secret, {
      subject: 'developer',
      workspaceId: '*',
      role: 'operator',
      brandIds: [],
      ttl: linkTtl,
    });
    // Behind the #: browsers keep it to themselves, so no server or proxy logs it.
    process.stdout.write(
      `Open it signed in: ${server.url}${config.viewer === 'on' ? '/' : '/graphql'}#token=${token}\n`,
    );
  }
  logger.info({ url: server.url, database: database.kind }, 'ready');
  const signal = await stopped;
  logger.info({ signal }, 'shutting down');
  await server.close();
  logger.info('stopped');
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('Migrate the database and serve: the viewer, GraphQL, GraphiQL, health, metrics.')
    .addHelpText(
      'after',
      '\nExamples:\n  activity-log serve\n  PORT=8080 DATABASE_URL=postgres://localhost/app ACTIVITY_JWT_SECRET=… activity-log serve',
    )
    .action(serve);
}
