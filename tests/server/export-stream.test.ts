import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import sql from 'sql-template-tag';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database, QueryOptions, Statement } from '@/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { addTrigger, until } from '../support/stored-entries.ts';

/** More than sockets take that nobody reads from. */
const entries = 9_000;
const payloadText = JSON.stringify('x'.repeat(2_000));

describeOnEachDatabase('an export under way', (open) => {
  let database: Database;
  let server: TestServer | undefined;
  let failing: ((statement: Statement) => boolean) | undefined;
  /** Its connection to the database is the suite's: closing a server leaves it open. */
  const start = async (overrides: Parameters<typeof startTestServer>[1] = {}) => {
    const query = async <Row>(statement: Statement, options?: QueryOptions): Promise<Row[]> => {
      if (failing?.(statement) === true) throw new Error('the disk is broken');
      return await database.query<Row>(statement, options);
    };
    const kept: Database = Object.create(database, {
      query: { value: query },
      queryInOrder: { value: (...args: Parameters<Database['queryInOrder']>) => database.queryInOrder(...args) },
      transaction: { value: (...args: Parameters<Database['transaction']>) => database.transaction(...args) },
      copyIn: { value: (...args: Parameters<Database['copyIn']>) => database.copyIn(...args) },
      onHint: { value: (...args: Parameters<Database['onHint']>) => database.onHint(...args) },
      sendHint: { value: () => database.sendHint() },
      check: { value: () => database.check() },
      observe: { value: (...args: Parameters<Database['observe']>) => database.observe(...args) },
      pools: { value: () => database.pools() },
      kind: { value: database.kind },
      statementTimeout: { value: database.statementTimeout },
      close: { value: async () => undefined },
    });
    server = await startTestServer(kept, overrides);
    return server;
  };
  beforeAll(async () => {
    database = await open();
    const writer = createActivityWriter(database);
    for (let first = 0; first < entries; first += 3_000) {
      const numbers = Array.from({ length: 3_000 }, (_, place) => first + place);
      await writer.write(numbers.map((place) => entryOf({ id: `e${place}`, payloadText })));
    }
  });
  afterEach(async () => {
    failing = undefined;
    await server?.close();
  });

  const toldBy = async (eventKey: string) => {
    // The embedded database answers without a turn of the event loop: who asks again and again would let nobody else have one.
    await new Promise((resolve) => void setImmediate(resolve));
    const rows = await database.query<{ payload: string }>(
      sql`SELECT "payload"::text AS payload FROM "ActivityLog" WHERE "eventKey" = ${eventKey} ORDER BY "ActivityLog"."transactionId"`,
    );
    return rows.map(({ payload }) => JSON.parse(payload) as { outcome: string; count: number });
  };
  const told = async () => await toldBy('settings.export_finished');
  async function get(url: string, path: string, token: string, headers = {}): Promise<IncomingMessage> {
    const outgoing = request(`${url}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
    outgoing.on('error', () => undefined);
    outgoing.end();
    return ((await once(outgoing, 'response')) as [IncomingMessage])[0];
  }

  it('is compressed where the client takes it, and bounded in number; one that nobody reads is cut off and logged', async () => {
    const { url, token, lines } = await start({ exportsAtOnce: 1, stallTimeout: 400 });
    const before = (await told()).length;
    const bearer = await token();
    const path = '/export?workspaceId=w1&format=jsonl';
    const stuck = await get(url, path, bearer);
    stuck.on('error', () => undefined);
    const refused = await get(url, path, bearer);
    expect(refused.statusCode).toBe(503);
    expect(JSON.parse(await text(refused)).errors[0].extensions.code).toBe('UNAVAILABLE');
    const all = await until(told, (found) => found.length > before);
    expect(all.at(-1)).toMatchObject({ outcome: 'cut' });
    expect(all.at(-1)?.count).toBeLessThan(entries);
    stuck.destroy();
    const zipped = await get(url, path, bearer, { 'accept-encoding': 'gzip' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    const chunks: Buffer[] = [];
    for await (const chunk of zipped) chunks.push(chunk);
    const plain = gunzipSync(Buffer.concat(chunks));
    expect(
      plain
        .toString()
        .split('\n')
        .filter((line) => line.startsWith('{"id":"e')),
    ).toHaveLength(entries);
    expect(zipped.trailers['activity-log-bytes']).toBe(String(plain.length));
    expect(lines.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it('ends with its reader', async () => {
    const { url, token } = await start();
    const before = (await told()).length;
    const response = await get(url, '/export?workspaceId=w1', await token());
    await once(response, 'data');
    response.destroy();
    const all = await until(told, (found) => found.length > before);
    expect(all.at(-1)).toMatchObject({ outcome: 'cut' });
    expect(all.at(-1)?.count).toBeLessThan(entries);
  });

  it('breaks the connection where reading fails; what fails at once is an error', async () => {
    const { url, token, lines } = await start();
    const bearer = await token();
    const before = (await told()).length;
    let reads = 0;
    failing = ({ text: statement }) => statement.includes('ROW(') && ++reads > 3;
    const response = await get(url, '/export?workspaceId=w1', bearer);
    expect(response.statusCode).toBe(200);
    await expect(text(response)).rejects.toThrow('aborted');
    expect(response.trailers).toEqual({});
    expect((await until(told, (found) => found.length > before)).at(-1)).toMatchObject({ outcome: 'failed' });
    reads = 3;
    const atOnce = await get(url, '/export?workspaceId=w1', bearer);
    expect(atOnce.statusCode).toBe(500);
    expect(await text(atOnce)).not.toContain('disk');
    expect(lines.filter((line) => line.includes('the disk is broken')).length).toBe(2);
  });

  it('is refused over HTTP/1.0, where no end can be told from a cut, and nothing else is', async () => {
    const { url, token } = await start();
    const { hostname, port } = new URL(url);
    const bearer = await token();
    const before = (await toldBy('settings.exported')).length;
    const asked = async (path: string, version: string, more = '') => {
      const old = connect(Number(port), hostname);
      old.write(`GET ${path} HTTP/${version}\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\n${more}\r\n`);
      const [head = '', body = ''] = (await text(old)).split('\r\n\r\n');
      return { head, body };
    };
    for (const more of ['', 'Connection: keep-alive\r\n', 'TE: chunked\r\n']) {
      const { head, body } = await asked('/export?workspaceId=w1&format=json', '1.0', more);
      expect(head).toMatch(/^HTTP\/1\.1 426 /);
      expect(head).toMatch(/\r\nupgrade: HTTP\/1\.1\r\n/i);
      // In a chunk of its own where the client takes them.
      const [{ message, extensions }] = JSON.parse(/\{.*\}/.exec(body)?.[0] ?? '').errors;
      expect([extensions, message]).toEqual([
        { code: 'BAD_USER_INPUT', field: 'httpVersion' },
        expect.stringContaining('proxy_http_version 1.1'),
      ]);
    }
    expect(await toldBy('settings.exported')).toHaveLength(before);
    expect((await asked('/health/live', '1.0')).head).toMatch(/^HTTP\/1\.1 200 /);
    expect((await asked('/export?workspaceId=w1', '1.1', 'Connection: close\r\n')).head).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is logged before the service has ended that cut it off', async () => {
    const { url, token, close } = await start({ shutdownTimeout: 50 });
    const before = (await told()).length;
    const response = await get(url, '/export?workspaceId=w1', await token());
    response.on('error', () => undefined);
    await close();
    server = undefined;
    expect((await told()).slice(before)).toMatchObject([{ outcome: 'cut' }]);
  });

  it('is logged before anything is given, and does not begin where that cannot be', async () => {
    const { url, token } = await start();
    const bearer = await token();
    const before = (await toldBy('settings.exported')).length;
    const response = await get(url, '/export?workspaceId=w1', bearer);
    expect(await toldBy('settings.exported')).toHaveLength(before + 1);
    response.destroy();
    const cannot = `BEGIN IF NEW."eventKey" = 'settings.exported' THEN RAISE 'full' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END`;
    const stop = await addTrigger(database, 'BEFORE INSERT ON "ActivityLog" FOR EACH ROW', cannot);
    for (const more of ['', '&manifest=only']) {
      const refused = await get(url, `/export?workspaceId=w1${more}`, bearer);
      expect([refused.statusCode, refused.headers['activity-log-export']]).toEqual([503, undefined]);
      const [{ message, extensions }] = JSON.parse(await text(refused)).errors;
      expect([extensions.code, message]).toEqual([
        'UNAVAILABLE',
        expect.stringMatching(/^Nothing was exported.*no space left/),
      ]);
    }
    await stop();
    expect(await toldBy('settings.exported')).toHaveLength(before + 1);
  });

  it('is logged only where that is on', async () => {
    const { url, token } = await start({ logExports: 'off' });
    const [begun, before] = [(await toldBy('settings.exported')).length, (await told()).length];
    const response = await get(url, '/export?workspaceId=w1', await token());
    await text(response);
    expect(response.trailers['activity-log-count']).toBeDefined();
    await server?.close();
    expect([(await toldBy('settings.exported')).length, (await told()).length]).toEqual([begun, before]);
  });
});
