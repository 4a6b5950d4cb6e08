/**
 * The door for applications: `logActivity`, the builders and the enums. It stands beside the domain because applications
 * import it from here, and it is the one file of this folder that knows storage: `logActivity` needs no set-up, it opens
 * the database of its environment (DATABASE_URL, ACTIVITY_DATA_DIR) when it is first called.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, readConfig } from '../../config.ts';
import type { ActivityLogError } from '../../errors.ts';
import { createLogger, type Logger, loggable } from '../../log.ts';
import { Metrics } from '../../metrics.ts';
import { createActivityWriter } from '../../storage/activity-writer.ts';
import { writeWithinTransaction } from '../../storage/caller-transaction.ts';
import { connectDatabase } from '../../storage/connect.ts';
import type { Database } from '../../storage/database.ts';
import { type EntrySpool, openEntrySpool } from '../../storage/entry-spool.ts';
import { migrate } from '../../storage/migrate.ts';
import type { Activity, ActivityInput } from './activity.ts';
import { ActivityLog, type ActivityWriter, type LogActivityOptions, type Outcome } from './activity-log.ts';
import { keyIsTaken } from './same-entry.ts';

export { ActivityLogError } from '../../errors.ts';
export {
  type Activity,
  ActivityActorType,
  ActivityEntityType,
  type ActivityInput,
  ActivitySeverity,
  ActivityVisibility,
} from './activity.ts';
export type { CallerTransaction, LogActivityOptions, PgTransaction, PrismaTransaction } from './activity-log.ts';
export * from './builders.ts';

export interface ConfigureOptions {
  /** Like DATABASE_URL. */
  databaseUrl?: string;
  /** Like ACTIVITY_DATA_DIR. */
  dataDir?: string;
  /** Like ACTIVITY_SPOOL_DIR: where entries are kept while the database is away; `off` keeps them in memory. */
  spoolDir?: string;
  /** Like ACTIVITY_SPOOL_BYTES. */
  spoolBytes?: number;
  /** Where swallowed errors are logged; JSON lines on standard error by default. */
  logger?: Logger;
  /** Where everything is counted; a registry of its own by default. */
  metrics?: Metrics;
}

/** The parts of a log in use. */
interface Running {
  log: ActivityLog;
  spool: EntrySpool;
  logger: Logger;
  close(): Promise<void>;
}

/** Milliseconds that closing waits for the database, after the last attempt to deliver. */
const patienceAtClose = 2_000;

let options: ConfigureOptions = {};
let running: Promise<Running> | undefined;
/** What `running` has come to. */
let started: Running | undefined;
/** Entries that wait for that; those behind them do not overtake them. */
let waitingForStart = 0;

/**
 * Says where `logActivity` writes, in place of the environment. To be called before the first entry.
 * @throws Error where the log is in use already
 */
export function configureActivityLog(chosen: ConfigureOptions): void {
  if (running !== undefined)
    throw new Error('The activity log is in use already. Configure it before the first logActivity().');
  options = chosen;
}

async function connect(config: Config, logger: Logger): Promise<Database> {
  const database = await connectDatabase({ ...config, logger });
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A writer that opens its database when it is first used, and tries again where that has failed. */
function createLazyWriter(config: Config, logger: Logger, metrics: Metrics) {
  let opening: Promise<{ database: Database; writer: ActivityWriter }> | undefined;
  const open = async () => {
    const database = await connect(config, logger);
    return { database, writer: createActivityWriter(database, { limit: config.writeQueue, metrics }) };
  };
  const opened = async () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return await opening;
  };
  const writer: ActivityWriter = {
    write: async (entries) => await (await opened()).writer.write(entries),
    writeAgain: async (entries) => await (await opened()).writer.writeAgain(entries),
    writeWithin: writeWithinTransaction,
    settled: async () => await (await opening)?.writer.settled(),
  };
  const close = async () => {
    const { writer, database } = (await opening?.catch(() => undefined)) ?? {};
    await writer?.settled();
    await database?.close();
  };
  return { writer, close };
}

