import { destination, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * What every line says that is logged about a request. Handed on by hand: an AsyncLocalStorage costs each promise of each
 * request something (on Node 20 some 3 % of a page's processor time).
 */
export interface RequestScope {
  requestId: string;
  /** Of its trace, where there is one. */
  traceId?: string;
}

/**
 * An error as it may be logged: its kind, message, code and stack, and its cause's. A database's error carries the whole row
 * beside ("Failing row contains …"), and payloads do not belong in a log.
 */
export function loggable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name: type, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { type, message, code, stack, ...(cause === undefined ? {} : { cause: loggable(cause) }) };
}

/** What every logger of the service has in common. */
export const loggerOptions: LoggerOptions = {
  base: null,
  serializers: { err: loggable },
  timestamp: pino.stdTimeFunctions.isoTime,
};

/**
 * The process' logger: JSON lines on standard error, so that standard output stays for what a command prints.
 * Written at once, so that nothing is lost when the process ends.
 */
export function createLogger(level: string): Logger {
  return pino({ ...loggerOptions, level }, destination({ fd: 2, sync: true }));
}
