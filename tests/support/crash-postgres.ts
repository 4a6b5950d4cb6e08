import pg from 'pg';
import type { PostgresServer } from './postgres-server.ts';

/**
 * SIGKILL to every process of the server at once, as when its machine's power goes: `kill()` ends the postmaster alone,
 * whose children go on until they notice, and may commit what they are at. `restart()` starts it again.
 */
export async function crashPostgres(server: PostgresServer): Promise<void> {
  const client = new pg.Client({ connectionString: server.url, application_name: 'crash' });
  // It is killed with the rest.
  client.on('error', () => undefined);
  await client.connect();
  const { rows: file } = await client.query<{ text: string }>(`SELECT pg_read_file('postmaster.pid') AS text`);
  const postmaster = Number.parseInt(file[0]?.text ?? '', 10);
  if (!(postmaster > 1)) throw new Error('postmaster.pid names no process');
  // Stopped, it has no more children, and does not answer the death of those it has.
  process.kill(postmaster, 'SIGSTOP');
  const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE pid IS NOT NULL');
  for (const { pid } of rows) process.kill(pid, 'SIGKILL');
  await server.kill();
  await client.end().catch(() => undefined);
}
