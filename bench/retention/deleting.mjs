// Runs of retention in the driver: what deletes is the database; here is only what asks for it.
import { ofDist } from '../support/dist.mjs';

/** @param days that a policy of every workspace keeps entries */
export async function openRetention(databaseUrl, days) {
  const [{ openPostgres }, { applyRetention, readRetentionMoment }, { setPolicy }, { commandLine }, { termsVersion }] =
    await Promise.all(
      [
        'storage/postgres.js',
        'storage/retention.js',
        'storage/retention-rules.js',
        'core/activity/settings-entries.js',
        'core/activity/terms.js',
      ].map((path) => import(ofDist(path))),
    );
  const database = await openPostgres({ url: databaseUrl, poolSize: 2, statementTimeout: 60_000 });
  const conditions = { visibilities: null, severities: null, eventKeys: null };
  await setPolicy(database, '*', { ...conditions, days }, commandLine);
  return {
    database,
    /** What indexes behind the writers has nothing to do, where it has not yet been there: its work is measured elsewhere. */
    pretendIndexed: async () =>
      await database.query({
        text: `INSERT INTO "TermIndex" ("id", "version", "seen") VALUES (1, ${termsVersion}, pg_current_snapshot()::text) ON CONFLICT DO NOTHING`,
        values: [],
      }),
    /** Deletes until it is stopped or nothing is due. @returns what stops it, and says how many were deleted */
    start: ({ asOf, rest, workspaceId } = {}) => {
      const ending = new AbortController();
      let deleted = 0;
      const running = readRetentionMoment(database)
        .then((moment) =>
          applyRetention(database, {
            ...moment,
            ...(asOf && { asOf }),
            ...(rest !== undefined && { rest }),
            workspaceId,
            by: commandLine,
            signal: ending.signal,
            onStep: (report) => {
              deleted = report.due;
            },
          }),
        )
        .catch((error) => {
          if (!ending.signal.aborted) throw error;
        });
      return {
        running,
        stop: async () => {
          ending.abort();
          await running;
          return deleted;
        },
      };
    },
    close: () => database.close(),
  };
}
