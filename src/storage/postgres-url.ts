import type { PoolConfig } from 'pg';
import { ActivityLogError } from '../errors.ts';

export interface PostgresAddress {
  /** For pg. Holds the password: never log it. */
  connectionString: string;
  /** `host:port/database`, fit to be shown. */
  shown: string;
  /** From `?schema=`, which Prisma's URLs have; undefined leaves the server's search_path. */
  schema: string | undefined;
}

/**
 * Takes a DATABASE_URL apart.
 * @throws ActivityLogError BAD_USER_INPUT for anything but `postgres://` or `postgresql://`; the message never repeats the URL, which may hold a password
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  const form =
    'It has the form postgresql://USER:PASSWORD@HOST:5432/DATABASE; characters such as @ : / # ? in the password are written percent-encoded (%40 for @).';
  let url: URL;
  try {
    url = new URL(text);
    decodeURIComponent(url.username + url.password + url.pathname);
  } catch {
    throw new ActivityLogError('BAD_USER_INPUT', `DATABASE_URL is not a valid URL. ${form}`);
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    // Not the protocol itself: of a URL without one, "user:password@host", it would be part of a name.
    throw new ActivityLogError('BAD_USER_INPUT', `DATABASE_URL is not the URL of a PostgreSQL server. ${form}`);
  }
  const schema = url.searchParams.get('schema') ?? undefined;
  if (schema !== undefined && !/^[A-Za-z_][A-Za-z0-9_$]{0,62}$/.test(schema)) {
    throw new ActivityLogError('BAD_USER_INPUT', 'The schema in DATABASE_URL may have only letters, digits and _.');
  }
  const host = url.hostname === '' ? (url.searchParams.get('host') ?? 'localhost') : url.hostname;
  const shown = `${host}:${url.port === '' ? '5432' : url.port}${decodeURIComponent(url.pathname)}`;
  return { connectionString: text, shown, schema };
}

/**
 * The settings every session of ours starts with, as the start-up packet's `options`: rows are parsed in the form that
 * these give them, whatever the server, the role or the database has as its default.
 */
function sessionOptions({ connectionString, schema }: PostgresAddress): string {
  const own = ['-c TimeZone=UTC', '-c DateStyle=ISO', '-c bytea_output=hex', '-c IntervalStyle=postgres'];
  if (schema !== undefined) own.push(`-c search_path="${schema}"`);
  const given = new URL(connectionString).searchParams.get('options');
  return given === null ? own.join(' ') : `${given} ${own.join(' ')}`;
}

/** What pg is given to connect to `address`, for the pool and the listening connection alike. Times in milliseconds. */
export function connectionConfig(address: PostgresAddress, applicationName: string): PoolConfig {
  const url = new URL(address.connectionString);
  // The URL would win over the config; `schema` is Prisma's and means nothing to pg.
  for (const name of ['options', 'schema', 'application_name']) url.searchParams.delete(name);
  return {
    connectionString: url.href,
    options: sessionOptions(address),
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
