// `activity-log import` as it is run: a process from its start to its end.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startProgram, temporaryDirectory } from '../support/children.mjs';
import { serverCore } from '../support/cores.mjs';
import { ofDist } from '../support/dist.mjs';

const reporter = fileURLToPath(new URL('report-on-exit.mjs', import.meta.url));

/** The workspace that all lines go to. */
const workspace = 'imported';

/**
 * Imports a file. @param target { databaseUrl } or, embedded, { dataDir }
 * @returns { seconds, cpu in µs, peak in bytes, written, duplicates }
 */
export async function runImport(file, { databaseUrl = '', dataDir = temporaryDirectory() }) {
  const report = join(temporaryDirectory(), 'report.json');
  const program = fileURLToPath(ofDist('cli/main.js'));
  const began = process.hrtime.bigint();
  const child = startProgram(
    serverCore,
    process.execPath,
    ['--import', reporter, program, 'import', file, '--workspace', workspace],
    {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        ACTIVITY_DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        BENCH_REPORT: report,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const counts = /written: (\d+), already there: (\d+), refused: 0/.exec(said);
  if (code !== 0 || counts === null) throw new Error(`The import of ${file} ended with ${code}: ${said}`);
  const [written, duplicates] = counts.slice(1).map(Number);
  return { seconds, written, duplicates, ...JSON.parse(readFileSync(report, 'utf8')) };
}
