/** Who runs retention: one process at a time, whoever holds the lease in "RetentionWork". */
import { randomUUID } from 'node:crypto';
import sql, { raw } from 'sql-template-tag';
import type { Actor } from '../core/activity/settings-entries.ts';
import type { Logger } from '../log.ts';
import type { Database } from './database.ts';
import { applyRetention, type RetentionOptions, type RetentionReport, readRetentionMoment } from './retention.ts';
import { hasPolicies } from './retention-rules.ts';
import type { RetentionMoment } from './retention-walk.ts';

/** Seconds that a process which says nothing keeps the work, and after which it says something. */
const [lease, renewal] = [60, 10] as const;
/** Milliseconds between two looks whether it is time for a run, at most. */
const longestPause = 60_000;

const now = raw(`clock_timestamp() AT TIME ZONE 'UTC'`);

export interface RetentionRunOptions extends Partial<RetentionOptions> {
  by: Actor;
  /** Only where the last run ended more than so many seconds ago. Default: in any case. */
  every?: number;
}

/** What autovacuum does on PostgreSQL: the embedded database has none. */
async function reuseSpace(database: Database): Promise<void> {
  await database.query(sql`VACUUM "ActivityLog", "TermPage"`);
}

/** Another process has taken over. */
class LeaseLost extends Error {}

/** @returns what was deleted; undefined where another process is at it, or it is not yet time */
export async function runRetention(
  database: Database,
  { every = 0, ...options }: RetentionRunOptions,
): Promise<RetentionReport | undefined> {
  const me = randomUUID();
  await database.query(sql`INSERT INTO "RetentionWork" ("id") VALUES (1) ON CONFLICT ("id") DO NOTHING`);
  const taken = await database.query(
    sql`UPDATE "RetentionWork" SET "owner" = ${me}, "ownedUntil" = ${now} + ${lease} * interval '1 s' WHERE "id" = 1
      AND ("ownedUntil" IS NULL OR "ownedUntil" < ${now})
      AND ("doneAt" IS NULL OR "doneAt" <= ${now} - ${every} * interval '1 s') RETURNING 1`,
  );
  if (taken.length === 0) return undefined;
  let renewed = performance.now();
  const renew = async () => {
    if (performance.now() - renewed < renewal * 1_000) return;
    renewed = performance.now();
    const kept = await database.query(
      sql`UPDATE "RetentionWork" SET "ownedUntil" = ${now} + ${lease} * interval '1 s' WHERE "id" = 1 AND "owner" = ${me} RETURNING 1`,
    );
    if (kept.length === 0) throw new LeaseLost();
  };
  let isDone = false;
  try {
    const moment: RetentionMoment = { ...(await readRetentionMoment(database)), ...options };
    const report = await applyRetention(database, {
      ...options,
      ...moment,
      onStep: async (soFar) => {
        await renew();
        await options.onStep?.(soFar);
      },
    });
    if (report.due > 0 && database.kind === 'pglite') await reuseSpace(database);
    isDone = true;
    return report;
  } catch (error) {
    if (error instanceof LeaseLost) return undefined;
    throw error;
  } finally {
    await database
      .query(
        sql`UPDATE "RetentionWork" SET "owner" = NULL, "ownedUntil" = NULL, "doneAt" = CASE WHEN ${isDone} THEN ${now} ELSE "doneAt" END
          WHERE "id" = 1 AND "owner" = ${me}`,
      )
      // The lease ends by itself.
      .catch(() => undefined);
  }
}

export interface RetentionSchedule {
  /** Ends the step under way. May be called twice. */
  close(): Promise<void>;
}

export interface RetentionScheduleOptions {
  /** Seconds between the end of a run and the next one, whichever process does it. */
  every: number;
  by: Actor;
  logger: Logger;
  /** Gets what a run has deleted. */
  onRun?: ((report: RetentionReport) => void) | undefined;
}

/** Runs retention from time to time for as long as a service lives. A failure is logged, and it is tried again. */
export function scheduleRetention(database: Database, options: RetentionScheduleOptions): RetentionSchedule {
  const { every, by, logger, onRun } = options;
  const ending = new AbortController();
  const { signal } = ending;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const next = () => {
    if (signal.aborted) return;
    timer = setTimeout(
      () => {
        running = look();
      },
      Math.min(every * 1_000, longestPause),
    );
    timer.unref();
  };
  const look = async () => {
    try {
      if (await hasPolicies(database)) {
        const report = await runRetention(database, { every, by, signal });
        if (report !== undefined) onRun?.(report);
        if (report !== undefined && report.due > 0)
          logger.info({ deleted: report.due, held: report.held }, 'retention has deleted entries');
      }
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'retention failed and is tried again');
    }
    next();
  };
  running = look();
  return {
    close: async () => {
      ending.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
