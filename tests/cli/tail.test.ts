import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityLogClient, createActivityLogClient } from '../../src/client/client.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { runCli, startCli, temporaryDirectory } from './run-cli.ts';

const entry = (entityId: string, rest: object = {}) => ({
  workspaceId: 'w1',
  entityType: 'CONTENT' as const,
  entityId,
  eventKey: 'content.created',
  actorType: 'SYSTEM' as const,
  actorLabel: 'Scheduler',
  ...rest,
});

describe.each(['on the database', 'through a server'])('activity-log tail %s', (road) => {
  const directory = temporaryDirectory();
  let server: TestServer;
  let client: ActivityLogClient;
  let drop: () => Promise<void>;
  let env: Record<string, string>;
  let tail: string[];
  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    server = await startTestServer(await openPostgres({ url: database.url, applicationName: 'tail test' }));
    const token = await server.token();
    client = createActivityLogClient({ url: server.url, token });
    env = road === 'on the database' ? { DATABASE_URL: database.url } : { ACTIVITY_TOKEN: token };
    tail = ['tail', '--workspace', 'w1', ...(road === 'on the database' ? [] : ['--url', server.url])];
  });
  afterAll(async () => {
    client.close();
    await server.close();
    await drop();
    directory.remove();
  });
  const liveCursor = async () => (await client.timeline({ workspaceId: 'w1', first: 0 })).liveCursor;
  const log = async (...entries: ReturnType<typeof entry>[]) => void (await client.logMany(entries));

  it('prints a line an entry, with nothing in it that a terminal would obey', async () => {
    const after = await liveCursor();
    const cli = startCli([...tail, '--after', after, '--filter', '{"severities":["WARNING"]}'], env);
    await log(
      entry('other'),
      entry('e1', {
        severity: 'WARNING',
        message: 'red \u001b[31m\u009b\r\n\u202e!',
        createdAt: '2026-01-31T12:00:00Z',
      }),
    );
    expect(await cli.line()).toBe(
      '2026-01-31T12:00:00.000Z  WARNING  content.created  Scheduler  CONTENT e1  red \\u001b[31m\\u009b\\u000d\\u000a\\u202e!',
    );
    cli.process.kill('SIGTERM');
    const { code, stderr } = await cli.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^last cursor: [\w-]+\n$/) });
  });

  it('colours where it is asked to', async () => {
    const cli = startCli([...tail, '--after', await liveCursor()], { ...env, FORCE_COLOR: '1' });
    await log(entry('e1', { severity: 'ERROR' }));
    expect(await cli.line()).toContain('\u001b[31mERROR');
    cli.process.kill('SIGINT');
    expect((await cli.ended).code).toBe(0);
  });

  it('prints JSON that goes on where it is told to', async () => {
    const first = startCli([...tail, '--json', '--after', await liveCursor()], env);
    const message = 'c1 \u009b and bidi \u202e';
    await log(entry('j1', { message, payload: { b: 1, a: 2 } }), entry('j2'), entry('j3'));
    const line = (await first.line()) ?? '';
    expect(line).not.toMatch(/[\u009b\u202e]/);
    const printed = JSON.parse(line) as { liveCursor: string };
    expect(printed).toMatchObject({
      entityId: 'j1',
      message,
      payload: { b: 1, a: 2 },
      severity: 'INFO',
      brandId: null,
    });
    first.process.kill('SIGTERM');
    await first.ended;
    const second = startCli([...tail, '--json', '--after', printed.liveCursor], env);
    expect([await second.line(), await second.line()].map((text) => JSON.parse(text ?? '').entityId)).toEqual([
      'j2',
      'j3',
    ]);
    second.process.kill('SIGTERM');
    await second.ended;
  });

  it('keeps its place in a file: what was committed meanwhile comes first', async () => {
    const file = join(directory.path, `${road}.cursor`);
    const args = [...tail, '--json', '--cursor-file', file];
    const first = startCli([...args, '--after', await liveCursor()], env);
    await log(entry('k1'));
    expect(JSON.parse((await first.line()) ?? '')).toMatchObject({ entityId: 'k1' });
    first.process.kill('SIGTERM');
    const { stderr } = await first.ended;
    expect(stderr).toBe(`last cursor: ${readFileSync(file, 'utf8')}`);
    await log(entry('k2'), entry('k3'));
    const second = startCli(args, env);
    expect([await second.line(), await second.line()].map((text) => JSON.parse(text ?? '').entityId)).toEqual([
      'k2',
      'k3',
    ]);
    second.process.kill('SIGTERM');
    await second.ended;
  });

  it('ends when nobody reads any more', async () => {
    const cli = startCli([...tail, '--after', await liveCursor()], env);
    await log(entry('n1'));
    await cli.line();
    cli.process.stdout?.destroy();
    await log(entry('n2'), entry('n3'));
    expect((await cli.ended).code).toBe(0);
  });

  it.each([
    ['a filter that is no JSON', ['--filter', '{'], 2, 'as JSON'],
    ['a filter with a field that does not exist', ['--filter', '{"colour":1}'], 2, 'colour'],
    ['a time that is none', ['--filter', '{"from":"soon"}'], 2, 'from'],
    ['a cursor that is none', ['--after', 'nonsense'], 1, 'cannot be resumed from'],
  ])('refuses %s', async (_name, args, code, hint) => {
    const ended = await runCli([...tail, ...args], env);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(hint);
    expect(ended.stderr).not.toContain('    at ');
  });
});

describe('activity-log tail', () => {
  it('says at once that nobody answers at the URL', async () => {
    const url = ['--url', 'http://127.0.0.1:9', '--token', 't'];
    const { code, stderr } = await runCli(['tail', '--workspace', 'w1', ...url]);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be reached');
  });
});
