// Section month: a month of days, each of which brings as many entries as it takes away. Does the table grow?
import { setTimeout as delay } from 'node:timers/promises';
import { createMigrated, openClient } from '../support/database.mjs';
import { size } from '../support/settings.mjs';
import { grid, say, shown } from '../support/table.mjs';
import { openRetention } from './deleting.mjs';

const entriesOfDay = size('BENCH_ENTRIES_OF_DAY', 100_000);
const days = 30;
const keptDays = 7;
const day = 86_400_000;

const insert = `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "message", "actorType", "actorLabel",
    "payload", "createdAt")
  SELECT 'd' || $1::int || '-' || n, 'workspace-' || n % 100, 'CONTENT', 'content-' || n, 'content.updated', repeat('word ', 20), 'WORKER',
    'Worker', json_build_object('n', n, 'text', repeat('x', 100)), $2::timestamp(3) + n * interval '1 ms'
  FROM generate_series(1, $3::int) AS n`;
const sizes = `SELECT pg_table_size('"ActivityLog"')::float8 / 1048576 AS table, pg_indexes_size('"ActivityLog"')::float8 / 1048576 AS indexes,
  (SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'ActivityLog')::float8 AS dead`;
const vacuums = `SELECT coalesce(sum(autovacuum_count), 0)::int AS n FROM pg_stat_user_tables WHERE relname = 'ActivityLog'`;

/** A day passes in seconds here: autovacuum gets its turn before the next one, as it would within a day. */
async function untilVacuumed(client, before) {
  for (const began = Date.now(); Date.now() - began < 60_000; ) {
    if ((await client.query(vacuums)).rows[0].n > before) return;
    await delay(250);
  }
  say('autovacuum did not come within a minute');
}

export async function month({ postgres }) {
  await postgres.query(`ALTER SYSTEM SET autovacuum_naptime = '5s'`);
  await postgres.query('SELECT pg_reload_conf()');
  const url = await createMigrated(postgres);
  const client = await openClient(url);
  const retention = await openRetention(url, keptDays);
  const start = Date.UTC(2026, 0, 1);
  const lines = [];
  for (let at = 1; at <= days; at += 1) {
    await client.query(insert, [at, new Date(start + at * day), entriesOfDay]);
    const before = (await client.query(vacuums)).rows[0].n;
    const work = retention.start({ asOf: new Date(start + (at + 1) * day), rest: 0 });
    await work.running;
    const deleted = await work.stop();
    if (deleted > 0) await untilVacuumed(client, before);
    const { table, indexes } = (await client.query(sizes)).rows[0];
    if (at === 1 || at % 5 === 0 || at === keptDays + 1) lines.push([at, shown(deleted), shown(table), shown(indexes)]);
  }
  grid(
    `${shown(entriesOfDay)} entries a day, kept for ${keptDays} days`,
    ['day', 'deleted', 'table MB', 'indexes MB'],
    lines,
  );
  await retention.close();
  await client.end();
}
