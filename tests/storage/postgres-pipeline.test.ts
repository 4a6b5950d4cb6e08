/** The one connection that entries are written by: what it promises of statements, and what becomes of them when it breaks. */
import { pino } from 'pino';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { signal } from '../support/signal.ts';
import { turn } from './commit-log.ts';
import { openSteps, untilDone, untilGone, untilHeld } from './steps-in-order.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const unavailable = { status: 'rejected', reason: { code: 'UNAVAILABLE' } };
const closed = { code: 'UNAVAILABLE', message: 'The database is closed. This server is stopping.' };

/** Those that are settled already, the first first. */
function settledOf(calls: readonly Promise<unknown>[]): number[] {
  const settled: number[] = [];
  for (const [at, call] of calls.entries()) {
    const note = () => void settled.push(at);
    call.then(note, note);
  }
  return settled;
}

/** Those of pg and of the pipeline; sockets keep theirs. */
function withFakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

describe('statements in order', () => {
  let server: Awaited<ReturnType<typeof openSteps>>;
  beforeAll(async () => {
    server = await openSteps();
  });
  afterAll(async () => await server.close());

  it('are run in the order of the calls, each in a transaction of its own, by one connection', async () => {
    const opened = await server.open();
    const held = await server.hold(1);
    // The first ones find no connection yet, and none of them opens one for itself.
    const calls = [opened.step(1, true, held.before), ...numbers(39).map((n) => opened.step(n + 1))];
    const [writer, ...others] = await untilHeld(opened);
    expect([others, await opened.done()]).toEqual([[], []]);
    await held.release();
    expect((await Promise.all(calls)).flat()).toEqual(numbers(40).map((n) => ({ n })));
    calls.length = 0;
    // And where each is called when the one before is answered, or when some are.
    for (const n of numbers(40)) {
      calls.push(opened.step(n + 40));
      if (n % 3 === 0) await calls.at(-1 - (n % 5));
    }
    await Promise.all(calls);
    const done = await opened.done();
    expect(done.map(({ n }) => n)).toEqual(numbers(80));
    expect([...new Set(done.map(({ pid }) => pid))]).toEqual([writer?.pid]);
    expect(new Set(done.map(({ xid }) => xid)).size).toBe(80);
  });

  it('are sent before those in front are answered', async () => {
    const { connection, ...opened } = await server.openThroughProxy();
    connection.stall('toClient');
    const calls = numbers(5).map((n) => opened.step(n));
    const settled = settledOf(calls);
    const done = await untilDone(opened, 6);
    expect([done.map(({ n }) => n), settled]).toEqual([[0, 1, 2, 3, 4, 5], []]);
    connection.goOn('toClient');
    await Promise.all(calls);
    expect(settled).toEqual([0, 1, 2, 3, 4]);
  });

  it('fail alone: those behind one that the database refuses are done, also where they are one prepared statement', async () => {
    const opened = await server.open();
    await opened.step(3);
    const writer = await opened.pid();
    const calls = [
      opened.step(1),
      // Repeated for the first time, and refused in its execution.
      opened.step(3, true),
      opened.step(4, true),
      opened.database.queryInOrder(sql`SELECT 1/0`),
      opened.database.queryInOrder(sql`SELECT nothing FROM nowhere`, { repeated: true }),
      opened.step(5),
      opened.step(6, true),
    ];
    expect(await Promise.allSettled(calls)).toMatchObject([
      { value: [{ n: 1 }] },
      { reason: { code: '23505' } },
      { value: [{ n: 4 }] },
      { reason: { code: '22012' } },
      { reason: { code: '42P01' } },
      { value: [{ n: 5 }] },
      { value: [{ n: 6 }] },
    ]);
    expect((await opened.done()).map(({ n }) => n)).toEqual([3, 1, 4, 5, 6]);
    expect(await opened.pid()).toBe(writer);
  });

  it('are stopped alone where they take too long, and have their time from when the server begins with them', async () => {
    const opened = await server.open({ statementTimeout: 800 });
    const held = await server.hold(1);
    // Together those behind take longer than one may.
    const slow = sql`pg_sleep(0.15)`;
    const calls = [opened.step(1, false, held.before), ...numbers(6).map((n) => opened.step(n + 1, n % 2 === 0, slow))];
    expect(await Promise.allSettled(calls)).toMatchObject([
      { reason: { code: 'LIMIT_EXCEEDED', message: expect.stringContaining('took longer than 800 ms') } },
      ...numbers(6).map((n) => ({ value: [{ n: n + 1 }] })),
    ]);
    const done = await opened.done();
    expect(done.map(({ n }) => n)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await opened.pid()).toBe(done[0]?.pid);
  });

  it('are UNAVAILABLE where the connection breaks, all that are under way; the very next one has a new connection', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const opened = await server.open({ logger });
    const before = await opened.pid();
    const held = await server.hold(1);
    const first = opened.step(1, false, held.before);
    // In the same breath in which the first one fails.
    const next = first.catch(async () => await opened.step(9));
    // Watched from the beginning: they may fail before the server has said that it ended the connection.
    const calls = Promise.allSettled([first, opened.step(2), opened.step(3)]);
    await untilHeld(opened);
    await server.terminate(before);
    expect(await calls).toMatchObject([unavailable, unavailable, unavailable]);
    expect(await next).toEqual([{ n: 9 }]);
    await held.release();
    await opened.step(10);
    const done = await opened.done();
    expect(done.map(({ n }) => n)).toEqual([9, 10]);
    expect(done.map(({ pid }) => pid === before)).toEqual([false, false]);
    expect((await opened.writers()).map(({ pid }) => pid)).toEqual([done[0]?.pid]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'the connection that entries are written by broke', reason: expect.stringContaining('terminating') },
    ]);
  });

  it('outlive a connection that breaks when it is idle: it is logged, without the password, and the next one opens another', async () => {
    const broke = signal();
    const lines: string[] = [];
    const write = (line: string) => {
      lines.push(line);
      broke.fire();
    };
    const opened = await server.open({ logger: pino({ level: 'info' }, { write }) });
    const before = await opened.pid();
    await server.terminate(before);
    await broke.fired;
    expect(await opened.pid()).not.toBe(before);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'the connection that entries are written by broke', reason: expect.stringContaining('terminating') },
    ]);
    // Only what pg says, not what it hangs onto its errors.
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([
      ['level', 'time', 'pid', 'hostname', 'reason', 'msg'],
    ]);
    expect(lines.join()).not.toContain(new URL(server.url).password);
  });

  it('are given up together where the server falls silent: 5 s after it should have stopped the first one', async () => {
    const { connection, ...opened } = await server.openThroughProxy({ statementTimeout: 2_000 });
    const before = await opened.pid();
    withFakeTimers();
    connection.stall('toClient');
    const calls = numbers(3).map((n) => opened.step(n));
    const settled = settledOf(calls);
    const next = calls[0]?.catch(async () => await opened.pid());
    // They have been sent long ago.
    await untilDone(opened, 4);
    vi.advanceTimersByTime(6_999);
    await turn();
    expect(settled).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await Promise.allSettled(calls)).toMatchObject([unavailable, unavailable, unavailable]);
    expect(await next).not.toBe(before);
  });

  it('are not given up for the time that those in front take', async () => {
    const opened = await server.open({ statementTimeout: 60_000 });
    const [one, two] = [await server.hold(1), await server.hold(2)];
    const before = await opened.pid();
    withFakeTimers();
    const calls = [opened.step(1, false, one.before), opened.step(2, false, two.before)];
    for (const [at, { release }] of [one, two].entries()) {
      await untilHeld(opened);
      vi.advanceTimersByTime(64_999);
      await release();
      expect(await calls[at]).toEqual([{ n: at + 1 }]);
    }
    expect(await opened.pid()).toBe(before);
  });

  it('are UNAVAILABLE where a server that is connected to says nothing for 5 s, and the next one tries anew', async () => {
    const opened = await server.open({ url: server.throughProxy });
    withFakeTimers();
    let calls: Promise<unknown>[] = [];
    const connection = await server.proxied(async () => {
      const before = server.proxy.connections.size;
      calls = numbers(2).map((n) => opened.step(n));
      while (server.proxy.connections.size === before) await turn();
    });
    connection.stall('toClient');
    const settled = settledOf(calls);
    // In the same breath in which they fail.
    const next = calls[0]?.catch(async () => await opened.step(3));
    vi.advanceTimersByTime(4_999);
    await turn();
    expect(settled).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await Promise.allSettled(calls)).toMatchObject([unavailable, unavailable]);
    expect(await next).toEqual([{ n: 3 }]);
    expect((await opened.done()).map(({ n }) => n)).toEqual([3]);
  });

  it('are answered before the database is closed, and refused from then on', async () => {
    const opened = await server.open();
    const pid = await opened.pid();
    const held = await server.hold(1);
    // For longer than a server has to take leave.
    const slow = sql`${held.before}, pg_sleep(1.2)`;
    const calls = [opened.step(1, false, slow), opened.step(2), opened.step(3, true)];
    const settled = settledOf([...calls, opened.database.close()]);
    await expect(opened.step(4)).rejects.toMatchObject(closed);
    await untilHeld(opened);
    expect(settled).toEqual([]);
    await held.release();
    await opened.database.close();
    expect(settled).toEqual([0, 1, 2, 3]);
    await expect(opened.step(5)).rejects.toMatchObject(closed);
    expect((await opened.done()).map(({ n }) => n)).toEqual([1, 2, 3]);
    await untilGone(opened, pid);
    expect(await opened.writers()).toEqual([]);
  });

  it('have a connection that has ended when the database is closed', async () => {
    const { connection, ...opened } = await server.openThroughProxy();
    connection.stall('toServer');
    const closing = opened.database.close();
    const settled = settledOf([closing]);
    expect([await opened.writers(), settled]).toMatchObject([[{ state: 'idle' }], []]);
    connection.goOn('toServer');
    await closing;
  });

  it('leave a database that can be closed where the server has gone without a word', { timeout: 10_000 }, async () => {
    const { connection, database } = await server.openThroughProxy();
    connection.stall('toServer');
    connection.stall('toClient');
    await database.close();
  });

  it('are prepared once where they are repeated, and go on without that where it does not last', async () => {
    const opened = await server.open();
    const prepared = async () =>
      await opened.database.queryInOrder<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM pg_prepared_statements`);
    // The second one is sent before the server has said that it knows the first one.
    const calls = [opened.step(1, true), opened.step(2, true), opened.step(3, true)];
    expect(await prepared()).toEqual([{ n: 1 }]);
    const lost = opened.database.queryInOrder(sql`DEALLOCATE ALL`);
    calls.push(opened.step(4, true), opened.step(5, true));
    await lost;
    expect((await Promise.all(calls)).flat()).toEqual(numbers(5).map((n) => ({ n })));
    // What is tried twice would come too late.
    await Promise.all([opened.step(6, true), opened.step(7, false), opened.step(8, true)]);
    expect((await opened.done()).map(({ n }) => n)).toEqual(numbers(8));
    expect(await prepared()).toEqual([{ n: 0 }]);
  });

  it('let their connection go 10 s after the last one, not earlier, and not while one is under way', async () => {
    const opened = await server.open({ statementTimeout: 60_000 });
    const held = await server.hold(1);
    withFakeTimers();
    const before = await opened.pid();
    vi.advanceTimersByTime(9_999);
    expect(await opened.pid()).toBe(before);
    vi.advanceTimersByTime(9_999);
    const calls = [opened.step(1), opened.step(2, false, held.before)];
    await calls[0];
    await untilHeld(opened);
    vi.advanceTimersByTime(10_001);
    await turn();
    await held.release();
    await calls[1];
    vi.advanceTimersByTime(9_999);
    await turn();
    expect(await opened.writers()).toMatchObject([{ pid: before, state: 'idle' }]);
    vi.advanceTimersByTime(1);
    await untilGone(opened, before);
    expect(await opened.writers()).toEqual([]);
    await opened.step(3);
    expect((await opened.done()).map(({ pid }) => pid === before)).toEqual([true, true, false]);
  });
});
