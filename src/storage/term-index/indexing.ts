/** Runs an indexer for as long as a service lives. */
import type { Logger } from 'pino';
import type { Database } from '../database.ts';
import { TermIndexer } from './indexer.ts';

export interface Indexing {
  /** Ends the step under way and lets another process go on. May be called twice. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at what there is to do, and after a failure at most. */
const [pause, longestPause] = [500, 30_000] as const;

/** Entries at once: in the embedded database all else waits for a step, in another one each step has its price. */
const windows = { pglite: 512, postgres: 4_096 } as const;

/** What became of one look at what there is to do. */
export type IndexingEvent = 'step' | 'failure';

/**
 * Begins to index what the database has and gets. A failure is logged once, and the work goes on when it can.
 * @param tell called for every step that did something, and every one that failed
 */
export function startIndexing(
  database: Database,
  logger: Logger,
  tell: (event: IndexingEvent) => void = () => {},
): Indexing {
  const indexer = new TermIndexer({ database, window: windows[database.kind] });
  let stopped = false;
  let wake: () => void = () => {};
  const rest = async (milliseconds: number) =>
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      timer.unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      try {
        const worked = await indexer.step();
        if (worked) tell('step');
        if (failures > 0) logger.info('indexing goes on');
        failures = 0;
        // Others of this process have their turn between two steps, too.
        await (worked ? new Promise((resolve) => setImmediate(resolve)) : rest(pause));
      } catch (error) {
        if (stopped) return;
        tell('failure');
        if (failures === 0) logger.warn({ err: error }, 'indexing failed and is tried again');
        failures += 1;
        await rest(Math.min(pause * 2 ** failures, longestPause));
      }
    }
  }

  const running = run();
  let closing: Promise<void> | undefined;
  return {
    close: () => {
      stopped = true;
      wake();
      // A database that is away has nothing to be told; the lease ends by itself.
      closing ??= running.then(() => indexer.release()).catch(() => {});
      return closing;
    },
  };
}
