import type { Logger } from 'pino';
import { ActivityLogError } from '../errors.ts';
import type { Database } from './database.ts';

export interface ConnectOptions {
  /** `postgresql://…`, `memory://`, or undefined for the embedded database in `dataDir`. */
  databaseUrl?: string | undefined;
  /** The directory of the embedded database. */
  dataDir: string;
  /** Connections to PostgreSQL at most; the embedded database has one. */
  poolSize: number;
  /** Milliseconds after which PostgreSQL stops a statement. */
  statementTimeout: number;
  logger?: Logger | undefined;
}

/**
 * Opens the database that the settings name. Only the driver in question is loaded.
 * @throws ActivityLogError BAD_USER_INPUT for a URL of another kind, UNAVAILABLE where the database cannot be opened
 */
export async function connectDatabase(options: ConnectOptions): Promise<Database> {
  const { databaseUrl, dataDir, poolSize, statementTimeout, logger } = options;
  if (databaseUrl === undefined || databaseUrl === 'memory://') {
    const { openPglite } = await import('./pglite.ts');
    return await openPglite({ dataDir: databaseUrl ?? dataDir, statementTimeout });
  }
  if (!/^postgres(ql)?:\/\//i.test(databaseUrl)) {
    // Without repeating it: what was meant to be a URL may hold a password.
    throw new ActivityLogError(
      'BAD_USER_INPUT',
      'DATABASE_URL must begin with postgresql:// or be memory://. Leave it unset for the embedded database.',
    );
  }
  const { openPostgres } = await import('./postgres.ts');
  return await openPostgres({ url: databaseUrl, poolSize, statementTimeout, logger });
}
