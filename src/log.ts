import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

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

/**
 * The process' logger: JSON lines on standard error, so that standard output stays for what a command prints.
 * Written at once, so that nothing is lost when the process ends.
 */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, serializers: { err: loggable }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: true }),
  );
}
