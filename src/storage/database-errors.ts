import { ActivityLogError } from '../errors.ts';

/** Raised before a statement was sent: nothing can have been written. */
const notStarted = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  '08001',
  '08004',
  '53300',
  '57P03',
  // Read only: a standby, or a server that was the primary until a moment ago. Another connection may lead to another one.
  '25006',
  // Prisma's own: not reachable, timed out, TLS, too many connections, pool time-out, no transaction in time.
  'P1001',
  'P1002',
  'P1011',
  'P2037',
  'P2024',
]);

/** What a server says when it ends the connection, and what the socket says when nobody ends it properly. */
const broken = new Set(['57P01', '57P02', '57P05', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'P1008', 'P1017']);

const notStartedText =
  /timeout exceeded when trying to connect|^timeout expired$|connection timeout|after calling end on the pool/i;
const brokenText =
  /^Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|server closed the connection/i;

/** What a server has too little of, or may not do for now: the statement was not done, and would be another time. */
const shortages = new Map([
  ['53000', 'The database is short of resources.'],
  ['53100', 'The database has no space left on its disk.'],
  ['53200', 'The database is out of memory.'],
  ['53400', 'The database has reached a limit of its configuration.'],
]);

const outcomeUnknown =
  'The connection to the database broke before it answered, so it is not known whether a write took place. Try again, a write with the same idempotencyKey.';

/** The SQLSTATE or the error code that lies deepest in an error of pg, PGlite or Prisma. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const nested = 'meta' in error ? at(at(error.meta, 'driverAdapterError'), 'cause') : at(error, 'cause');
  const inner = at(nested, 'originalCode') ?? at(nested, 'code') ?? at(error, 'code');
  return typeof inner === 'string' ? inner : undefined;
}

/** True where the database refuses what it was given, and would again: data or integrity (classes 22 and 23), a trigger's own exception, a row too large for an index. */
export function refusesRow(error: unknown): boolean {
  return /^(22...|23...|P0001|54000)$/.test(errorCode(error) ?? '');
}

/** True where a row was refused because its id or its key is there. */
export function isTaken(error: unknown): boolean {
  return errorCode(error) === '23505';
}

/** True where a statement was given up for another one, and nothing of it was done: a deadlock, a serialization failure. */
export function isContention(error: unknown): boolean {
  return /^(40001|40P01)$/.test(errorCode(error) ?? '');
}

/** How far a failed connection had come; undefined for every other error. */
export function connectionFailure(error: unknown): 'not-started' | 'broken' | undefined {
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : '';
  if ((code !== undefined && notStarted.has(code)) || notStartedText.test(text)) return 'not-started';
  if (code !== undefined && (broken.has(code) || code.startsWith('08'))) return 'broken';
  return brokenText.test(text) ? 'broken' : undefined;
}

/**
 * An error of the driver as the error that clients see: UNAVAILABLE for a lost or refused connection and for a server that
 * has no disk, no memory or no right to write for now, LIMIT_EXCEEDED for a statement that ran into `statementTimeout`
 * (milliseconds). Anything else comes back as it is. With `uncommitted` a broken connection is known to have written
 * nothing, because no COMMIT was sent.
 */
export function toDatabaseError(error: unknown, statementTimeout: number, uncommitted = false): unknown {
  if (error instanceof ActivityLogError) return error;
  switch (connectionFailure(error)) {
    case 'not-started':
      return new ActivityLogError('UNAVAILABLE', undefined, { cause: error });
    case 'broken':
      return new ActivityLogError('UNAVAILABLE', uncommitted ? undefined : outcomeUnknown, { cause: error });
    default:
  }
  const shortage = shortages.get(errorCode(error) ?? '');
  if (shortage !== undefined)
    return new ActivityLogError('UNAVAILABLE', `${shortage} Nothing was written; try again.`, { cause: error });
  if (errorCode(error) !== '57014') return error;
  return tookTooLong(statementTimeout, error);
}

/** The error of a read that was given up after so many milliseconds. */
export function tookTooLong(patience: number, cause?: unknown): ActivityLogError {
  return new ActivityLogError(
    'LIMIT_EXCEEDED',
    `The query took longer than ${inWords(patience)} and was stopped. Narrow it, for example by from/to or an entity.`,
    { cause },
  );
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function inWords(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}