async function start(): Promise<Running> {
  const given = readConfig();
  const config = { ...given };
  if (options.databaseUrl !== undefined) config.databaseUrl = options.databaseUrl;
  if (options.dataDir !== undefined) config.dataDir = options.dataDir;
  if (options.spoolDir !== undefined) config.spoolDir = options.spoolDir;
  if (options.spoolBytes !== undefined) config.spoolBytes = options.spoolBytes;
  const logger = options.logger ?? createLogger(config.logLevel);
  const metrics = options.metrics ?? new Metrics();
  const lazy = createLazyWriter(config, logger, metrics);
  const spool = await openEntrySpool({ ...config, writer: lazy.writer, logger, metrics });
  spool.start();
  return {
    log: new ActivityLog({ writer: lazy.writer, queue: spool, logger, metrics }),
    spool,
    logger,
    close: async () => {
      const kept = await spool.close();
      if (kept > 0) logger.warn({ kept }, 'the log is closed while entries wait for the database');
      // A database that does not answer is left to its time-outs.
      const late = new AbortController();
      const patience = delay(patienceAtClose, undefined, { signal: late.signal }).catch(() => undefined);
      await Promise.race([lazy.close(), patience]);
      late.abort();
    },
  };
}

/** Not async: whoever asks first goes on first, so what was logged before a close comes before it. */
function run(): Promise<Running> {
  if (running === undefined) {
    const starting = start().then(
      (parts) => {
        if (running === starting) started = parts;
        return parts;
      },
      (error: unknown) => {
        if (running === starting) running = undefined;
        throw error;
      },
    );
    running = starting;
  }
  return running;
}

/**
 * Logs one entry to the trail, and resolves once it is committed (with `tx`: once it is written in that transaction).
 * While the database is away the entry is kept, and delivered in its turn when it is back (ACTIVITY_SPOOL_DIR).
 * @param options `swallowErrors` (true by default): an error is logged and counted instead of thrown, and an entry that
 *   cannot be written now is kept; `tx`: a transaction of the application (a Prisma transaction client, or a `pg` client
 *   on which it has begun one), so that the entry commits or rolls back with the business write.
 * @returns the entry as it stands in the trail; null where an error was swallowed, or the entry is kept for later.
 * @throws ActivityLogError where `swallowErrors` is false, and nothing is kept: BAD_USER_INPUT naming the field,
 *   UNAVAILABLE
 */
export function logActivity(entry: ActivityInput, options: LogActivityOptions = {}): Promise<Activity | null> {
  if (started === undefined || waitingForStart > 0) return logOnceStarted(entry, options);
  return started.log.log(entry, options);
}

async function logOnceStarted(entry: ActivityInput, options: LogActivityOptions): Promise<Activity | null> {
  let parts: Running;
  waitingForStart += 1;
  try {
    parts = await run();
  } catch (error) {
    if (options.swallowErrors === false) throw error;
    // Its settings cannot be used: there is nobody else to tell.
    createLogger('error').error({ err: loggable(error) }, 'the activity log cannot be used');
    return null;
  } finally {
    waitingForStart -= 1;
  }
  return await parts.log.log(entry, options);
}

/** What became of one entry of many: it stands in the trail, or `error` says why it does not. */
export interface LoggedActivity {
  /** The entry as it stands in the trail; with `duplicate`, the one that was there. Null where it was refused. */
  activity: Activity | null;
  /** True where the workspace already had an entry with this idempotency key. */
  duplicate: boolean;
  /** Why it was refused; with `duplicate`, that the key belongs to an entry that says something else. */
  error: ActivityLogError | null;
}

function toLogged(outcome: Outcome): LoggedActivity {
  if ('error' in outcome) return { activity: null, duplicate: false, error: outcome.error };
  const { activity, duplicate, differs } = outcome.written;
  return { activity, duplicate, error: differs ? keyIsTaken() : null };
}

/**
 * Logs many entries, in their order: the valid ones are committed together, the others refused, each at its place.
 * Nothing is swallowed and nothing is kept: the caller learns what became of each.
 * @throws ActivityLogError UNAVAILABLE where nothing, or it is not known what, was written: call again, with idempotency keys
 */
export async function logActivityMany(entries: readonly ActivityInput[]): Promise<LoggedActivity[]> {
  const { log } = await run();
  return (await log.logMany(entries)).map(toLogged);
}

/**
 * Resolves once every entry that is kept has been delivered, those that an earlier process has left included.
 * @throws ActivityLogError UNAVAILABLE where the database is still away
 */
export async function flushActivityLog(): Promise<void> {
  await (await run()).spool.flush();
}

/**
 * Finishes what is under way, tries once more to deliver what is kept (for at most 5 s), and closes the database that
 * `logActivity` opened. What is still kept then waits in ACTIVITY_SPOOL_DIR for the next process. The next entry opens
 * everything again.
 */
export async function closeActivityLog(): Promise<void> {
  const closing = running;
  running = undefined;
  started = undefined;
  await (await closing)?.close();
}
