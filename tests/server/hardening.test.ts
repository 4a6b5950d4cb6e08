/** What a server says and takes beside GraphQL itself: headers, origins, kinds of body. Rates: rates.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '@/config.ts';
import { openTestPglite } from '../support/databases.ts';
import { readMetrics } from '../support/prometheus.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const query = '{ viewer { subject } }';
const front = 'https://front.example';

function asker(server: () => TestServer) {
  return async (path: string, init: RequestInit = {}) => await fetch(`${server().url}${path}`, init);
}

describe('a server as it comes', () => {
  let server: TestServer;
  let token: string;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    token = await server.token();
  });
  afterAll(() => server.close());
  const ask = asker(() => server);
  const post = async (headers: Record<string, string>, body = JSON.stringify({ query })) =>
    await ask('/graphql', { method: 'POST', headers: { authorization: `Bearer ${token}`, ...headers }, body });
  const json = { 'content-type': 'application/json' };

  it.each([
    ['/health/live', {}],
    ['/health/ready', {}],
    ['/metrics', {}],
    ['/nowhere', {}],
    ['/graphql', { accept: 'text/html' }],
    ['/graphql/assets/boot.js', {}],
    ['/graphql?query={__typename}', {}],
    ['/export', {}],
    ['/graphql?query={', {}],
    ['/', {}],
  ])('says what browsers need to know with every answer: %s', async (path, headers) => {
    const answer = await ask(path, { headers, redirect: 'manual' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(/default-src '(none|self)'/),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
    });
    // Any page could otherwise look at the service of whoever visits it.
    expect(answer.headers.get('access-control-allow-origin')).toBe(path === '/metrics' ? null : '*');
    for (const name of ['strict-transport-security', 'access-control-allow-credentials', 'set-cookie', 'x-powered-by'])
      expect(answer.headers.get(name)).toBeNull();
  });

  it('answers any page that has a token, but lets no browser add what it knows by itself', async () => {
    for (const answer of [
      await post({ ...json, origin: front }),
      await post({ ...json, origin: front, authorization: '' }),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
    }
    const asked = { origin: front, 'access-control-request-method': 'POST' };
    const preflight = await ask('/graphql', { method: 'OPTIONS', headers: asked });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('authorization, content-type'),
    ]);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; x=application/json',
    'application/graphql',
    '',
  ])('takes no body that a form could send: %s', async (type) => {
    for (const body of [`query=${encodeURIComponent(query)}`, query, JSON.stringify({ query })]) {
      const answer = await post({ 'content-type': type }, body);
      expect([answer.status, await answer.json()]).toEqual([
        415,
        { errors: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', field: 'content-type' } })] },
      ]);
    }
  });

  it('does nothing by GET but read', async () => {
    const mutation = encodeURIComponent('mutation { workspaceUpsert(input: { id: "w1", name: "x" }) { id } }');
    for (const accept of ['*/*', 'application/json', 'text/event-stream', 'text/html']) {
      const answer = await ask(`/graphql?query=${mutation}`, { headers: { authorization: `Bearer ${token}`, accept } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    const { data } = await server.graphql('{ workspace(id: "w1") { name } }');
    expect(data?.['workspace']?.name ?? null).toBeNull();
  });

  it('takes the id of a request where it is sane, and gives it back', async () => {
    const idOf = async (given: string) =>
      (await ask('/health/live', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await idOf('job-7:attempt.2')).toBe('job-7:attempt.2');
    for (const given of ['x'.repeat(129), 'a b', '"quoted"', 'a,b'])
      expect(await idOf(given)).toMatch(/^[\da-f-]{36}$/);
  });

  it('logs each request at debug, with its id and without what it says', async () => {
    const secretPath = `/graphql?query={viewer{subject}}&variables={"x":"hidden"}`;
    await (await ask(secretPath, { headers: { authorization: `Bearer ${token}`, 'x-request-id': 'req-1' } })).text();
    const line = () => server.lines.find((one) => one.includes('"requestId":"req-1"'));
    await expect.poll(line).toBeDefined();
    expect(JSON.parse(line() as string)).toMatchObject({
      level: 20,
      method: 'GET',
      path: '/graphql',
      status: 200,
      msg: 'request',
    });
    expect(server.lines.join('')).not.toMatch(/hidden|viewer|eyJ/);
  });

  it('counts requests by route, method and class of status, and tokens that it refuses by what was wrong', async () => {
    const before = await readMetrics(server);
    await (await post(json)).text();
    await (await post({ ...json, authorization: 'Bearer a.b.c' })).text();
    await (await post({ ...json, authorization: `Bearer ${await server.token({ ttl: -60 })}` })).text();
    await (await ask('/made/up', { method: 'PROPFIND' })).text();
    const grown = async (name: string) => (await readMetrics(server))(name) - before(name);
    const count = (labels: string) => grown(`http_request_seconds_count{${labels}}`);
    await expect.poll(() => count('route="other",method="other",status="4xx"')).toBe(1);
    expect(await count('route="graphql",method="POST",status="2xx"')).toBe(1);
    expect(await count('route="graphql",method="POST",status="4xx"')).toBe(2);
    expect(await grown('tokens_refused_total{reason="malformed"}')).toBe(1);
    expect(await grown('tokens_refused_total{reason="expired"}')).toBe(1);
  });
});

