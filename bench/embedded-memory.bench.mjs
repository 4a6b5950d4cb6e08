// How much memory does the embedded database take, beside PGlite as it comes? Each figure is a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const rounds = 3;
const rows = 100_000;

const openers = {
  'ours (with Prisma, migrated)': async (directory) => {
    const { connectDatabase } = await import('../dist/storage/connect.js');
    const { migrate } = await import('../dist/storage/migrate.js');
    const { createActivityWriter } = await import('../dist/storage/activity-writer.js');
    const { acceptEntry } = await import('../dist/core/activity/entry-schema.js');
    const database = await connectDatabase({ dataDir: directory, poolSize: 1, statementTimeout: 10_000 });
    await migrate(database);
    const writer = createActivityWriter(database);
    const entry = (number) =>
      acceptEntry({
        workspaceId: 'w1',
        entityType: 'CONTENT',
        entityId: `c${number}`,
        eventKey: 'content.created',
        message: `Content ${number} created`,
        actorType: 'WORKER',
        actorLabel: 'bench',
        payload: { number },
      });
    return {
      load: (from, count) => writer.write(Array.from({ length: count }, (_, index) => entry(from + index))),
      close: () => database.close(),
    };
  },
  'PGlite as it comes (one plain table)': async (directory) => {
    const { PGlite } = await import('@electric-sql/pglite');
    const database = await PGlite.create(directory);
    await database.exec(
      'CREATE TABLE IF NOT EXISTS entry (id text PRIMARY KEY, "at" timestamp DEFAULT now(), message text, payload json)',
    );
    return {
      load: (from, count) =>
        database.query(
          'INSERT INTO entry (id, message, payload) SELECT $1 || n, $2, $3 FROM generate_series(1, $4::int) n',
          [`${from}-`, 'Content created', '{"number":1}', count],
        ),
      close: () => database.close(),
    };
  },
};

async function measure(opener, directory, count) {
  const database = await openers[opener](directory);
  for (let done = 0; done < count; done += 1000) await database.load(done, 1000);
  const { rss } = process.memoryUsage();
  const peak = process.resourceUsage().maxRSS / 1024;
  await database.close();
  process.stdout.write(JSON.stringify({ rss: rss / 1024 / 1024, peak }));
}

function inChild(opener, directory, count) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [self, opener, directory, String(count)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const shown = (samples) =>
  `${Math.round(median(samples.map((s) => s.rss)))} (${Math.round(median(samples.map((s) => s.peak)))})`;

export async function run() {
  const samples = Object.fromEntries(Object.keys(openers).map((name) => [name, { first: [], again: [], loaded: [] }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(openers)) {
      const directory = mkdtempSync(join(tmpdir(), 'activity-log-bench-'));
      samples[name].first.push(inChild(name, directory, 0));
      samples[name].again.push(inChild(name, directory, 0));
      samples[name].loaded.push(inChild(name, directory, rows));
      rmSync(directory, { recursive: true });
    }
  }
  process.stdout.write(`Resident memory in MB (peak), medians of ${rounds} rounds, Node ${process.version}\n\n`);
  process.stdout.write(
    `| | first start | opened again | after ${rows.toLocaleString('en')} rows |\n|---|---|---|---|\n`,
  );
  for (const [name, { first, again, loaded }] of Object.entries(samples)) {
    process.stdout.write(`| ${name} | ${shown(first)} | ${shown(again)} | ${shown(loaded)} |\n`);
  }
}

if (process.argv[1] === self) await measure(process.argv[2], process.argv[3], Number(process.argv[4]));
