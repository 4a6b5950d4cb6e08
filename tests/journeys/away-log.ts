import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import {
  type ActivityInput,
  type ConfigureOptions,
  closeActivityLog,
  configureActivityLog,
} from '@/core/activity/activity-log.service';
import { Metrics } from '../../src/metrics.ts';
import { crashPostgres } from '../support/crash-postgres.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { readTrail } from '../support/trail.ts';

export const entry = (entityId: string, rest: Partial<ActivityInput> = {}): ActivityInput => ({
  workspaceId: 'w1',
  entityType: 'OTHER',
  entityId,
  eventKey: 'queue.step',
  actorType: 'SYSTEM',
  actorLabel: 'queue',
  ...rest,
});

/** For the test that runs. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'activity-log-queue-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The log of this process for the test that runs, over an empty database of its own on a server that can be killed. */
export async function useLog(server: PostgresServer, options: ConfigureOptions = {}) {
  const { url } = await createDatabaseOn(server.url, 'template1');
  const metrics = new Metrics();
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const dataDir = temporaryDirectory();
  const chosen = { databaseUrl: url, dataDir, logger, metrics, ...options };
  configureActivityLog(chosen);
  onTestFinished(async () => {
    await closeActivityLog();
    await server.restart();
  });
  return {
    url,
    dataDir,
    /** The database goes away, with all its processes: nothing is written from now on. `server.restart()` brings it back. */
    goAway: async () => await crashPostgres(server),
    /** Closes it: the next `logActivity` opens it anew, with other options where some are given. */
    reopen: async (other: ConfigureOptions = {}) => {
      await closeActivityLog();
      configureActivityLog({ ...chosen, ...other });
    },
    /** What was logged with these words. */
    logged: (words: string) =>
      lines.filter((line) => line.includes(words)).map((line) => JSON.parse(line) as Record<string, unknown>),
    /** The value of a metric, by its name without the prefix. */
    metric: async (name: string) => {
      const found = (await metrics.registry.getMetricsAsJSON()).find((one) => one.name === `activity_log_${name}`);
      return found?.values.reduce((sum, { value }) => sum + value, 0);
    },
    /** The `entityId` of every entry that is committed, in the order of the feed. */
    trail: async () => (await readTrail(url)).map(({ key }) => key),
    /** Runs SQL as the superuser. */
    run: async (sql: string) => {
      const client = new pg.Client({ connectionString: url, application_name: 'queue test' });
      await client.connect();
      await client.query(sql);
      await client.end();
    },
  };
}
