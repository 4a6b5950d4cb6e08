/** Subscribers that stop reading while tens of megabytes flow: nobody else notices, the service does not pay for them, and they lose nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { createTestDatabase } from '../support/databases.ts';
import { measurable, serverMemory } from '../support/server-memory.ts';
import { ServerProcess } from '../support/server-process.ts';
import { PausableSubscriber } from './pausable-subscriber.ts';

const mebibyte = 1024 * 1024;
/** About 24 MB for each subscriber: far more than the network holds between two sockets. */
const flow = { entries: 400, payload: 60_000, transaction: 20 };

/** A server process of its own over a database of its own. */
async function startService(env: Record<string, string>) {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const writer = new pg.Client({ connectionString: database.url, application_name: 'writer' });
  await writer.connect();
  onTestFinished(async () => await writer.end());
  const server = await ServerProcess.start({ DATABASE_URL: database.url, ...env });
  onTestFinished(async () => void (await server.stop()));
  const token = await server.token();
  const client = createActivityLogClient({ url: server.url, token });
  let written = 0;
  return {
    server,
    /** The ids of all that was written, in their order. */
    ids: () => Array.from({ length: written }, (_, number) => `e${number}`),
    /** Writes entries straight into the table, some in each transaction. */
    async write(entries: number, payload: number) {
      for (let left = entries; left > 0; left -= flow.transaction) {
        const count = Math.min(left, flow.transaction);
        await writer.query(
          `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "actorLabel", "payload")
           SELECT 'e' || number, 'w1', 'OTHER', 'e1', 'big.entry', 'SYSTEM', 'flow', json_build_object('text', repeat('x', $3::int))
           FROM generate_series($1::int, $1::int + $2::int - 1) AS number ORDER BY number`,
          [written, count, payload],
        );
        written += count;
      }
    },
    /** Subscribers from now on; `after` begins earlier. */
    async subscribe(count: number, after?: string) {
      const from = after ?? (await client.timeline({ workspaceId: 'w1', first: 0 })).liveCursor;
      const subscribers = Array.from(
        { length: count },
        () => new PausableSubscriber({ url: server.url, token, after: from }),
      );
      onTestFinished(async () => void (await Promise.all(subscribers.map((one) => one.end()))));
      return subscribers;
    },
  };
}

test('sockets that are not read cost less than 1 MB each, slow nobody, and get everything once they are read again', async () => {
  const service = await startService({ ...measurable, ACTIVITY_LIVE_STALL_MS: '60000' });
  const readers = await service.subscribe(2);
  await service.write(flow.entries, flow.payload);
  await Promise.all(readers.map((one) => one.until(flow.entries)));
  const without = await serverMemory(service.server);

  const stalled = await service.subscribe(6);
  await service.write(1, 1);
  await Promise.all(stalled.map((one) => one.until(1)));
  for (const one of stalled) one.pause();
  await service.write(flow.entries, flow.payload);
  await Promise.all(readers.map((one) => one.until(2 * flow.entries + 1)));
  // For a moment, so that each has read what it missed for a part, and stands in the middle of that again.
  for (const one of stalled) one.resume();
  await Promise.all(stalled.map((one) => one.until(one.received.length + 20)));
  for (const one of stalled) one.pause();
  await service.write(1, 1);
  await Promise.all(readers.map((one) => one.until(2 * flow.entries + 2)));
  const beside = await serverMemory(service.server);
  for (const one of readers) expect(one.received).toEqual(service.ids());
  for (const one of stalled) expect(one.received.length).toBeLessThan(flow.entries / 2);
  expect((beside.retained - without.retained) / stalled.length).toBeLessThan(mebibyte);

  for (const one of stalled) one.resume();
  await service.write(1, 1);
  await Promise.all(stalled.map((one) => one.until(flow.entries + 3)));
  for (const one of stalled) expect(one.received).toEqual(service.ids().slice(flow.entries));
}, 60_000);

test('a socket that stays unread is closed with 4420, and its cursor goes on behind what was read', async () => {
  const stallTimeout = 1_000;
  const service = await startService({ ACTIVITY_LIVE_STALL_MS: String(stallTimeout) });
  const [reader, stalled] = (await service.subscribe(2)) as [PausableSubscriber, PausableSubscriber];
  await service.write(1, 1);
  await stalled.until(1);
  stalled.pause();
  await service.write(flow.entries, flow.payload);
  await reader.until(flow.entries + 1);
  // The fault itself, not a wait for anything: it is not read for three times as long as it may be.
  await delay(3 * stallTimeout);
  stalled.resume();
  expect(await stalled.closed).toBe(4420);
  const early = stalled.received.length;
  expect(early).toBeLessThan(flow.entries);

  const [again] = (await service.subscribe(1, stalled.cursor)) as [PausableSubscriber];
  await service.write(1, 1);
  await again.until(flow.entries + 2 - early);
  expect([...stalled.received, ...again.received]).toEqual(service.ids());
  await reader.until(flow.entries + 2);
  expect(reader.received).toEqual(service.ids());
}, 60_000);
