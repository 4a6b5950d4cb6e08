import { closeActivityLog, flushActivityLog, logActivity } from '../../src/core/activity/activity-log.service.ts';
import { runLoggingProgram } from './logging-program.ts';

/** A program for ApplicationProcess: an application that logs by the library, with the settings of its environment. */
runLoggingProgram({
  log: async (entry) => (await logActivity(entry))?.id ?? null,
  insist: async (entry) => await logActivity(entry, { swallowErrors: false }),
  flush: flushActivityLog,
  close: closeActivityLog,
});
