import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { markBroken } from './postgres-pool.ts';

/**
 * Gives `rows` to a COPY. `patience`: milliseconds after which it is given up without the server's word, and the connection
 * with it; undefined for never.
 * @throws what pg throws, also where it is given up
 */
export async function copyRows(
  client: pg.PoolClient,
  text: string,
  rows: Buffer<ArrayBuffer>,
  patience: number | undefined,
): Promise<void> {
  const copying = pipeline([rows], client.query(copyFrom(text)));
  if (patience === undefined) return await copying;
  // Ended with the connection where it is given up: asking the server to end it would be one more thing to wait for.
  copying.catch(() => undefined);
  const done = new AbortController();
  const late = delay(patience, true, { signal: done.signal }).catch(() => false);
  const isLate = await Promise.race([copying.then(() => false), late]).finally(() => done.abort());
  if (!isLate) return;
  const silence = new Error('Query read timeout');
  markBroken(client, silence);
  throw silence;
}
