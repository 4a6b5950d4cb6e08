/** The thread of `serve` that indexes a PostgreSQL database: what it computes takes no time from requests. */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { createLogger, type Logger } from '../log.ts';
import { openPostgres } from '../storage/postgres.ts';
import { type Indexing, startIndexing } from '../storage/term-index/indexing.ts';

interface Settings {
  url: string;
  statementTimeout: number;
  logLevel: string;
}

/** Starts the thread. Where it ends by itself that is logged: the service goes on, and searches get slower. */
export function startIndexWorker(settings: Settings, logger: Logger): Indexing {
  const worker = new Worker(new URL(import.meta.url), { workerData: settings });
  const ended = once(worker, 'exit');
  let closing = false;
  worker.on('error', (error) => logger.error({ err: error }, 'the indexing thread failed'));
  void ended.then(() => {
    if (!closing) logger.error('the indexing thread has ended: what is written from now on is not indexed');
  });
  return {
    close: async () => {
      closing = true;
      worker.postMessage('close');
      await ended;
    },
  };
}

async function work({ url, statementTimeout, logLevel }: Settings): Promise<void> {
  const logger = createLogger(logLevel);
  const database = await openPostgres({
    url,
    statementTimeout,
    poolSize: 2,
    applicationName: 'activity-log index',
    logger,
  });
  const indexing = startIndexing(database, logger);
  await once(parentPort as NonNullable<typeof parentPort>, 'message');
  await indexing.close();
  await database.close();
  parentPort?.close();
}

if (parentPort !== null && workerData !== null) await work(workerData as Settings);
