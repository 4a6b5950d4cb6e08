import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * The process' logger: JSON lines on standard error, so that standard output stays for what a command prints.
 * Written at once, so that nothing is lost when the process ends.
 */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ fd: 2, sync: true }));
}
