/** No space is left, for PostgreSQL, for what an application keeps, for the embedded database; then there is some again. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { ApplicationProcess } from '../support/application-process.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { ServerProcess } from '../support/server-process.ts';
import { mountSmallDisk, noSmallDisk } from '../support/small-disk.ts';
import { expectWritten, readEmbeddedTrail, readTrail } from '../support/trail.ts';
import { healthOf } from './health.ts';
import { spoolFiles, startOwnPostgres } from './own-postgres.ts';
import { expectNothingLost, SteadySubscriber } from './steady-subscriber.ts';
import { SteadyWriters } from './steady-writers.ts';

// A few seconds each, or the patience of a client; a busy machine takes several times as long.
vi.setConfig({ testTimeout: 90_000 });

const reason = noSmallDisk();

function useSmallDisk(megabytes: number) {
  const disk = mountSmallDisk(megabytes);
  onTestFinished(() => disk.remove());
  return disk;
}

const isNoSpace = ({ message }: Error) => message.includes('no space left on its disk');

test.skipIf(reason !== undefined)(
  `PostgreSQL has no space left: writes are refused clearly, reads go on, and all goes on when there is some (${reason ?? 'tmpfs'})`,
  async () => {
    const disk = useSmallDisk(160);
    const postgres = await startPostgresServer(['max_wal_size=64MB', 'min_wal_size=48MB'], disk.path);
    onTestFinished(async () => await postgres.stop());
    const { url } = await createDatabaseOn(postgres.url, 'template1');
    const server = await ServerProcess.start({ DATABASE_URL: url });
    onTestFinished(async () => void (await server.stop()));
    const token = await server.token();
    const subscriber = await SteadySubscriber.start(server.url, token);
    const writers = new SteadyWriters({ url: () => server.url, token, name: 'w' });
    await writers.more(50);

    disk.fill();
    await writers.until(() => writers.failures.some(isNoSpace));
    const failures = await writers.fail(20);
    expect(failures.filter((failure) => !isNoSpace(failure)).map(({ message }) => message)).toEqual([]);
    // What can be read is served.
    expect(await healthOf(server.url)).toEqual({ live: 200, ready: 200 });
    expect(await server.metric('activity_log_entries_unwritten_total')).toBeGreaterThanOrEqual(20);
    const told = server.stderr.split('\n').filter((line) => line.includes('entries cannot be written'));
    expect(told[0]).toContain('No space left on device');
    const before = writers.acknowledged.size;

    disk.free();
    await writers.more(50);
    await writers.stop();
    expect(before).toBeGreaterThanOrEqual(50);
    await expectNothingLost(url, [writers], [subscriber]);
    expect(subscriber.ends).toEqual([]);
  },
);

test.skipIf(reason !== undefined)(
  `an application that keeps entries has no space left: those that it kept are delivered, the others are told to be lost, and it keeps again when there is some (${reason ?? 'tmpfs'})`,
  async () => {
    const disk = useSmallDisk(8);
    const { postgres, url } = await startOwnPostgres();
    const env = { DATABASE_URL: url, ACTIVITY_SPOOL_DIR: `${disk.path}/spool` };
    const application = await ApplicationProcess.start({ name: 'app', callers: 4, pause: 2, env });
    const { called, written, kept } = application;
    const logging = application.log(1_000_000);
    await application.until(() => written.size >= 50);
    await postgres.kill();
    await application.until(() => kept.size >= 50);
    const before = new Set(kept);

    disk.fill();
    await application.until(() => application.logged('entries are lost').length > 0);
    expect(JSON.stringify(application.logged('entries are lost'))).toContain('ENOSPC');
    await expect(application.insist()).rejects.toThrow('UNAVAILABLE');

    disk.free();
    await application.ping();
    const during = new Set(called.keys());
    await application.until(() => kept.size + written.size >= during.size + 50);
    await postgres.restart();
    const since = written.size;
    await application.until(() => written.size >= since + 50);
    await application.stop();
    await logging;
    await application.flush();

    const trail = await readTrail(url);
    expectWritten(trail, application);
    const there = new Set(trail.map(({ key }) => key));
    const due = [...before, ...[...called.keys()].filter((key) => !during.has(key))];
    expect(due.filter((key) => !there.has(key))).toEqual([]);
    // Otherwise this would show nothing.
    expect(there.size).toBeLessThan(called.size);
    expect(spoolFiles(env)).toEqual([]);
  },
);

test.skipIf(reason !== undefined)(
  `the embedded database has no space left: writes are refused clearly, and all goes on when there is some (${reason ?? 'tmpfs'})`,
  async () => {
    const disk = useSmallDisk(160);
    const dataDir = `${disk.path}/data`;
    const server = await ServerProcess.start({ ACTIVITY_DATA_DIR: dataDir });
    let stopped = false;
    onTestFinished(async () => void (stopped || (await server.stop())));
    const token = await server.token();
    const subscriber = await SteadySubscriber.start(server.url, token);
    const writers = new SteadyWriters({ url: () => server.url, token, name: 'w' });
    await writers.more(50);

    disk.fill();
    await writers.until(() => writers.failures.some(isNoSpace));
    await writers.fail(20);
    expect(await healthOf(server.url)).toEqual({ live: 200, ready: 200 });

    disk.free();
    await writers.more(50);
    await writers.stop();
    const { acknowledged } = writers;
    await subscriber.until(() => subscriber.received.length >= acknowledged.size);
    expect(subscriber.received.toSorted()).toEqual([...acknowledged.keys()].sort());
    stopped = true;
    expect(await server.stop()).toBe(0);
    const trail = await readEmbeddedTrail(dataDir);
    expect(new Map(trail.map(({ key, id }) => [key, id]))).toEqual(acknowledged);
  },
);
