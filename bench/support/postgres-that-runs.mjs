// A PostgreSQL on this machine that somebody else has started, with the same abilities as one of our own.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { countAsOurs, processorTimeOfTree } from './machine.mjs';

/** The first process of the server: each connection has one under it. */
function serverOf(backend) {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${backend}/status`, 'latin1'))[1]);
  } catch {
    throw new Error('The PostgreSQL that is named does not run on this machine, so its processor time is not known.');
  }
}

/** @param url of one of its databases, with a user who may make others */
export async function joinPostgres(url) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS "pid"');
  const server = serverOf(rows[0].pid);
  countAsOurs(server);
  const made = new Set();
  const urlOf = (name) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const drop = async (name) => {
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    made.delete(name);
  };
  return {
    query: (text) => client.query(text),
    processorTime: () => processorTimeOfTree(server),
    createDatabase: async () => {
      // Named after this process: others may be at work in the same server.
      const name = `bench_${process.pid}_${made.size + 1}`;
      await client.query(`CREATE DATABASE ${name}`);
      made.add(name);
      return urlOf(name);
    },
    dropDatabase: (databaseUrl) => drop(new URL(databaseUrl).pathname.slice(1)),
    /** Takes away the databases that were made since; the server goes on. */
    stop: async () => {
      for (const name of made) await drop(name);
      await client.end();
    },
  };
}
