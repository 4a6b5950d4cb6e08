import pg from 'pg';
import { expect } from 'vitest';
import { outOfOrder } from './commit-order.ts';
import type { Follower } from './followers.ts';
import type { Ledger } from './ledger.ts';
import type { Row } from './torture-writers.ts';

export interface StoredRow extends Row {
  context: string | null;
  actorUserId: string | null;
  transactionId: string;
}

/** What is committed in the end, in the order of the feed inside each transaction. */
export async function readTable(url: string): Promise<StoredRow[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'truth' });
  await client.connect();
  const { rows } = await client.query<StoredRow>(
    `SELECT "id", "workspaceId", "brandId", "visibility", "eventKey", "context", "actorUserId",
       "transactionId"::text AS "transactionId"
     FROM "ActivityLog" ORDER BY "ActivityLog"."transactionId", "sequence"`,
  );
  await client.end();
  return rows;
}

/** How many entries came before one that stands before them in the same transaction. */
function outOfSequence(received: readonly string[], rows: readonly StoredRow[]): number {
  const places = new Map(rows.map(({ id, transactionId }, place) => [id, { transactionId, place }]));
  const latest = new Map<string, number>();
  let wrong = 0;
  for (const id of received) {
    const { transactionId = '', place = -1 } = places.get(id) ?? {};
    if (place < (latest.get(transactionId) ?? -1)) wrong += 1;
    latest.set(transactionId, place);
  }
  return wrong;
}

/** Fails unless the follower received what its reader may see of the table: each entry once, whole, in an order that respects commits. */
export function expectExactlyOnce(
  { name, reader, received }: Follower,
  rows: readonly StoredRow[],
  ledger: Ledger,
): void {
  const mine = rows.filter((row) => row.workspaceId === 'torture' && reader.sees(row));
  const ids = received.map(({ databaseId }) => databaseId);
  const had = new Set(ids);
  const isClient = reader.grant.role === 'client';
  expect(ids.length - had.size, `${name}: doubled`).toBe(0);
  expect(mine.filter(({ id }) => !had.has(id)).length, `${name}: missed`).toBe(0);
  expect(ids.length, `${name}: more than there is`).toBe(mine.length);
  expect(outOfOrder(ids, ledger.transactions), `${name}: out of the order of commits`).toBe(0);
  expect(outOfSequence(ids, rows), `${name}: out of the order inside a transaction`).toBe(0);
  const byId = new Map(mine.map((row) => [row.id, row]));
  const wrong = received.filter(({ databaseId, ...shown }) => {
    const { brandId, visibility, eventKey, context, actorUserId } = byId.get(databaseId) as StoredRow;
    const hidden = { context: null, actorUserId: null };
    const due = { brandId, visibility, eventKey, ...(isClient ? hidden : { context, actorUserId }) };
    return JSON.stringify(Object.entries(due).sort()) !== JSON.stringify(Object.entries(shown).sort());
  });
  expect(wrong, `${name}: entries that are not as its reader may see them`).toEqual([]);
}
