/** An import that is killed is run again until it ends: every line is there once. And what an import takes while it runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Activity } from '../../src/core/activity/activity.ts';
import type { Database } from '../../src/storage/database.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { numberOf, runScript, storedEntries, until } from '../support/stored-entries.ts';
import { lineOf, writeLines } from './import-file.ts';
import { runCli, startCli, temporaryDirectory } from './run-cli.ts';

const directory = temporaryDirectory();
afterAll(() => directory.remove());

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;
const allOnce = (count: number) => Array.from({ length: count }, (_, at) => lineOf(at + 1).entityId);

/** A database, and a server over it. */
async function startPlace() {
  const postgres = await createTestDatabase();
  const database = await openPostgres({ url: postgres.url, applicationName: 'the server' });
  const server = await startTestServer(database);
  const close = async () => {
    await server.close();
    await postgres.drop();
  };
  return { postgres, database, server, close };
}

describe('an import that is run again', () => {
  let postgres: TestDatabase;
  let database: Database;
  let server: TestServer;
  let other: Awaited<ReturnType<typeof startPlace>>;
  beforeAll(async () => {
    const place = await startPlace();
    ({ postgres, database, server } = place);
    other = await startPlace();
    return async () => {
      await place.close();
      await other.close();
    };
  });

  type Way = 'into the database' | 'through a server';
  const argumentsOf = async (way: Way, file: string, workspaceId: string, place = { postgres, server }) => ({
    args: [
      'import',
      file,
      '--workspace',
      workspaceId,
      ...(way === 'through a server' ? ['--url', place.server.url] : []),
    ],
    env:
      way === 'through a server'
        ? { ACTIVITY_TOKEN: await place.server.token() }
        : { DATABASE_URL: place.postgres.url },
  });
  const run = async (way: Way, file: string, workspaceId: string, place = { postgres, server }) => {
    const { args, env } = await argumentsOf(way, file, workspaceId, place);
    return await runCli(args, env as Record<string, string>);
  };
  const count = async (workspaceId: string) =>
    await numberOf(database, `SELECT count(*) FROM "ActivityLog" WHERE "workspaceId" = '${workspaceId}'`);

  it.each([
    ['into the database', 30_000, 2_500],
    ['through a server', 12_000, 1_000],
  ] as const)('writes every line once, in order, however often it is killed: %s', async (way, lines, batch) => {
    const workspaceId = fresh('killed');
    const file = await writeLines(directory.path, lines);
    const { args, env } = await argumentsOf(way, file, workspaceId);
    /** The last "sequence" of each run. */
    const ends: bigint[] = [];
    const written = async () => {
      // What a killed process had sent may still be written: until its connections have ended.
      await until(
        () =>
          numberOf(
            database,
            `SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name LIKE 'activity-log%'`,
          ),
        (connections) => connections === 0,
      );
      const trail = await storedEntries(database, workspaceId);
      ends.push(trail.reduce((most, { sequence }) => (sequence > most ? sequence : most), 0n));
      return trail;
    };
    for (const least of [1, batch + 1, 2 * batch + 1]) {
      const before = await count(workspaceId);
      const cli = startCli(args, env as Record<string, string>);
      await until(
        () => count(workspaceId),
        (now) => now >= before + least,
      );
      cli.process.kill('SIGKILL');
      expect((await cli.ended).code).toBeNull();
      expect((await written()).length).toBeLessThan(lines);
    }
    const there = await count(workspaceId);
    const ended = await runCli(args, env as Record<string, string>);
    expect(ended).toEqual({
      code: 0,
      stdout: `written: ${lines - there}, already there: ${there}, refused: 0\n`,
      stderr: '',
    });
    const trail = await written();
    expect(trail.map(({ entityId }) => entityId).sort()).toEqual(allOnce(lines).sort());
    expect(new Set(trail.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(lines);
    for (const [at, end] of ends.entries()) {
      const own = trail.filter(({ sequence }) => sequence > (ends[at - 1] ?? 0n) && sequence <= end);
      expect(own.length).toBeGreaterThan(0);
      const numbers = own.map(({ entityId }) => Number(entityId.slice(1))).filter((n) => !Number.isNaN(n));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
    const again = await runCli(args, env as Record<string, string>);
    expect(again.stdout).toBe(`written: 0, already there: ${lines}, refused: 0\n`);
    expect(await count(workspaceId)).toBe(lines);
  });

  it('writes the same into the database and through a server, and either knows what the other has written', async () => {
    const workspaceId = fresh('same');
    const lines = 2_600;
    const file = await writeLines(directory.path, lines);
    const first = `written: ${lines}, already there: 0, refused: 0\n`;
    const second = `written: 0, already there: ${lines}, refused: 0\n`;
    expect((await run('into the database', file, workspaceId)).stdout).toBe(first);
    expect((await run('through a server', file, workspaceId, other)).stdout).toBe(first);
    expect((await run('through a server', file, workspaceId)).stdout).toBe(second);
    expect((await run('into the database', file, workspaceId, other)).stdout).toBe(second);
    // Ids are given where an entry is accepted, and times where the line has none.
    const said = ({ id: _id, transactionId: _t, sequence: _s, createdAt, ...rest }: Activity, at: number) => ({
      ...rest,
      createdAt: lineOf(at + 1)['createdAt'] === undefined ? null : createdAt,
    });
    const [here, there] = [
      await storedEntries(database, workspaceId),
      await storedEntries(other.database, workspaceId),
    ];
    expect(here.map(said)).toEqual(there.map(said));
    expect(here.map(({ entityId }) => entityId)).toEqual(allOnce(lines));
  });

  it.each(['into the database', 'through a server'] as const)(
    'refuses a key that another entry has, in the file or there before, with the number of its line: %s',
    async (way) => {
      const workspaceId = fresh('taken');
      const entry = (idempotencyKey: string, message: string) => ({ ...lineOf(1), idempotencyKey, message });
      const path = join(directory.path, 'taken');
      const write = (lines: (object | string)[]) =>
        writeFileSync(
          path,
          lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
        );
      const refusal = 'idempotencyKey is already used for a different entry';
      write([entry('a', 'one'), '', entry('a', 'other'), entry('b', 'one'), entry('a', 'one')]);
      expect(await run(way, path, workspaceId)).toEqual({
        code: 1,
        stdout: 'written: 2, already there: 1, refused: 1\n',
        stderr: `line 3: ${refusal}\n`,
      });
      write([entry('b', 'other'), entry('c', 'one'), entry('a', 'one')]);
      expect(await run(way, path, workspaceId)).toEqual({
        code: 1,
        stdout: 'written: 1, already there: 1, refused: 1\n',
        stderr: `line 1: ${refusal}\n`,
      });
      const messages = (await storedEntries(database, workspaceId)).map((row) => [row.idempotencyKey, row.message]);
      expect(messages).toEqual(['a', 'b', 'c'].map((key) => [key, 'one']));
    },
  );

  it('knows a key again that came batches before, and refuses it with the number of its line where it says else', async () => {
    const workspaceId = fresh('batches');
    // Line 4 has a key of its own.
    const repeated = new Map<number, object>([
      [2_501, lineOf(4)],
      [5_003, { ...lineOf(4), message: 'else' }],
      [5_004, lineOf(4)],
    ]);
    const file = await writeLines(directory.path, 5_201, (n) => repeated.get(n) ?? lineOf(n));
    expect(await run('into the database', file, workspaceId)).toEqual({
      code: 1,
      stdout: 'written: 5198, already there: 2, refused: 1\n',
      stderr: 'line 5003: idempotencyKey is already used for a different entry\n',
    });
    const kept = allOnce(5_201).filter((_, at) => !repeated.has(at + 1));
    expect((await storedEntries(database, workspaceId)).map(({ entityId }) => entityId)).toEqual(kept);
  });

  it.each(['into the database', 'through a server'] as const)(
    'refuses what the database refuses, with the numbers of the lines, and writes the others: %s',
    async (way) => {
      const workspaceId = fresh('refused');
      await runScript(
        database,
        `ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("workspaceId" <> '${workspaceId}' OR "entityId" NOT LIKE 'p%7')`,
      );
      onTestFinished(async () => await runScript(database, 'ALTER TABLE "ActivityLog" DROP CONSTRAINT "never"'));
      const file = await writeLines(directory.path, 40);
      const { code, stdout, stderr } = await run(way, file, workspaceId);
      expect({ code, stdout }).toEqual({ code: 1, stdout: 'written: 36, already there: 0, refused: 4\n' });
      const named = stderr.trim().split('\n');
      expect(named.map((line) => line.split(':')[0])).toEqual(['line 7', 'line 17', 'line 27', 'line 37']);
      for (const line of named) expect(line).toContain('the database refused the entry');
      const kept = allOnce(40).filter((entityId) => !/^p\d*7$/.test(entityId));
      expect((await storedEntries(database, workspaceId)).map(({ entityId }) => entityId)).toEqual(kept);
    },
  );

  it.runIf(process.platform === 'linux')(
    'takes little more memory for 300,000 lines than for 60,000',
    async () => {
      // Read at its end by the process itself: the most that it has ever had in memory.
      const tell = `import{readFileSync as r,writeSync as w}from'node:fs';process.on('exit',()=>w(2,/VmHWM.*/.exec(r('/proc/self/status','utf8'))[0]))`;
      const peakOf = async (lines: number) => {
        const file = await writeLines(directory.path, lines);
        const ended = await runCli(['import', file, '--workspace', fresh('large')], {
          DATABASE_URL: postgres.url,
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}`,
        });
        expect(ended.stdout).toBe(`written: ${lines}, already there: 0, refused: 0\n`);
        const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/.exec(ended.stderr) ?? [];
        expect(kilobytes).toBeDefined();
        return Number(kilobytes) / 1024;
      };
      const [small, large] = [await peakOf(60_000), await peakOf(300_000)];
      expect(large).toBeLessThanOrEqual(1.3 * small + 40);
    },
    60_000,
  );
});
