/** The thread of `serve` that indexes a PostgreSQL database: what it computes takes no time from requests. */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { createLogger, type Logger } from '../log.ts';
import { openPostgres } from '../storage/postgres.ts';
import { type Indexing, type IndexingEvent, startIndexing } from '../storage/term-index/indexing.ts';

interface Settings {
  url: string;
  statementTimeout: number;
  logLevel: string;
}

/** Milliseconds before a thread that has failed is followed by another. */
const pause = 5_000;

/**
 * Starts the thread, and another one where it fails: meanwhile the service goes on, and rare filters are slower.
 * @param tell as of startIndexing; a thread that fails is a failure, too
 */
export function startIndexWorker(
  settings: Settings,
  logger: Logger,
  tell: (event: IndexingEvent) => void = () => {},
): Indexing {
  let closing = false;
  let again: NodeJS.Timeout | undefined;
  let running: { worker: Worker; ended: Promise<void> } | undefined;
  const start = () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: settings });
    worker.on('message', tell);
    worker.on('error', (error) => {
      tell('failure');
      logger.warn({ err: error }, 'the indexing thread failed and is started again');
    });
    // Not once(): that would take an error for its own, and nobody would be there to hear of it.
    const ended = new Promise<void>((resolve) => worker.on('exit', () => resolve())).then(() => {
      running = undefined;
      if (!closing) again = setTimeout(start, pause).unref();
    });
    running = { worker, ended };
  };
  start();
  return {
    close: async () => {
      closing = true;
      clearTimeout(again);
      running?.worker.postMessage('close');
      await running?.ended;
    },
  };
}

async function work(port: NonNullable<typeof parentPort>, settings: Settings): Promise<void> {
  const { url, statementTimeout, logLevel } = settings;
  const logger = createLogger(logLevel);
  const asked = once(port, 'message');
  const database = await openPostgres({
    url,
    statementTimeout,
    poolSize: 2,
    applicationName: 'activity-log index',
    logger,
  });
  const indexing = startIndexing(database, logger, (event) => port.postMessage(event));
  await asked;
  await indexing.close();
  await database.close();
  port.close();
}

if (parentPort !== null && workerData !== null) await work(parentPort, workerData as Settings);
