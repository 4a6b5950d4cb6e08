/**
 * The door for applications: `logActivity`, the builders and the enums. It stands beside the domain because applications
 * import it from here, and it is the one file of this folder that knows storage: `logActivity` needs no set-up, it opens
 * the database of its environment (DATABASE_URL, ACTIVITY_DATA_DIR) when it is first called.
 */
import { type Config, readConfig } from '../../config.ts';
import { createLogger, type Logger } from '../../log.ts';
import { Metrics } from '../../metrics.ts';
import { createActivityWriter } from '../../storage/activity-writer.ts';
import { writeWithinTransaction } from '../../storage/caller-transaction.ts';
import { connectDatabase } from '../../storage/connect.ts';
import type { Database } from '../../storage/database.ts';
import { migrate } from '../../storage/migrate.ts';
import type { Activity, ActivityInput } from './activity.ts';
import { ActivityLog, type ActivityWriter, type LogActivityOptions } from './activity-log.ts';

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
  /** Where swallowed errors are logged; JSON lines on standard error by default. */
  logger?: Logger;
  /** Where everything is counted; a registry of its own by default. */
  metrics?: Metrics;
}

let options: ConfigureOptions = {};
let service: ActivityLog | undefined;
let database: Promise<Database> | undefined;
let opened: ActivityWriter | undefined;

/**
 * Says where `logActivity` writes, in place of the environment. To be called before the first entry.
 * @throws Error where the log is in use already
 */
export function configureActivityLog(chosen: ConfigureOptions): void {
  if (service !== undefined)
    throw new Error('The activity log is in use already. Configure it before the first logActivity().');
  options = chosen;
}

async function open(config: Config, logger: Logger): Promise<Database> {
  const opened = await connectDatabase({
    ...config,
    databaseUrl: options.databaseUrl ?? config.databaseUrl,
    dataDir: options.dataDir ?? config.dataDir,
    logger,
  });
  try {
    await migrate(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

function start(): ActivityLog {
  const config = readConfig();
  const logger = options.logger ?? createLogger(config.logLevel);
  const metrics = options.metrics ?? new Metrics();
  const writer = async (): Promise<ActivityWriter> => {
    database ??= open(config, logger);
    try {
      opened ??= createActivityWriter(await database, { metrics });
      return opened;
    } catch (error) {
      // The next entry tries again.
      database = undefined;
      throw error;
    }
  };
  return new ActivityLog({
    logger,
    metrics,
    writer: {
      write: async (entries) => await (await writer()).write(entries),
      writeAgain: async (entries) => await (await writer()).writeAgain(entries),
      writeWithin: writeWithinTransaction,
      settled: async () => await opened?.settled(),
    },
  });
}

/**
 * Logs one entry to the trail, and resolves once it is committed (with `tx`: once it is written in that transaction).
 * @param options `swallowErrors` (true by default): an error is logged and counted instead of thrown; `tx`: a Prisma
 *   transaction client of the application, so that the entry commits or rolls back with the business write.
 * @returns the entry as it stands in the trail; null where an error was swallowed.
 * @throws ActivityLogError where `swallowErrors` is false: BAD_USER_INPUT naming the field, UNAVAILABLE
 */
export async function logActivity(entry: ActivityInput, options: LogActivityOptions = {}): Promise<Activity | null> {
  service ??= start();
  return await service.log(entry, options);
}

/** Finishes what is under way and closes the database that `logActivity` opened. The next entry opens it again. */
export async function closeActivityLog(): Promise<void> {
  const closing = database;
  const writing = opened;
  database = undefined;
  opened = undefined;
  service = undefined;
  await writing?.settled();
  await (await closing)?.close();
}