describe('a server with settings for production', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite(), {
      ...readConfig({
        PORT: '0',
        ACTIVITY_SPOOL_DIR: 'off',
        ACTIVITY_ALLOWED_ORIGINS: `${front}, http://localhost:3000`,
      }),
      rateLimit: 5,
      anonymousRateLimit: 3,
      proxyHops: 1,
      metricsToken: 'the text that a scraper has',
      graphiql: 'off',
      accessLog: 'on',
    });
  });
  afterAll(() => server.close());
  const ask = asker(() => server);

  it('says that TLS is to be used where a trusted proxy says that it was', async () => {
    const hsts = async (proto: string) =>
      (await ask('/health/live', { headers: { 'x-forwarded-proto': proto } })).headers.get('strict-transport-security');
    expect([await hsts('https'), await hsts('http')]).toEqual(['max-age=63072000', null]);
  });

  it('lets pages of the origins that are named read answers, and no others', async () => {
    const seen = async (origin: string) => {
      const { headers } = await ask('/health/live', { headers: { origin } });
      return [headers.get('access-control-allow-origin'), headers.get('vary')];
    };
    expect(await seen(front)).toEqual([front, 'Origin']);
    expect(await seen('http://localhost:3000')).toEqual(['http://localhost:3000', 'Origin']);
    expect(await seen('https://evil.example')).toEqual([null, 'Origin']);
    expect(await seen('null')).toEqual([null, 'Origin']);
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const preflight = await ask('/graphql', { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-headers')).toBeNull();
  });

  it('shows metrics to who has their token, and no GraphiQL', async () => {
    const metrics = async (authorization?: string) =>
      (await ask('/metrics', authorization === undefined ? {} : { headers: { authorization } })).status;
    expect([
      await metrics(),
      await metrics('Bearer the text'),
      await metrics(`Bearer ${await server.token()}`),
    ]).toEqual([401, 401, 401]);
    expect(await metrics('Bearer the text that a scraper has')).toBe(200);
    for (const path of ['/graphql', '/graphql/assets/boot.js'])
      expect(await (await ask(path, { headers: { accept: 'text/html' } })).text()).not.toContain('<html');
  });

  it('lets pages of the origins that are named read exports, and no others', async () => {
    const path = '/export?workspaceId=w1&format=csv';
    const authorization = `Bearer ${await server.token()}`;
    const read = async (origin: string) => {
      const answer = await ask(path, { headers: { authorization, origin } });
      await answer.text();
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect([await read(front), await read('https://evil.example')]).toEqual([
      [200, front],
      [200, null],
    ]);
    const { headers } = await ask(path, { method: 'OPTIONS', headers: { origin: front } });
    expect(headers.get('access-control-allow-origin')).toBe(front);
  });

  it('logs each request at info', async () => {
    await (await ask('/health/live', { headers: { 'x-request-id': 'req-2' } })).text();
    await expect.poll(() => server.lines.find((one) => one.includes('"requestId":"req-2"'))).toContain('"level":30');
  });
});
