import type { AcceptedActivity, Activity, Written } from '../core/activity/activity.ts';
import type { ActivityWriter } from '../core/activity/activity-log.ts';
import { saysTheSame } from '../core/activity/same-entry.ts';
import { toCopyText } from './copy-text.ts';
import type { Database } from './database.ts';
import { isContention, isTaken, refusesRow } from './database-errors.ts';
import { entriesTable, valuesOf } from './entry-insert.ts';
import { LookUps } from './look-ups.ts';
import { findByKey, keyOf } from './write-entries.ts';

/** What became of one entry: like WriteResult, but the entry does not come back. */
export type LoadResult = Pick<Written, 'duplicate' | 'differs'> | { error: unknown };

/** Writes many entries at a time, for imports. */
export interface BulkLoader {
  /**
   * Gets ready to write entries, while others are being written: makes the text for COPY, or looks for their keys where
   * that seems worth it. What it returns is `load` for them.
   */
  prepare(entries: readonly AcceptedActivity[]): () => Promise<LoadResult[]>;
  /**
   * Writes entries in their order. One result each; entries whose key is there already are not written.
   * @throws where nothing, or it is not known what, was written
   */
  load(entries: readonly AcceptedActivity[]): Promise<LoadResult[]>;
}

type Found = ReadonlyMap<string, Activity>;

/** Entries with what COPY gets. */
interface Ready {
  entries: readonly AcceptedActivity[];
  /** For each one, itself, or that with the same key which comes first: that one is written. */
  firstOf: readonly AcceptedActivity[];
  text: Buffer<ArrayBuffer>;
}

const written: LoadResult = { duplicate: false, differs: false };
const nothing: Found = new Map();

/**
 * By COPY, the fastest way into either database, which can pass nothing over. So keys are looked for before: at once
 * where some were there lately, and otherwise only where COPY has found one of them taken, and has written nothing.
 * Where somebody writes a key in between, or the database refuses an entry, the entries go through the writer instead,
 * which can tell them apart.
 */
export function createBulkLoader(database: Database, writer: ActivityWriter): BulkLoader {
  const lookUps = new LookUps();

  async function copy(text: Buffer<ArrayBuffer>): Promise<'done' | 'taken' | 'refused'> {
    if (text.length === 0) return 'done';
    try {
      await database.copyIn(entriesTable, text);
    } catch (error) {
      if (isTaken(error)) return 'taken';
      if (!refusesRow(error) && !isContention(error)) throw error;
      return 'refused';
    }
    database.sendHint();
    return 'done';
  }

  const held = (entry: AcceptedActivity, against: AcceptedActivity): LoadResult => ({
    duplicate: true,
    differs: !saysTheSame(entry, against),
  });

  async function lookUp(entries: readonly AcceptedActivity[]): Promise<Found> {
    const found = await findByKey(database, entries);
    lookUps.looked(found.size > 0);
    return found;
  }

  /** Makes ready to write those that are not among the found ones: of entries with the same key the first one. */
  function makeReady(entries: readonly AcceptedActivity[], found: Found): Ready {
    /** By key: what is in the trail, or will be. */
    const firsts = new Map<string, AcceptedActivity>(found);
    const firstOf = entries.map((entry) => {
      if (entry.idempotencyKey === null) return entry;
      const key = keyOf(entry);
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, entry);
      return first ?? entry;
    });
    const text = toCopyText(entries.filter((entry, at) => firstOf[at] === entry).map(valuesOf));
    return { entries, firstOf, text };
  }

  /** Undefined where a key is taken nevertheless: nothing was written then. */
  async function write({ entries, firstOf, text }: Ready): Promise<LoadResult[] | undefined> {
    const outcome = await copy(text);
    if (outcome === 'taken') return undefined;
    if (outcome === 'refused') return await writer.write(entries);
    return entries.map((entry, at) => (firstOf[at] === entry ? written : held(entry, firstOf[at] as AcceptedActivity)));
  }

  async function load(
    entries: readonly AcceptedActivity[],
    { ready, lookingUp }: { ready?: Ready; lookingUp?: Promise<Found> },
  ): Promise<LoadResult[]> {
    if (ready !== undefined && !lookUps.areWorth) {
      const results = await write(ready);
      if (results !== undefined) return results;
      lookUps.missed();
    }
    const found = await (lookingUp ?? lookUp(entries));
    return (await write(makeReady(entries, found))) ?? (await writer.write(entries));
  }

  function prepare(entries: readonly AcceptedActivity[]): () => Promise<LoadResult[]> {
    if (!lookUps.areWorth) {
      const ready = makeReady(entries, nothing);
      return () => load(entries, { ready });
    }
    const lookingUp = lookUp(entries);
    lookingUp.catch(() => undefined);
    return () => load(entries, { lookingUp });
  }

  return { prepare, load: (entries) => prepare(entries)() };
}
