import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/stored-entries.ts';
import { runCli, startCli, temporaryDirectory } from './run-cli.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
/** Text that no compression makes shorter than by a quarter. */
const hashed = (text: string) => createHash('sha512').update(text).digest('base64');
const filter = '{"eventKeys":["content.*"]}';

/**
 * A proxy in front of a server that breaks each of its first connections when so many bytes of the answer have come.
 * @param refusesThen whether it takes no further connection after that; otherwise it lets them be
 * @returns its URL, and how many it has broken
 */
async function startBreaker(url: string, afterBytes: number, times: number, { refusesThen = false } = {}) {
  let broken = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    if (refusesThen && broken >= times) return void client.destroy();
    const server = connect(Number(new URL(url).port), '127.0.0.1');
    let passed = 0;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    server.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (broken >= times || passed < afterBytes) {
        if (!client.write(chunk)) {
          server.pause();
          client.once('drain', () => server.resume());
        }
        return;
      }
      broken += 1;
      // What is in front of the cut arrives.
      client.end(chunk.subarray(0, Math.floor(chunk.length / 2)));
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    broken: () => broken,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

describe('activity-log export', () => {
  const directory = temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  let server: TestServer;
  let drop: () => Promise<void>;
  let env: Record<string, string>;
  const entries = 3_000;
  beforeAll(async () => {
    const test = await createTestDatabase();
    drop = test.drop;
    const database = await openPostgres({ url: test.url, applicationName: 'export test' });
    const payloadText = (place: number) =>
      JSON.stringify({ place, text: Array.from({ length: 10 }, (_, part) => hashed(`${place} ${part}`)).join('') });
    await createActivityWriter(database).write(
      Array.from({ length: entries }, (_, place) =>
        entryOf({ id: `e${place}`, eventKey: 'content.made', message: `=${place}`, payloadText: payloadText(place) }),
      ),
    );
    server = await startTestServer(database);
    env = { DATABASE_URL: test.url, ACTIVITY_TOKEN: await server.token() };
  });
  afterAll(async () => {
    await server.close();
    await drop();
    directory.remove();
  });
  const options = ['export', '--workspace', 'w1', '--filter', filter];
  const fetched = async (format: string) => {
    const path = `/export?${new URLSearchParams({ workspaceId: 'w1', format, filter })}`;
    const response = await fetch(`${server.url}${path}`, {
      headers: { authorization: `Bearer ${await server.token()}` },
    });
    return Buffer.from(await response.arrayBuffer());
  };
  const told = async (eventKey: string) => {
    const query = `{ timeline(workspaceId: "w1", first: 1, filter: { eventKeys: ["${eventKey}"] }) { edges { node {
      databaseId actorType visibility payload } } } }`;
    return (await server.graphql(query)).data?.['timeline'].edges[0]?.node;
  };

  it.each(['csv', 'jsonl', 'json'])(
    'writes %s to a file and its manifest beside it, by either road',
    async (format) => {
      const expected = await fetched(format);
      for (const road of [[], ['--url', server.url]]) {
        const file = at(`${format}-${road.length}`);
        const ended = await runCli([...options, '--format', format, '--output', file, ...road], env);
        expect(ended).toMatchObject({
          code: 0,
          stdout: '',
          stderr: expect.stringContaining(`exported: ${entries} entries`),
        });
        expect(readFileSync(file).equals(expected)).toBe(true);
        expect(JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8'))).toEqual({
          workspaceId: 'w1',
          format,
          ...(format === 'csv' ? { formulas: 'escaped' } : {}),
          filter: JSON.parse(filter),
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
          liveCursor: expect.any(String),
          count: entries,
          bytes: expected.length,
          sha256: sha256(expected),
        });
        expect(existsSync(`${file}.part`) || existsSync(`${file}.part.json`)).toBe(false);
        const who = { actorType: road.length === 0 ? 'SYSTEM' : 'USER', visibility: 'SYSTEM' };
        const by = road.length === 0 ? 'cli' : 'token';
        const begun = await told('settings.exported');
        expect(begun).toMatchObject({ ...who, payload: { format, by } });
        // Told of behind the last byte.
        const finished = await until(
          async () => await told('settings.export_finished'),
          (found) => found?.payload.exported === begun.databaseId,
        );
        const payload = { count: entries, outcome: 'complete', sha256: sha256(expected) };
        expect(finished).toMatchObject({ ...who, payload });
      }
    },
  );

  it('writes to standard output, compressed or not, and searches', async () => {
    const expected = await fetched('csv');
    const [header, ...records] = expected.toString().split('\r\n');
    const few = await runCli([...options, '--search', '2998'], env);
    expect(few.stdout).toBe(`${header}\r\n${records.find((line) => line.startsWith('e2998,'))}\r\n`);
    const found = await runCli([...options, '--search', '2999', '--format', 'jsonl'], env);
    expect(
      found.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['e2999']);
    const file = at('zipped');
    await runCli([...options, '--gzip', '--output', file, '--url', server.url], env);
    expect(gunzipSync(readFileSync(file)).equals(expected)).toBe(true);
  });

  it.each(['csv', 'json'])('goes on by itself where the server is lost, with the same bytes (%s)', async (format) => {
    const expected = await fetched(format);
    const breaker = await startBreaker(server.url, 300_000, 3);
    const file = at(`broken-${format}`);
    const ended = await runCli([...options, '--format', format, '--output', file, '--url', breaker.url], env);
    await breaker.close();
    expect(breaker.broken()).toBe(3);
    expect(ended.stderr).toContain('Going on where it was cut.');
    expect(ended.code).toBe(0);
    expect(readFileSync(file).equals(expected)).toBe(true);
  });

  it.each([[[]], [['--gzip']]])('goes on with --resume where it was interrupted (%j)', async (more) => {
    const expected = await fetched('jsonl');
    // Broken for good: it never comes to its end by itself.
    const breaker = await startBreaker(server.url, 900_000, 1, { refusesThen: true });
    const file = at(`resumed-${more.length}`);
    const command = [...options, '--format', 'jsonl', '--output', file, ...more];
    const stopped = startCli([...command, '--url', breaker.url], env);
    await new Promise<void>((resolve) =>
      stopped.process.stderr?.on('data', (text: Buffer) => {
        if (`${text}`.includes('Going on')) resolve();
      }),
    );
    await breaker.close();
    stopped.process.kill('SIGINT');
    const first = await stopped.ended;
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining('--resume') });
    expect(existsSync(file)).toBe(false);
    const kept = JSON.parse(readFileSync(`${file}.part.json`, 'utf8'));
    expect(kept.count).toBeGreaterThan(100);
    const other = await runCli([...command, '--resume', '--url', server.url, '--search', 'x'], env);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('other options') });
    expect(JSON.parse(readFileSync(`${file}.part.json`, 'utf8'))).toEqual(kept);
    const resumed = await runCli([...command, '--resume', '--url', server.url], env);
    expect(resumed).toMatchObject({ code: 0 });
    const bytes = readFileSync(file);
    expect((more.length === 0 ? bytes : gunzipSync(bytes)).equals(expected)).toBe(true);
    expect(JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8'))).toMatchObject({
      count: entries,
      sha256: sha256(expected),
    });
  });

  it('ends with 2 for what cannot be asked and 1 for what is refused, and leaves no file', async () => {
    const usage: [string[], string][] = [
      [['--format', 'xml'], 'Allowed choices'],
      [['--filter', '{'], 'ActivityFilter'],
      [['--resume'], '--output'],
      [['--filter', '{"search":"x"}', '--search', 'y'], 'together'],
      [['--url', 'ftp://x'], 'http'],
    ];
    for (const [more, said] of usage) {
      const ended = await runCli(['export', '--workspace', 'w1', ...more], env);
      expect(ended, more.join(' ')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) });
    }
    const other = await server.token({ workspace: 'w2' });
    const refused = await runCli([...options, '--output', at('refused'), '--url', server.url], {
      ...env,
      ACTIVITY_TOKEN: other,
    });
    expect(refused).toMatchObject({
      code: 1,
      stderr: 'activity-log: The token does not let you read this workspace.\n',
    });
    const nobody = await runCli([...options, '--output', at('refused'), '--url', 'http://127.0.0.1:1'], env);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('The server was lost') });
    expect(readdirSync(directory.path).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});
