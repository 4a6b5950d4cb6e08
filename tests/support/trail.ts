import sql from 'sql-template-tag';
import { expect } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import type { ApplicationProcess } from './application-process.ts';

export interface TrailEntry {
  id: string;
  /** Its `entityId`, which the tests that read a trail make unique. */
  key: string;
  /** Its `createdAt`, in milliseconds. */
  at: number;
}

/** All that is committed, in the order of the feed. */
async function readAll(database: Database): Promise<TrailEntry[]> {
  try {
    return await database.query<TrailEntry>(
      sql`SELECT "id", "entityId" AS key, (extract(epoch FROM "createdAt") * 1000)::float8 AS at
        FROM "ActivityLog" ORDER BY "transactionId", "sequence"`,
    );
  } finally {
    await database.close();
  }
}

/** The trail in a PostgreSQL database, in the order of the feed. */
export const readTrail = async (url: string): Promise<TrailEntry[]> =>
  await readAll(await openPostgres({ url, applicationName: 'trail' }));

/** The trail of the embedded database, which no process holds. */
export const readEmbeddedTrail = async (dataDir: string): Promise<TrailEntry[]> =>
  await readAll(await openPglite({ dataDir }));

function doubled(entries: readonly TrailEntry[]): string[] {
  const seen = new Set<string>();
  return entries.flatMap(({ key }) => (seen.size === seen.add(key).size ? [key] : []));
}

/** Keys are `name/caller/number`. */
function byCaller(keys: readonly string[]): Map<string, string[]> {
  const callers = new Map<string, string[]>();
  for (const key of keys) {
    const caller = key.slice(0, key.lastIndexOf('/'));
    const own = callers.get(caller) ?? [];
    if (own.push(key) === 1) callers.set(caller, own);
  }
  return callers;
}

/**
 * Fails unless the trail has each entry once that the application was told is written, under the id that it was told,
 * and no other one of its entries twice.
 */
export function expectWritten(trail: readonly TrailEntry[], { called, written }: ApplicationProcess): void {
  const mine = trail.filter(({ key }) => called.has(key));
  const there = new Set(mine.map(({ key }) => key));
  expect(
    [...written.keys()].filter((key) => !there.has(key)),
    'written and lost',
  ).toEqual([]);
  expect(doubled(mine), 'doubled').toEqual([]);
  expect(
    mine.filter(({ key, id }) => written.has(key) && written.get(key) !== id),
    'under another id than the caller was told',
  ).toEqual([]);
}

/**
 * Fails unless, moreover, the entries are there that the application was told are kept, each has the time of its call,
 * and each caller's are in the order of its calls. Calls that were not answered may be missing.
 */
export function expectOnceAndInOrder(trail: readonly TrailEntry[], application: ApplicationProcess): void {
  expectWritten(trail, application);
  const { called, kept } = application;
  const mine = trail.filter(({ key }) => called.has(key));
  const there = new Set(mine.map(({ key }) => key));
  expect(
    [...kept].filter((key) => !there.has(key)),
    'kept and lost',
  ).toEqual([]);
  const isOfItsCall = ({ key, at: createdAt }: TrailEntry) => {
    const { at = 0, answered = Number.POSITIVE_INFINITY } = called.get(key) ?? {};
    return createdAt >= at && createdAt <= answered;
  };
  expect(
    mine.filter((entry) => !isOfItsCall(entry)),
    'with another time than that of the call',
  ).toEqual([]);
  const inTrail = byCaller(mine.map(({ key }) => key));
  const inCalls = byCaller([...called.keys()].filter((key) => there.has(key)));
  for (const [caller, keys] of inCalls)
    expect(inTrail.get(caller), `the order of the calls of ${caller}`).toEqual(keys);
}
