import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase, openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { runCli, startCli, temporaryDirectory } from './run-cli.ts';

const entry = (entityId: string, rest: object = {}) => ({
  entityType: 'CONTENT',
  entityId,
  eventKey: 'content.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
  ...rest,
});
const toLines = (entries: unknown[]) =>
  entries.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
const many = (count: number, rest: object = {}) => Array.from({ length: count }, (_, i) => entry(`m${i}`, rest));

describe('activity-log import on a database', () => {
  const directory = temporaryDirectory();
  const file = (content: string | Buffer) => {
    const path = join(directory.path, 'input');
    writeFileSync(path, content);
    return path;
  };
  let env: Record<string, string>;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createTestDatabase();
    env = { DATABASE_URL: database.url };
    drop = database.drop;
  });
  afterAll(async () => {
    directory.remove();
    await drop();
  });

  async function rows(workspaceId: string) {
    const database = await openPostgres({ url: env['DATABASE_URL'] ?? '', applicationName: 'import test' });
    try {
      return await database.query<{
        entityId: string;
        createdAt: Date;
        idempotencyKey: string;
        payload: string | null;
      }>(
        sql`SELECT "entityId", "createdAt", "idempotencyKey", "payload" FROM "ActivityLog"
          WHERE "workspaceId" = ${workspaceId} ORDER BY "sequence"`,
      );
    } finally {
      await database.close();
    }
  }

  it('writes the valid lines in their order, names the others, and writes nothing twice', async () => {
    const bad = [
      'not json',
      '',
      entry('x', { eventKey: 'Nope' }),
      entry('x', { workspaceId: 'w2' }),
      `"${'x'.repeat(1_100_000)}"`,
      entry('x', { colour: 'red' }),
      '[]',
      '   \r',
    ];
    const path = file(toLines([...many(1_200), ...bad, entry('last', { workspaceId: 'w1' })]).trimEnd());
    const first = await runCli(['import', path, '--workspace', 'w1'], env);
    expect(first.stdout).toBe('written: 1201, already there: 0, refused: 6\n');
    expect(first.code).toBe(1);
    const named = first.stderr.trim().split('\n');
    expect(named.map((line) => line.split(': ')[0])).toEqual(
      [1201, 1203, 1204, 1205, 1206, 1207].map((n) => `line ${n}`),
    );
    expect(named[1]).toContain('eventKey must be');
    expect(named[2]).toContain('workspaceId must be "w1"');
    expect(named[3]).toContain('at most 1048576 bytes');
    const second = await runCli(['import', path, '--workspace', 'w1'], env);
    expect(second.stdout).toBe('written: 0, already there: 1201, refused: 6\n');
    const written = (await rows('w1')).map((row) => row.entityId);
    expect(written).toEqual([...many(1_200).map((one) => one.entityId), 'last']);
  });

  it('keeps what a line says, its own idempotency key and time too', async () => {
    const line = entry('e1', {
      idempotencyKey: 'mine',
      createdAt: '2020-02-29T12:00:00+02:00',
      payload: { b: 1, a: 2 },
    });
    const { code } = await runCli(['import', '-', '--workspace', 'kept'], env, toLines([line]));
    expect(code).toBe(0);
    expect(await rows('kept')).toEqual([
      {
        entityId: 'e1',
        createdAt: new Date('2020-02-29T10:00:00Z'),
        idempotencyKey: 'mine',
        payload: '{"b":1,"a":2}',
      },
    ]);
  });

  it('writes identical lines as often as they stand there, in whatever order their keys are', async () => {
    const one = entry('e1', { payload: { a: 1, b: { c: 2, d: 3 } } });
    const turned = { payload: { b: { d: 3, c: 2 }, a: 1 }, ...entry('e1'), severity: 'INFO', brandId: null };
    const content = toLines([one, turned, { ...one, workspaceId: 'same' }]);
    const first = await runCli(['import', '-', '--workspace', 'same'], env, content);
    expect(first.stdout).toBe('written: 3, already there: 0, refused: 0\n');
    const second = await runCli(['import', '-', '--workspace', 'same'], env, content);
    expect(second.stdout).toBe('written: 0, already there: 3, refused: 0\n');
    const keys = (await rows('same')).map((row) => row.idempotencyKey);
    expect(keys[0]).toMatch(/^import:[\w-]{43}$/);
    expect(keys).toEqual([keys[0], `${keys[0]}#2`, `${keys[0]}#3`]);
  });

  it('reads gzip from a file and from standard input', async () => {
    const packed = Buffer.concat([gzipSync(toLines(many(3))), gzipSync(toLines([entry('second member')]))]);
    const first = await runCli(['import', file(packed), '--workspace', 'packed'], env);
    expect(first).toMatchObject({ code: 0, stdout: 'written: 4, already there: 0, refused: 0\n' });
    const second = await runCli(['import', '-', '--workspace', 'packed'], env, packed);
    expect(second).toMatchObject({ code: 0, stdout: 'written: 0, already there: 4, refused: 0\n' });
  });

  it('writes what came before the damage of a gzip file, and says how to go on', async () => {
    const packed = gzipSync(toLines(many(20_000)));
    const cut = await runCli(['import', '-', '--workspace', 'cut'], env, packed.subarray(0, packed.length / 2));
    expect(cut.code).toBe(1);
    expect(cut.stderr).toContain('gzip data of standard input is damaged or cut off');
    expect(cut.stderr).toContain('Run the same command again');
    const written = (await rows('cut')).length;
    expect(written).toBeGreaterThan(0);
    expect(cut.stdout).toBe(`written: ${written}, already there: 0, refused: 0\n`);
  });

  it('names a hundred refused lines and counts the others', async () => {
    const { stdout, stderr } = await runCli(['import', '-', '--workspace', 'w3'], env, 'nonsense\n'.repeat(150));
    expect(stdout).toBe('written: 0, already there: 0, refused: 150\n');
    expect(stderr.match(/^line \d+: /gm)).toHaveLength(100);
    expect(stderr).toContain('only counted');
  });

  it.each([
    ['a file that is not there', ['/no/such/file', '--workspace', 'w1'], 1, 'cannot be read: ENOENT'],
    ['a directory', ['/', '--workspace', 'w1'], 1, 'is a directory'],
    ['no workspace', ['-'], 2, '--workspace'],
    ['a URL that is none', ['-', '--workspace', 'w1', '--url', 'here', '--token', 't'], 2, 'http://127.0.0.1:4000'],
    ['a URL without a token', ['-', '--workspace', 'w1', '--url', 'http://127.0.0.1:9'], 2, 'ACTIVITY_TOKEN'],
  ])('refuses %s', async (_name, args, code, hint) => {
    const ended = await runCli(['import', ...args], env);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(hint);
    expect(ended.stderr).not.toContain('    at ');
  });
});

