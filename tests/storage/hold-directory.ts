import sql from 'sql-template-tag';
import { openPglite } from '../../src/storage/pglite.ts';

/**
 * A program for directory-lock.test.ts and pglite.test.ts: opens the directory, announces a URL, adds rows to a table
 * and says how many, then waits to be killed. Arguments: the directory, the number of rows.
 */
const [, , dataDir = '', rows = '0'] = process.argv;
const say = (text: string) => process.stdout.write(`${text}\n`);

try {
  const database = await openPglite({ dataDir });
  database.announce('http://localhost:4000');
  await database.query(sql`CREATE TABLE IF NOT EXISTS held (id int4)`);
  for (let id = 1; id <= Number(rows); id++) await database.query(sql`INSERT INTO held VALUES (${id})`);
  say(`holding ${rows}`);
  process.stdin.resume();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
