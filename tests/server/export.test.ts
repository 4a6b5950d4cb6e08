import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unescapeFormula } from '@/core/activity/export-csv.ts';
import type { Database } from '@/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/stored-entries.ts';

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  trailers: NodeJS.Dict<string>;
  text: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const export_ = { ticket: 'activity-log-export', sha256: 'activity-log-sha256', count: 'activity-log-count' };

describeOnEachDatabase('GET /export', (open) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = await startTestServer(database);
  });
  afterAll(async () => await server.close());

  async function get(path: string, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const outgoing = request(`${server.url}${path}`, { headers: { ...headers, ...bearer } });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    return { status: response.statusCode ?? 0, headers: response.headers, trailers: response.trailers, text };
  }
  const query = (fields: Record<string, string>) => `/export?${new URLSearchParams(fields)}`;
  const errorOf = ({ status, text }: Answer) => ({ status, ...JSON.parse(text).errors[0].extensions });

  async function log(workspaceId: string, count: number, fields: object = {}) {
    const mutation =
      'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { error { message } } } }';
    const input = Array.from({ length: count }, (_, place) => ({
      workspaceId,
      entityType: 'CONTENT',
      entityId: `c${place}`,
      eventKey: 'content.created',
      message: `=HYPERLINK("x${place}"),\n`,
      context: 'inside',
      actorType: 'USER',
      actorUserId: 'u9',
      payload: { place, text: 'ä"' },
      ...fields,
    }));
    expect((await server.graphql(mutation, { input })).errors).toBeUndefined();
  }
  /** The entries that tell of so many exports, newest first; of each that it begins, and what it came to. */
  async function told(workspaceId: string, exports: number, role: 'operator' | 'admin' = 'operator') {
    const query = `query ($eventKey: String!) { timeline(workspaceId: "${workspaceId}", filter: { eventKeys: [$eventKey] }) {
      edges { node { databaseId eventKey visibility actorUserId entityType payload } } } }`;
    const token = await server.token({ role });
    const of = async (eventKey: string) =>
      // The end is told of behind the last byte. A turn of the event loop for who does, in this process too.
      await until(
        async () => {
          await new Promise((resolve) => void setImmediate(resolve));
          const { data } = await server.graphql(query, { eventKey }, token);
          return data?.['timeline'].edges.map(({ node }: { node: object }) => node);
        },
        (found) => found.length >= exports,
      );
    return { begun: await of('settings.exported'), finished: await of('settings.export_finished') };
  }

  it('gives CSV, JSON lines and JSON of the same entries, with what they came to behind them', async () => {
    await log('three', 3);
    const token = await server.token({ role: 'admin' });
    const csv = await get(query({ workspaceId: 'three', format: 'csv' }), token);
    const jsonl = await get(
      query({ workspaceId: 'three', format: 'jsonl', filter: '{"eventKeys":["content.*"]}' }),
      token,
    );
    const json = await get(
      query({ workspaceId: 'three', format: 'json', filter: '{"eventKeys":["content.*"]}' }),
      token,
    );
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': expect.stringMatching(/^attachment; filename="activity-three-[\dT-]+Z\.csv"$/),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const rows = parse(csv.text, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ message }) => unescapeFormula(message as string))).toContain('=HYPERLINK("x1"),\n');
    for (const { text, trailers } of [csv, jsonl, json]) {
      expect(trailers).toMatchObject({ [export_.count]: '3', [export_.sha256]: sha256(text) });
    }
    const objects = JSON.parse(json.text) as Record<string, unknown>[];
    expect(
      jsonl.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(objects);
    expect(objects.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(objects[0]).toMatchObject({ context: 'inside', payload: { text: 'ä"' }, brandId: null });
  });

  it('holds a client to what it may see', async () => {
    await log('held', 1, { brandId: 'b1', visibility: 'CLIENT' });
    await log('held', 1, { brandId: 'b2', visibility: 'CLIENT' });
    await log('held', 1, { brandId: 'b1' });
    const client = await server.token({ workspace: 'held', role: 'client', brands: ['b1'] });
    const { text } = await get(query({ workspaceId: 'held', format: 'json' }), client);
    expect(JSON.parse(text)).toMatchObject([{ brandId: 'b1', visibility: 'CLIENT', context: null, actorUserId: null }]);
    const refused = { status: 403, code: 'FORBIDDEN' };
    expect(errorOf(await get(query({ workspaceId: 'other' }), client))).toMatchObject(refused);
    const byActor = query({ workspaceId: 'held', filter: '{"actorUserIds":["u9"]}' });
    expect(errorOf(await get(byActor, client))).toMatchObject({ ...refused, field: 'filter.actorUserIds' });
    const writer = await server.token({ role: 'writer' });
    expect(errorOf(await get(query({ workspaceId: 'held' }), writer))).toMatchObject(refused);
  });

  it.each([
    ['format=xml', 'format'],
    ['formulas=x', 'formulas'],
    ['filter={', 'filter'],
    ['filter=[]', 'filter'],
    ['filter={"severity":["ERROR"]}', 'filter'],
    ['filter={"from":"yesterday"}', 'filter.from'],
    ['fliter={}', 'fliter'],
    ['format=csv&format=json', 'format'],
    ['export=x', 'export'],
    ['after=x', 'export'],
    ['manifest=yes', 'manifest'],
  ])('refuses %s before the first byte, and says why', async (rest, field) => {
    const answer = await get(`/export?workspaceId=w1&${rest.replaceAll('"', '%22')}`, await server.token());
    expect(errorOf(answer)).toEqual({ status: 400, code: 'BAD_USER_INPUT', field });
  });

  it('tells nobody anything without a token', async () => {
    for (const path of ['/export', '/export?workspaceId=w1&format=xml', '/export?workspaceId=w1&token=x']) {
      expect(errorOf(await get(path))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
  });

  it('goes on behind any entry of an export, byte for byte, whatever has been committed since', async () => {
    await log('resumed', 25);
    const token = await server.token();
    for (const format of ['csv', 'jsonl', 'json']) {
      const whole = await get(query({ workspaceId: 'resumed', format }), token);
      const ticket = whole.headers[export_.ticket] as string;
      await log('resumed', 2);
      const rows = format === 'csv' ? (parse(whole.text, { columns: true }) as { id: string }[]) : undefined;
      const lines = whole.text.split('\n');
      const ids =
        rows?.map(({ id }) => id) ?? [...whole.text.matchAll(/^\{"id":"(\w+)"/gm)].map(([, id]) => id as string);
      expect(ids.length).toBeGreaterThanOrEqual(25);
      for (const place of [0, 12, ids.length - 1]) {
        const rest = await get(
          query({ workspaceId: 'resumed', format, export: ticket, after: ids[place] as string }),
          token,
        );
        expect(rest.status, format).toBe(200);
        expect(whole.text.endsWith(rest.text)).toBe(true);
        const first = ids[place + 1];
        if (first === undefined) expect(rest.text).toBe(format === 'json' ? ']\n' : '');
        else expect(rest.text.startsWith(format === 'csv' ? first : `{"id":"${first}"`)).toBe(true);
        expect(rest.trailers).toMatchObject({ [export_.sha256]: sha256(rest.text) });
      }
      expect(lines.length).toBeGreaterThan(1);
      const again = await get(query({ workspaceId: 'resumed', format, export: ticket }), token);
      expect(again.text).toBe(whole.text);
      const manifest = await get(query({ workspaceId: 'resumed', format, export: ticket, manifest: 'only' }), token);
      expect(JSON.parse(manifest.text)).toMatchObject({
        count: ids.length,
        sha256: sha256(whole.text),
        format,
        filter: {},
      });
      const other = query({ workspaceId: 'resumed', format, export: ticket, filter: '{"severities":["INFO"]}' });
      expect(errorOf(await get(other, token))).toMatchObject({ code: 'BAD_USER_INPUT', field: 'export' });
      const admin = await get(
        query({ workspaceId: 'resumed', format, export: ticket }),
        await server.token({ role: 'admin' }),
      );
      expect(errorOf(admin)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'export' });
    }
  });

  it('logs who looked and what it came to, as hidden as what was looked at, and not in the export itself', async () => {
    await log('watched', 2);
    const first = await get(query({ workspaceId: 'watched', format: 'jsonl' }), await server.token({ subject: 'op' }));
    expect(first.text).not.toContain('settings.export');
    const admin = await server.token({ role: 'admin', subject: 'ad' });
    const ticket = (await get(query({ workspaceId: 'watched', filter: '{"search":"hyperlink"}' }), admin)).headers;
    const { begun, finished } = await told('watched', 2);
    const ended = { outcome: 'complete', count: 2 };
    const [byAdmin, byOperator] = [
      { visibility: 'INTERNAL', actorUserId: 'ad', entityType: 'SETTINGS' },
      { visibility: 'SYSTEM', actorUserId: 'op', entityType: 'SETTINGS' },
    ];
    const moment = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(begun).toMatchObject([
      {
        ...byAdmin,
        payload: { format: 'csv', formulas: 'escaped', filter: { search: 'hyperlink' }, moment, by: 'token' },
      },
      { ...byOperator, payload: { format: 'jsonl', filter: {}, moment, by: 'token' } },
    ]);
    expect(finished).toMatchObject([
      { ...byAdmin, payload: { ...ended, exported: begun[0].databaseId, bytes: expect.any(Number) } },
      {
        ...byOperator,
        payload: {
          ...ended,
          exported: begun[1].databaseId,
          bytes: first.text.length + 2,
          sha256: sha256(first.text),
        },
      },
    ]);
    const seen = await told('watched', 1, 'admin');
    expect([seen.begun.length, seen.finished.length]).toEqual([1, 1]);
    const oldest = '{ timeline(workspaceId: "watched", last: 1) { edges { node { databaseId } } } }';
    const after = (await server.graphql(oldest)).data?.['timeline'].edges[0].node.databaseId;
    const search = { workspaceId: 'watched', filter: '{"search":"hyperlink"}' };
    await get(query({ ...search, export: ticket[export_.ticket] as string, after }), admin);
    const [rest] = (await told('watched', 3)).begun;
    expect(rest.payload).toMatchObject({ after, moment: begun[0].payload.moment });
  });
});
