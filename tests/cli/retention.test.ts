import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { storedEntries } from '../support/stored-entries.ts';
import { runCli } from './run-cli.ts';

const day = 86_400_000;
const idOf = (stdout: string) => /^[0-9a-f-]{36}/m.exec(stdout)?.[0] ?? '';

describe.each(['on the database', 'through a server'])('activity-log retention %s', (road) => {
  let test: TestDatabase;
  let server: TestServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    test = await createTestDatabase();
    server = await startTestServer(await openPostgres({ url: test.url, applicationName: 'retention test' }));
    env = road === 'on the database' ? { DATABASE_URL: test.url } : { ACTIVITY_TOKEN: await server.token() };
  });
  afterAll(async () => {
    await server.close();
    await test.drop();
  });
  const retention = async (...args: string[]) =>
    await runCli(['retention', ...args, ...(road === 'on the database' ? [] : ['--url', server.url])], env);

  it('sets, shows and removes policies and holds', async () => {
    expect((await retention('list', '--workspace', 'w1')).stdout).toBe(
      'No policies: entries are kept for good.\nNo legal holds.\n',
    );
    const set = await retention('set', '--workspace', 'w1', '--severity', 'INFO', '--event-key', 'a.*', '--days', '30');
    expect(set).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ {2}severity INFO; event key a\.\*: 30 days\n$/),
    });
    await retention('set', '--workspace', '*', '--days', 'forever');
    const hold = await retention(
      'hold',
      '--workspace',
      'w1',
      '--entity',
      'OTHER:e1',
      '--user',
      'u1',
      '--reason',
      'a case',
    );
    expect(hold.stdout).toMatch(/ {2}on entity OTHER:e1, user u1: a case \(placed by \S+\)\n$/);
    const { stdout } = await retention('list', '--workspace', 'w1');
    expect(stdout.replaceAll(/[0-9a-f-]{36}/g, 'ID').replaceAll(/placed by \S+\)/g, 'placed by X)')).toBe(
      `Policies; the first that an entry meets decides:
ID  severity INFO; event key a.*: 30 days
ID  (every workspace) everything: for good
Legal holds:
ID  on entity OTHER:e1, user u1: a case (placed by X)
`,
    );
    expect((await retention('release', '--workspace', 'w1', '--id', idOf(hold.stdout))).code).toBe(0);
    expect((await retention('remove', '--workspace', 'w1', '--id', idOf(set.stdout))).code).toBe(0);
    expect((await retention('list', '--workspace', 'w1')).stdout).toContain('No legal holds.');
    expect((await retention('list', '--workspace', 'w1', '--all')).stdout).toMatch(
      /a case \(placed by \S+, released by \S+\)/,
    );
  });

  it.each([
    [['set', '--workspace', 'w1', '--days', '0'], 2, /from 1 to 36500, or forever/],
    [['set', '--workspace', 'w1', '--days', '1', '--severity', 'BAD'], 2, /INFO, WARNING, ERROR/],
    [['set', '--workspace', 'w1', '--days', '1', '--event-key', 'a*'], 1, /eventKeys takes keys like/],
    [['hold', '--workspace', 'w1', '--reason', ' '], 1, /reason takes 1 to 1000 characters/],
    [['hold', '--workspace', '*', '--reason', 'a case'], 1, /on one workspace/],
    [['hold', '--workspace', 'w1', '--entity', 'e1', '--reason', 'a case'], 2, /TYPE:ID, like PUBLICATION:p_1/],
  ])('refuses %j', async (args, code, message) => {
    const ended = await retention(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  it('says that there is no policy and no hold of an id', async () => {
    for (const command of ['remove', 'release']) {
      const ended = await retention(command, '--workspace', 'w1', '--id', 'x');
      expect(ended.code).toBeGreaterThan(0);
      expect(ended.stderr).toMatch(/has no (policy|retention policy|legal hold)/);
    }
  });
});

describe('activity-log retention run', () => {
  it('deletes just what the dry run has said', async () => {
    const test = await createTestDatabase();
    const database = await openPostgres({ url: test.url });
    const env = { DATABASE_URL: test.url };
    const run = async (...args: string[]) => await runCli(['retention', 'run', ...args], env);
    try {
      const old = (id: string, rest: object = {}) =>
        entryOf({ id, createdAt: new Date(Date.now() - 2 * day), ...rest });
      await createActivityWriter(database).write([
        old('a'),
        old('b', { brandId: 'b1' }),
        old('c', { workspaceId: 'w2' }),
      ]);
      expect((await run('--dry-run')).stdout).toMatch(/would delete 0 entries\.\n$/);
      await runCli(['retention', 'set', '--workspace', 'w1', '--days', '1'], env);
      await runCli(['retention', 'hold', '--workspace', 'w1', '--brand', 'b1', '--reason', 'a case'], env);
      const dry = await run('--dry-run', '--list');
      expect(
        dry.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toMatchObject([{ workspaceId: 'w1', id: 'a' }]);
      const [, plan = ''] = /--plan (\S+)\n$/.exec(dry.stderr) ?? [];
      expect(dry.stderr).toMatch(/a run would delete 1 entries; 1 more are due, and kept by a legal hold/);
      // What comes later is none of it.
      await createActivityWriter(database).write([old('d')]);
      expect(await run('--plan', plan)).toMatchObject({
        code: 0,
        stdout: `w1: 1 by the policy 1 days (everything)\ndeleted 1 entries; 1 more are due, and kept by a legal hold\n`,
      });
      const left = async () =>
        (await storedEntries(database, 'w1')).map(({ id }) => id).filter((id) => id.length === 1);
      expect(await left()).toEqual(['b', 'd']);
      expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('deleted 1 entries') });
      expect(await left()).toEqual(['b']);
      expect(await run('--plan', 'nonsense')).toMatchObject({ code: 2, stderr: expect.stringContaining('--dry-run') });
    } finally {
      await database.close();
      await test.drop();
    }
  });
});
