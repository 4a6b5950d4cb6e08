// Commits entries from the driver with the library, as any application does: a transaction, then a hint to the servers.
import { ofDist } from './dist.mjs';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** `commit(entries)` writes them in one transaction and resolves when it is committed. */
export async function openWriter(databaseUrl) {
  const [{ connectDatabase }, { createActivityWriter }, { ActivityLog }, { Metrics }] = await Promise.all([
    import(ofDist('storage/connect.js')),
    import(ofDist('storage/activity-writer.js')),
    import(ofDist('core/activity/activity-log.js')),
    import(ofDist('metrics.js')),
  ]);
  const database = await connectDatabase({ databaseUrl, dataDir: '', poolSize: 10, statementTimeout: 60_000 });
  const log = new ActivityLog({ writer: createActivityWriter(database), logger: silent, metrics: new Metrics() });
  return {
    commit: async (entries) => {
      for (const outcome of await log.logMany(entries)) if ('error' in outcome) throw outcome.error;
    },
    close: () => database.close(),
  };
}
