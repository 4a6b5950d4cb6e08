import { createActivityLogClient } from '../../src/client/client.ts';
import { openFileStore } from '../../src/spool/file-store.ts';
import { runLoggingProgram, say } from './logging-program.ts';

/** A program for ApplicationProcess: an application that logs by the client. Its environment says URL, TOKEN and SPOOL. */
const { URL: url = '', TOKEN: token = '', SPOOL: directory = '' } = process.env;
const client = createActivityLogClient({
  url,
  token,
  spool: openFileStore({ directory }),
  // So that tests can look at the time.
  keepTime: true,
  onProblem: ({ kind }) => say(`problem ${kind}`),
});

runLoggingProgram({
  log: async (entry) => (await client.logActivity(entry))?.databaseId ?? null,
  insist: async (entry) => await client.log(entry),
  flush: async () => await client.flush(),
  close: async () => await client.close(),
});
