// A database with the project's own table, and what the driver does with it between the measurements.
import pg from 'pg';
import { ofDist } from './dist.mjs';

/** A new database, migrated as the project does it. @returns its address */
export async function createMigrated(postgres) {
  const [{ connectDatabase }, { migrate }] = await Promise.all([
    import(ofDist('storage/connect.js')),
    import(ofDist('storage/migrate.js')),
  ]);
  const databaseUrl = await postgres.createDatabase();
  const database = await connectDatabase({ databaseUrl, dataDir: '', poolSize: 1, statementTimeout: 60_000 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  return databaseUrl;
}

export async function openClient(databaseUrl) {
  const client = new pg.Client(databaseUrl);
  // Where a section fails, the server ends before its clients do.
  client.on('error', () => {});
  await client.connect();
  return client;
}

export async function openDatabase(postgres) {
  const databaseUrl = await createMigrated(postgres);
  const client = await openClient(databaseUrl);
  return {
    url: databaseUrl,
    /** Empties the table and writes out what is dirty, so that every turn begins alike. */
    empty: async () => {
      await client.query('TRUNCATE "ActivityLog"');
      await client.query('CHECKPOINT');
    },
    /** @throws Error where it does not have just so many rows */
    expect: async (count) => {
      const { rows } = await client.query('SELECT count(*)::int AS count FROM "ActivityLog"');
      if (rows[0].count !== count) throw new Error(`The table has ${rows[0].count} rows, not ${count}.`);
    },
    query: async (text) => (await client.query(text)).rows,
    close: () => client.end(),
  };
}