describe('activity-log import through a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    return server.close;
  });

  it('writes as on the database itself, and reports what the server refuses', async () => {
    const args = ['import', '-', '--workspace', 'w1', '--url', server.url];
    const lines = [...many(1_500), 'nonsense'];
    const operator = { ACTIVITY_TOKEN: await server.token({ workspace: 'w1' }) };
    const first = await runCli(args, operator, toLines(lines));
    expect(first.stdout).toBe('written: 1500, already there: 0, refused: 1\n');
    const second = await runCli(args, operator, toLines(lines));
    expect(second.stdout).toBe('written: 0, already there: 1500, refused: 1\n');
    const admin = await server.token({ workspace: 'w1', role: 'admin', subject: 'u1' });
    const own = entry('own', { actorType: 'USER', actorUserId: 'u1' });
    const third = await runCli([...args, '--token', admin], {}, toLines([entry('x'), own]));
    expect(third.stdout).toBe('written: 1, already there: 0, refused: 1\n');
    expect(third.stderr).toBe('line 1: An admin writes only as itself: actorType must be USER.\n');
  });

  it('finishes the running batch when it is interrupted', async () => {
    const token = await server.token();
    const client = createActivityLogClient({ url: server.url, token });
    onTestFinished(() => client.close());
    const { liveCursor } = await client.timeline({ workspaceId: 'w9', first: 0 });
    const cli = startCli(['import', '-', '--workspace', 'w9', '--url', server.url, '--token', token]);
    cli.process.stdin?.write(toLines(many(1_500)));
    let seen = 0;
    for await (const _ of client.subscribe({ workspaceId: 'w9', after: liveCursor })) {
      seen += 1;
      if (seen === 1_000) break;
    }
    cli.process.kill('SIGINT');
    const { code, stdout, stderr } = await cli.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'written: 1000, already there: 0, refused: 0\n' });
    expect(stderr).toContain('Run the same command again');
  });

  it('is the road while a server holds the embedded directory: the refusal says so', async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const database = await openPglite({ dataDir: directory.path });
    database.announce('http://127.0.0.1:4000');
    const ended = await runCli(['import', '-', '--workspace', 'w1'], { ACTIVITY_DATA_DIR: directory.path });
    await database.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('--url http://127.0.0.1:4000 --token TOKEN');
  });
});
