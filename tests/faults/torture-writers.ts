import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** One committed transaction, as the writers saw it. */
export interface CommittedTransaction {
  ids: string[];
  /** Moments of one clock for all writers: before BEGIN was sent, after COMMIT had answered. */
  began: number;
  committed: number;
}

export interface Row {
  id: string;
  workspaceId: string;
  brandId: string | null;
  visibility: 'INTERNAL' | 'CLIENT' | 'SYSTEM';
  eventKey: string;
}

let clock = 0;

/** The next moment. */
export function tick(): number {
  clock += 1;
  return clock;
}

const chance = (share: number): boolean => Math.random() < share;
const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;

function randomRow(): Row {
  return {
    id: randomUUID(),
    workspaceId: chance(0.9) ? 'torture' : 'elsewhere',
    brandId: pick([null, 'b1', 'b2']),
    visibility: pick(['INTERNAL', 'CLIENT', 'SYSTEM']),
    eventKey: pick(['torture.step', 'torture.other', 'content.created']),
  };
}

async function insert(client: pg.Client, rows: Row[]): Promise<void> {
  await client.query(
    `INSERT INTO "ActivityLog" ("id", "workspaceId", "brandId", "entityType", "entityId", "eventKey", "context", "actorType", "actorUserId", "actorLabel", "visibility")
     SELECT id, "workspaceId", "brandId", 'OTHER', 'e1', "eventKey", 'context of ' || id, 'SYSTEM', 'user of ' || id, 'torture', visibility::"ActivityVisibility"
     FROM json_to_recordset($1::json) AS row(id text, "workspaceId" text, "brandId" text, "eventKey" text, visibility text)`,
    [JSON.stringify(rows)],
  );
}

/** Stays in the transaction for 0 to `most` milliseconds: what makes late commits with low ids. */
async function linger(client: pg.Client, most: number): Promise<void> {
  if (chance(0.6)) await client.query('SELECT pg_sleep($1)', [(Math.random() * most) / 1000]);
}

export interface TransactionOptions {
  /** The share of parts that have a few hundred entries, instead of a few. */
  bursts?: number;
  /** Called right before COMMIT is sent: from then on only the table tells whether it was committed. */
  committing?: (rows: Row[], began: number) => void;
}

/** One transaction of inserts, lingering, savepoints that are kept or rolled back; undefined where it was rolled back whole. */
export async function transact(
  client: pg.Client,
  { bursts = 0, committing }: TransactionOptions = {},
): Promise<{ rows: Row[]; transaction: CommittedTransaction } | undefined> {
  const began = tick();
  const rows: Row[] = [];
  await client.query('BEGIN');
  for (let part = 0; part < 1 + Math.floor(Math.random() * 3); part += 1) {
    const length = chance(bursts) ? 200 + Math.floor(Math.random() * 200) : 1 + Math.floor(Math.random() * 12);
    const some = Array.from({ length }, randomRow);
    const nested = chance(0.4);
    if (nested) await client.query('SAVEPOINT part');
    await insert(client, some);
    await linger(client, 15);
    if (nested && chance(0.4)) await client.query('ROLLBACK TO SAVEPOINT part');
    else rows.push(...some);
  }
  await linger(client, chance(0.02) ? 400 : 10);
  if (chance(0.15)) {
    await client.query('ROLLBACK');
    return undefined;
  }
  committing?.(rows, began);
  await client.query('COMMIT');
  return { rows, transaction: { ids: rows.map((row) => row.id), began, committed: tick() } };
}

/** Several writers straight into the table, until so many entries are committed in all. */
export async function writeLikeMad(url: string, writers: number, entries: number) {
  const committed = new Map<string, Row>();
  const transactions: CommittedTransaction[] = [];
  await Promise.all(
    Array.from({ length: writers }, async (_, number) => {
      const client = new pg.Client({ connectionString: url, application_name: `torture ${number}` });
      await client.connect();
      while (committed.size < entries) {
        const done = await transact(client);
        for (const row of done?.rows ?? []) committed.set(row.id, row);
        if (done !== undefined) transactions.push(done.transaction);
      }
      await client.end();
    }),
  );
  return { committed, transactions };
}

/** Writes one entry in a transaction of its own, behind everything. */
export async function writeSentinel(url: string, id: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await insert(client, [{ id, workspaceId: 'torture', brandId: 'b1', visibility: 'CLIENT', eventKey: 'torture.step' }]);
  await client.end();
}
