import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { ActivityLogError } from '../errors.ts';

const unfinished = 'pglite.new-';

/**
 * What the child process runs, with PGlite's path and the directory (or nothing) as its arguments. With a directory the
 * files are made right there, without the copy through memory that PGlite makes; without one they go to standard output
 * as a tar archive. A string, because a process of its own needs JavaScript also where this file is still TypeScript.
 */
const program = `
const [, path, directory] = process.argv;
const { PGlite, MemoryFS } = require(path);
class DirectoryFS extends MemoryFS {
  async init(pg, options) {
    this.pg = pg;
    const mount = (module) => {
      module.FS.mkdirTree(PGlite.paths.PGDATA);
      module.FS.mount(module.NODEFS, { root: directory }, PGlite.paths.PGDATA);
    };
    return { emscriptenOpts: { ...options, preRun: [...(options.preRun ?? []), mount] } };
  }
}
(async () => {
  const fs = directory === undefined ? new MemoryFS() : new DirectoryFS();
  const pg = await PGlite.create({ fs, initDbStartParams: ['--set', 'shared_buffers=16MB', '--set', 'max_connections=20'] });
  if (directory === undefined) process.stdout.write(Buffer.from(await (await pg.dumpDataDir('none')).arrayBuffer()));
  await pg.close();
})();
`;

/**
 * Makes the database's files in `<dataDir>/pglite` where there are none, and returns that path. The caller holds the
 * directory's lock. Takes some 3 s the first time. The files appear under their name in one step, when they are whole:
 * a process killed meanwhile leaves nothing that the next one would stumble over.
 * @throws ActivityLogError UNAVAILABLE where that does not work
 */
export async function ensurePgliteFiles(dataDir: string): Promise<string> {
  const directory = join(dataDir, 'pglite');
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(unfinished)) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  if (existsSync(join(directory, 'PG_VERSION'))) return directory;
  // In a name of its own each time: the child of a process that was killed may still be writing into the last one.
  const fresh = mkdtempSync(join(dataDir, unfinished));
  try {
    await initialise(fresh);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Onto an empty directory. One with other files in it is not ours to replace.
    renameSync(fresh, directory);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (error instanceof ActivityLogError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new ActivityLogError(
      'UNAVAILABLE',
      `The embedded database cannot be made in ${directory}: ${said}. Empty that directory, or set ACTIVITY_DATA_DIR to another.`,
      { cause: error },
    );
  }
  return directory;
}

/** The files of a fresh database as a tar archive, for one that is kept in memory only. */
export async function freshPgliteFiles(): Promise<Blob> {
  return new Blob([new Uint8Array(await initialise())]);
}

/**
 * Runs initdb in a process of its own, which takes 400 MB of memory and gives them back when it ends. V8's simplest
 * compiler is enough for code that runs once, and takes the least memory.
 */
async function initialise(directory?: string): Promise<Buffer> {
  const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['--liftoff-only', '-e', program, pglite, ...(directory === undefined ? [] : [directory])],
    { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
  );
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  const [how, output, complaint] = await Promise.all([ended, buffer(child.stdout), text(child.stderr)]);
  if (how === 0) return output;
  const said =
    complaint
      .trim()
      .split('\n')
      .find((line) => /error/i.test(line)) ?? 'no reason given';
  throw new ActivityLogError(
    'UNAVAILABLE',
    `The embedded database cannot be initialised (initdb ended with ${how}): ${said}. Give the process more memory or disk, or set DATABASE_URL to use PostgreSQL.`,
  );
}
