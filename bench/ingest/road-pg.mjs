// pg by hand: a prepared INSERT of one row, over one connection or a pool of ten. It checks nothing.
import pg from 'pg';
import { columnNames, columns, rowOf } from '../support/rows.mjs';

const text = `INSERT INTO "ActivityLog" (${columnNames}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})
  RETURNING "id", "transactionId"::text, "sequence"::text`;

const writerOver = (target) => ({ write: (entry) => target.query({ name: 'insert', text, values: rowOf(entry) }) });

export async function openPool(connectionString) {
  return writerOver(new pg.Pool({ connectionString, max: 10 }));
}

export async function openOne(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return writerOver(client);
}
