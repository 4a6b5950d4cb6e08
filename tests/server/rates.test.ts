/** How many requests a server takes of a token, and of an address without one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '@/config.ts';
import { Metrics } from '@/metrics.ts';
import { networkOf } from '@/server/addresses.ts';
import { RateLimits, rateWindow } from '@/server/rate-limits.ts';
import { openTestPglite } from '../support/databases.ts';
import { readMetrics } from '../support/prometheus.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('a server with low rates', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite(), {
      ...readConfig({ PORT: '0', ACTIVITY_SPOOL_DIR: 'off' }),
      rateLimit: 5,
      anonymousRateLimit: 3,
      proxyHops: 1,
    });
  });
  afterAll(() => server.close());
  const ask = async (path: string, init: RequestInit = {}) => await fetch(`${server.url}${path}`, init);
  const post = async (token: string | undefined, headers: Record<string, string> = {}) =>
    await ask('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
      body: JSON.stringify({ query: '{ viewer { subject } }' }),
    });
  const statuses = async (times: number, ask: () => Promise<Response>) => {
    const found: number[] = [];
    for (let time = 0; time < times; time += 1) found.push((await ask()).status);
    return found;
  };

  it('refuses a token one request too many with 429 and when to try again, and no other token', async () => {
    const [one, other] = [await server.token({ subject: 'a' }), await server.token({ subject: 'b' })];
    expect(await statuses(7, () => post(one))).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const refused = await post(one, { 'x-forwarded-for': '192.0.2.99' });
    const after = Number(refused.headers.get('retry-after'));
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(10);
    expect(await refused.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining(`try again in ${after} s`),
          extensions: { code: 'LIMIT_EXCEEDED', retryAfter: after },
        },
      ],
    });
    expect((await post(other)).status).toBe(200);
    expect((await readMetrics(server))('rate_limited_total{by="token"}')).toBe(3);
  });

  it('refuses an address one request without a valid token too many, as the trusted proxy names it, and who has a token not', async () => {
    const from = (address: string, token?: string) => post(token, { 'x-forwarded-for': address });
    expect(await statuses(4, () => from('203.0.113.7'))).toEqual([401, 401, 401, 429]);
    // What the client itself has written in front counts for nothing.
    expect((await from('198.51.100.1, 203.0.113.7', 'a.b.c')).status).toBe(429);
    expect((await from('203.0.113.8', 'a.b.c')).status).toBe(401);
    expect((await from('203.0.113.7', await server.token({ subject: 'c' }))).status).toBe(200);
    // One network, whichever of its addresses.
    expect(await statuses(3, () => from('2001:db8:1:2::1'))).toEqual([401, 401, 401]);
    expect((await from('2001:db8:1:2:ffff::2')).status).toBe(429);
    expect((await from('2001:db8:1:3::1')).status).toBe(401);
  });

  it('counts a link to an export as a request of nobody, also with a token beside it, and not for the token that made it', async () => {
    const token = await server.token({ subject: 'maker of links' });
    const made = await ask('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: 'mutation { activityExport(workspaceId: "w1", format: CSV) { url } }' }),
    });
    const { url } = ((await made.json()) as { data: { activityExport: { url: string } } }).data.activityExport;
    const open = (path: string, address: string, bearer?: string) =>
      ask(path, { headers: { 'x-forwarded-for': address, ...(bearer && { authorization: `Bearer ${bearer}` }) } });
    const before = await readMetrics(server);
    expect(await statuses(4, () => open(url, '203.0.113.20'))).toEqual([200, 200, 200, 429]);
    const refused = await open(url, '203.0.113.20', token);
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { errors: [expect.objectContaining({ extensions: { code: 'LIMIT_EXCEEDED', retryAfter: expect.any(Number) } })] },
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Whoever tries out links, and who asks for nothing but the head or the manifest.
    expect(await statuses(4, () => open('/export?link=made-up', '203.0.113.21'))).toEqual([401, 401, 401, 429]);
    expect(await statuses(4, () => open(`${url}&manifest=only`, '203.0.113.22'))).toEqual([200, 200, 200, 429]);
    expect(await statuses(4, () => open(url, '203.0.113.23', token))).toEqual([200, 200, 200, 429]);
    const grown = (await readMetrics(server))('rate_limited_total{by="address"}');
    expect(grown - before('rate_limited_total{by="address"}')).toBe(5);
    // One of its five went for the link.
    expect(await statuses(5, () => post(token))).toEqual([200, 200, 200, 200, 429]);
  });
});

it('lets a token of a server as it comes do what many do at once, and no more', async () => {
  const { rateLimit, anonymousRateLimit, websocketsPerToken } = readConfig({});
  const limits = new RateLimits({ perToken: rateLimit, perSender: anonymousRateLimit, metrics: new Metrics() });
  // All sockets that one token may have come back, each with a hello and a subscription.
  expect(rateLimit).toBeGreaterThan(2 * websocketsPerToken);
  for (let time = 0; time < rateLimit; time += 1) await limits.count('token', 'one');
  await expect(limits.count('token', 'one')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  await limits.count('token', 'another');
  // Said, and why, in docs/security.md.
  expect(rateLimit / rateWindow).toBe(5_000);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
