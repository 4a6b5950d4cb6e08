/** What becomes of entries that wait for PostgreSQL where the queue itself comes to its bounds: room, disk, time, refusals. */
import { once } from 'node:events';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { closeActivityLog, flushActivityLog, logActivity } from '@/core/activity/activity-log.service';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { entry, temporaryDirectory, useLog } from './away-log.ts';

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `e${from + at}`);

describe('the queue of logActivity', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(async () => await server.stop());

  /** Logs entries one after the other. @returns whether each was answered with the entry itself */
  async function logAll(keys: readonly string[]): Promise<boolean[]> {
    const answers: boolean[] = [];
    for (const key of keys) answers.push((await logActivity(entry(key)))?.entityId === key);
    return answers;
  }

  it.each(['files', 'memory'])(
    'keeps what there is room for (%s), says once which setting was too small, and takes entries again afterwards',
    async (place) => {
      const log = await useLog(server, { spoolBytes: 20_000, ...(place === 'memory' && { spoolDir: 'off' }) });
      expect(await logAll(['e0'])).toEqual([true]);
      await log.goAway();
      let count = 1;
      while ((await log.metric('spool_refused_total')) !== 8) {
        expect(await logAll([`e${count}`])).toEqual([false]);
        count += 1;
        expect(count).toBeLessThan(200);
      }
      const kept = (await log.metric('spool_kept_total')) as number;
      expect(kept).toBe(count - 1 - 8);
      // About 350 bytes each.
      expect(kept).toBeGreaterThan(40);
      expect(await log.metric('spool_entries')).toBe(kept);
      expect(log.logged('ACTIVITY_SPOOL_BYTES')).toEqual([
        expect.objectContaining({ level: 50, lost: 1, msg: expect.stringContaining('lost') }),
      ]);

      await server.restart();
      // Until the server takes connections, which it may refuse for a moment after its start.
      await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
      expect(await logAll(['again'])).toEqual([true]);
      expect(await log.trail()).toEqual([...numbered(0, kept + 1), 'again']);
      expect(await log.metric('spool_entries')).toBe(0);
      expect(await log.metric('spool_delivered_total')).toBe(kept);

      // The next outage finds room again.
      await log.goAway();
      expect(await logAll(['later'])).toEqual([false]);
      await server.restart();
      // Until the server takes connections, which it may refuse for a moment after its start.
      await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
      expect((await log.trail()).at(-1)).toBe('later');
      expect(await log.metric('spool_refused_total')).toBe(8);
    },
  );

  it('has in memory as much room as ACTIVITY_SPOOL_BYTES says', async () => {
    const log = await useLog(server, { spoolDir: 'off', spoolBytes: 64 * 1024 * 1024 });
    await logAll(['e0']);
    await log.goAway();
    await logAll(numbered(1, 10_500));
    expect(await log.metric('spool_refused_total')).toBe(0);
    await server.restart();
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.trail()).toEqual(numbered(0, 10_500));
  });

  const unusable: Record<string, (root: string) => string> = {
    'a file is in its place': (root) => {
      writeFileSync(join(root, 'spool'), '');
      return join(root, 'spool');
    },
    'a file is above it': (root) => {
      writeFileSync(join(root, 'file'), '');
      return join(root, 'file', 'spool');
    },
    'it cannot be made': (root) => {
      symlinkSync(join(root, 'a disk that is not mounted', 'spool'), join(root, 'spool'));
      return join(root, 'spool');
    },
  };

  it.each(Object.keys(unusable))('keeps entries in memory where %s, and warns once', async (what) => {
    const spoolDir = unusable[what]?.(temporaryDirectory()) as string;
    const log = await useLog(server, { spoolDir });
    await logAll(['e0']);
    await log.goAway();
    await logAll(numbered(1, 20));
    await server.restart();
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.trail()).toEqual(numbered(0, 20));
    expect(log.logged('only in memory')).toEqual([
      expect.objectContaining({ level: 40, msg: expect.stringContaining('ACTIVITY_SPOOL_DIR') }),
    ]);
    expect(await log.metric('spool_refused_total')).toBe(0);
  });

  it('leaves nothing on the disk where it is off', async () => {
    const log = await useLog(server, { spoolDir: 'off' });
    await logAll(['e0']);
    await log.goAway();
    await logAll(numbered(1, 20));
    expect(readdirSync(log.dataDir)).toEqual([]);
    expect(log.logged('the database is away')).toEqual([expect.objectContaining({ place: 'memory' })]);
    await server.restart();
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.trail()).toEqual(numbered(0, 20));
    expect(log.logged('only in memory')).toEqual([]);
  });

  it('counts what is kept, what waits and what is delivered, and tells of one outage once', async () => {
    const log = await useLog(server);
    await logAll(numbered(0, 10));
    expect(await log.metric('spool_kept_total')).toBe(0);
    await log.goAway();
    await Promise.all(numbered(10, 40).map((key) => logActivity(entry(key))));
    expect(await log.metric('spool_kept_total')).toBe(30);
    expect(await log.metric('spool_entries')).toBe(30);
    expect(await log.metric('spool_delivered_total')).toBe(0);
    await expect(flushActivityLog()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await server.restart();
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.metric('spool_delivered_total')).toBe(30);
    expect(await log.metric('spool_entries')).toBe(0);
    expect(await log.metric('entries_written_total')).toBe(10);
    expect(await log.trail()).toEqual(numbered(0, 40));
    expect(log.logged('the database is away')).toHaveLength(1);
    expect(log.logged('the database is back')).toEqual([expect.objectContaining({ delivered: 30 })]);
    // Whoever is not told of errors does not find them in the log either: nothing went wrong for good.
    expect(await log.metric('log_errors_swallowed_total')).toBe(0);
  });

  it('keeps nothing for callers who want to know, nor what is refused', async () => {
    const log = await useLog(server);
    await logAll(['e0']);
    await log.goAway();
    const insist = (key: string) => logActivity(entry(key), { swallowErrors: false });
    await expect(insist('not written')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await logAll(['e1'])).toEqual([false]);
    // Now behind one that waits.
    await expect(insist('not written either')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await logActivity(entry('bad', { eventKey: 'No Key' }))).toBeNull();
    await expect(logActivity(entry('bad', { eventKey: 'No Key' }), { swallowErrors: false })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'eventKey',
    });
    expect(await log.metric('spool_kept_total')).toBe(1);

    await server.restart();
    expect(await insist('e2')).toMatchObject({ entityId: 'e2' });
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.trail()).toEqual(['e0', 'e1', 'e2']);
  });

  /** closeActivityLog(), and how it ended: within its 5 s and a little more, or not. */
  async function close(): Promise<string> {
    const closing = closeActivityLog().then(
      () => 'closed',
      (error: Error) => `thrown: ${error.message}`,
    );
    return await Promise.race([closing, delay(8_000, 'still open', { ref: false })]);
  }

  it('is closed at once while the database is away, says how many are left, and goes on with them when it is opened again', async () => {
    const log = await useLog(server);
    await logAll(['e0']);
    await log.goAway();
    await logAll(numbered(1, 8));
    expect(await close()).toBe('closed');
    expect(log.logged('the log is closed while entries wait')).toEqual([expect.objectContaining({ kept: 7 })]);
    await server.restart();
    expect(await log.trail()).toEqual(['e0']);
    await logAll(['e8']);
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.trail()).toEqual(numbered(0, 9));
  });

  it.each([0, 1])('finishes what is under way when it is closed, after %i entries before', async (count) => {
    const log = await useLog(server);
    expect(await logAll(numbered(0, count))).toEqual(numbered(0, count).map(() => true));
    const answer = logActivity(entry(`e${count}`));
    expect(await close()).toBe('closed');
    expect(await answer).toMatchObject({ entityId: `e${count}` });
    expect(await log.trail()).toEqual(numbered(0, count + 1));
  });

  it('is closed within its time where the database takes a connection and says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const url = `postgresql://postgres@127.0.0.1:${(silent.address() as AddressInfo).port}/silent`;
    const log = await useLog(server, { databaseUrl: url });
    expect(await logAll(['e0'])).toEqual([false]);
    expect(await close()).toBe('closed');
    expect(log.logged('the log is closed while entries wait')).toEqual([expect.objectContaining({ kept: 1 })]);
  });

  it('is closed within its time while somebody else migrates the database', async () => {
    const log = await useLog(server);
    const migrating = new pg.Client({ connectionString: log.url, application_name: 'migrating' });
    await migrating.connect();
    onTestFinished(async () => await migrating.end());
    // What Prisma Migrate takes, and another instance of ours.
    await migrating.query('SELECT pg_advisory_lock(72707369)');
    const answer = logActivity(entry('e0'));
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
    await vi.waitFor(async () => expect((await migrating.query(waits)).rowCount).toBe(1), { interval: 20 });
    const closed = await close();
    await migrating.query('SELECT pg_advisory_unlock(72707369)');
    expect(closed).toBe('closed');
    expect(await answer).toBeNull();
    expect(await logAll(['e1'])).toEqual([false]);
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.trail()).toEqual(['e0', 'e1']);
  });

  it('is closed within its time where a statement is not answered', async () => {
    const log = await useLog(server);
    const proxy = await startFaultyProxy({ port: server.port, random: new SeededRandom(1) });
    onTestFinished(async () => await proxy.close());
    const throughProxy = new URL(log.url);
    throughProxy.port = String(proxy.port);
    await log.reopen({ databaseUrl: throughProxy.href });
    expect(await logAll(['e0'])).toEqual([true]);
    for (const connection of proxy.connections) connection.stall('toClient');
    const answer = logActivity(entry('e1'));
    await vi.waitFor(async () => expect(await log.trail()).toEqual(['e0', 'e1']), { timeout: 5_000, interval: 20 });
    expect(await close()).toBe('closed');
    expect(await answer).toBeNull();
    expect(log.logged('the log is closed while entries wait')).toEqual([expect.objectContaining({ kept: 1 })]);
  });
});
