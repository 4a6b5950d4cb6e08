import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** The migrated database that every test's own is a copy of. */
export const templateDatabase = 'activity_log_template';

/** `url` with another database. */
export function databaseAt(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

export interface TestDatabase {
  readonly url: string;
  /** Throws, naming them by application_name, where connections to it were left open; it is dropped all the same. */
  drop(): Promise<void>;
}

/** Makes a database of its own on the server at `url`: a copy of the migrated template, or an empty one. */
export async function createDatabaseOn(url: string, template = templateDatabase): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await onServer(url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    url: databaseAt(url, name),
    drop: async () => {
      const left = await onServer(url, async (client) => {
        const found = await connectionsLeft(client, name);
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
        return found;
      });
      if (left.length > 0) throw new Error(`Connections to the test database were left open: ${left.join(', ')}`);
    },
  };
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'test harness' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The server's processes outlive their closed connections by a moment: they have 2 s to go. */
async function connectionsLeft(client: pg.Client, database: string): Promise<string[]> {
  const deadline = Date.now() + 2_000;
  for (;;) {
    const { rows } = await client.query<{ name: string }>(
      `SELECT coalesce(nullif(application_name, ''), 'unnamed') || ' (' || state || ')' AS name
       FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map((row) => row.name);
    await delay(20);
  }
}
