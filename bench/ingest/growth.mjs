// Section growth: does it write as fast into a large table as into an empty one?

import { costOf } from '../support/cost.mjs';
import { watchOthers } from '../support/machine.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { grid, say, shown } from '../support/table.mjs';
import { batchSize, settings, warmUpFirst } from './settings.mjs';
import { openWriterStand } from './writer-stands.mjs';

/** Of a server that was set up for its work. */
const tuned = ['shared_buffers=4GB', 'max_wal_size=8GB', 'checkpoint_timeout=15min'];
const writers = 2;
const atLeast = 0.8;
const gigabyte = 1024 ** 3;

export async function growth() {
  const { growthRows, growthDefaults } = settings;
  say(
    growthDefaults
      ? 'PostgreSQL with its own settings.'
      : `PostgreSQL with ${tuned.join(', ')}; the figures with its own settings: BENCH_GROWTH_DEFAULTS=1`,
  );
  // A server of its own, for its settings; and its gigabytes go with it.
  const postgres = await startPostgres({ settings: growthDefaults ? [] : tuned });
  const stand = await openWriterStand(postgres, 'bulk');
  const write = (first, count) =>
    costOf({ postgres, pid: stand.pid }, () =>
      stand.ask('writeMany', { writers, first, count, batch: batchSize, skewed: true }),
    );
  const step = Math.min(1_000_000, Math.ceil(growthRows / 10));
  await write(warmUpFirst, Math.min(50_000, step));
  await stand.database.empty();
  const rates = [];
  const lines = [];
  for (let first = 0; first < growthRows; first += step) {
    const shareOfOthers = watchOthers();
    const count = Math.min(step, growthRows - first);
    const { perSecond, cpu, databaseCpu } = await write(first, count);
    const [{ bytes }] = await stand.database.query(`SELECT pg_total_relation_size('"ActivityLog"')::float8 AS bytes`);
    rates.push(perSecond);
    const others = `${Math.round(shareOfOthers() * 100)} %`;
    lines.push([shown(first + count), ...[perSecond, cpu, databaseCpu, bytes / gigabyte].map(shown), others]);
  }
  await stand.database.expect(growthRows);
  await stand.stop();
  await postgres.stop();

  grid(
    `logMany of ${shown(batchSize)} entries by ${writers} writers, as the table grows`,
    ['rows', 'rows a second', 'CPU µs of the writer', 'CPU µs of PostgreSQL', 'GB with indexes', 'others'],
    lines,
  );
  const ratio = rates.at(-1) / rates[0];
  grid(
    'The last step to the first',
    ['ratio', 'threshold', 'met'],
    [[ratio.toFixed(2), `≥ ${atLeast}`, ratio >= atLeast ? 'yes' : 'NO']],
  );
}
