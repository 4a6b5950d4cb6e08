import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Role } from '../../src/core/activity/visibility.ts';
import { createLogger } from '../../src/log.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { readSecret, signToken } from '../../src/server/token.ts';
import { chromiumPath, launchChromium, whySkipped } from '../support/chromium.ts';
import { openTestPglite } from '../support/databases.ts';

const config = readConfig({
  DATABASE_URL: 'memory://',
  PORT: '0',
  LOG_LEVEL: 'silent',
  ACTIVITY_JWT_SECRET: 'a secret of the GraphiQL tests, long enough',
});
const secret = readSecret(config) as Uint8Array;
const sign = (subject: string, workspaceId: string, role: Role, ttl = 600) =>
  signToken(config, secret, { subject, workspaceId, role, brandIds: [], ttl });

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ config, database: await openTestPglite(), secret, logger: createLogger('silent') });
});
afterAll(async () => await server.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}${path}`, { method, headers: { 'accept-encoding': 'identity', ...headers } });

describe('GraphiQL over HTTP', () => {
  test('browsers get the page, everybody else GraphQL', async () => {
    const page = await get('/graphql', { accept: 'text/html,*/*' });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('vary')).toBe('accept, accept-encoding');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const answer = await get('/graphql?query=%7B__typename%7D', { accept: 'text/html,*/*' });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('the page names files of this server only, each kept for good under its hash', async () => {
    const html = await (await get('/graphql', { accept: 'text/html' })).text();
    const names = [...html.matchAll(/(?:src|href|data-[a-z-]+)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(names).toHaveLength(8);
    for (const name of names) {
      expect(name).toMatch(/^graphql\/assets\/[\w-]{16}\/[a-z.]+$/);
      const file = await get(`/${name}`, {}, 'HEAD');
      expect(file.status).toBe(200);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await file.text()).toBe('');
    }
  });

  test('the same content compressed and plain, with a tag of its own, asked for again by it', async () => {
    const path = '/graphql/assets/boot.js';
    const plain = await get(path);
    expect(plain.headers.get('cache-control')).toBe('no-cache');
    expect(plain.headers.get('content-encoding')).toBeNull();
    const packed = await get(path, { 'accept-encoding': 'br, gzip;q=0.5' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(await packed.text()).toBe(await plain.text());
    const tags = [plain, packed].map(({ headers }) => headers.get('etag') ?? '');
    expect(new Set(tags).size).toBe(2);
    expect((await get(path, { 'if-none-match': `"other", W/${tags[0]}` })).status).toBe(304);
    expect((await get(path, { 'if-none-match': tags[1] ?? '' })).status).toBe(200);
    expect((await get(path, { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding')).toBeNull();
  });

  test("a hash that is not the content's is nothing to keep; what is not there is not found", async () => {
    const other = await get('/graphql/assets/0123456789abcdef/page.css');
    expect([other.status, other.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect((await get('/graphql/assets/index.html')).status).toBe(404);
    expect((await get('/graphql/assets/boot.js', {}, 'POST')).status).toBe(405);
  });
});

describe.skipIf(chromiumPath === undefined)(`GraphiQL in a browser${whySkipped}`, { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => await browser?.close());

  /** A browser without a past, and what it did that it should not have. */
  async function openBrowser(): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1360, height: 820 } });
    const complaints: string[] = [];
    context.on('request', (request) => {
      const { origin, search, hash } = new URL(request.url());
      if (origin !== server.url) complaints.push(`a request to ${origin}`);
      if (`${search}${hash}${request.headers()['referer'] ?? ''}`.includes('eyJ')) complaints.push('a token in a URL');
    });
    // Chromium reports what a Content-Security-Policy blocked as an error, too.
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
    return { context, page: await context.newPage(), complaints };
  }

  const open = async (page: Page, token?: string) => {
    await page.goto(`${server.url}/graphql${token === undefined ? '' : `#token=${token}`}`);
    await page.getByRole('tab', { name: 'Timeline' }).waitFor();
  };
  const result = (page: Page) => page.locator('.graphiql-response .view-lines');
  const resultText = async (page: Page) => ((await result(page).textContent()) ?? '').replaceAll('\u00a0', ' ');
  const problem = (page: Page) => page.locator('#token-problem').textContent();
  const run = async (page: Page, tab: string) => {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('button', { name: 'Execute query' }).click();
  };
  const shows = async (page: Page, text: string) => await expect.poll(() => resultText(page)).toContain(text);

  async function log(token: string, message: string): Promise<void> {
    const input = {
      workspaceId: 'demo',
      entityType: 'CONTENT',
      entityId: 'c1',
      eventKey: 'content.scheduled',
      message,
      actorType: 'SYSTEM',
      actorLabel: 'Scheduler',
    };
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        query: 'mutation ($input: ActivityLogInput!) { activityLog(input: $input) { duplicate } }',
        variables: { input },
      }),
    });
    expect(await response.json()).toEqual({ data: { activityLog: { duplicate: false } } });
  }

  test('the link opens signed in, every example runs, and nothing leaves the server', async () => {
    const { context, page, complaints } = await openBrowser();
    const token = await sign('olivia', '*', 'operator');
    await open(page, token);
    expect(page.url()).toBe(`${server.url}/graphql`);
    expect(await page.locator('#session-in').textContent()).toMatch(
      /Signed in as olivia\s+operator of every workspace/,
    );

    await run(page, 'WhoAmI');
    await shows(page, '"subject": "olivia"');
    await run(page, 'LogEntry');
    await shows(page, '"message": "Spring campaign published on Instagram"');
    await run(page, 'LogMany');
    await shows(page, '"code": "BAD_USER_INPUT"');
    await run(page, 'Names');
    await shows(page, '"name": "Demo agency"');
    await run(page, 'Timeline');
    await shows(page, '"value": 3');
    await shows(page, '"message": "Publication failed for Instagram"');

    const socket = page.waitForEvent('websocket');
    await run(page, 'Live');
    expect((await socket).url()).toBe(`${server.url.replace('http', 'ws')}/graphql`);
    let logged = 0;
    await expect
      .poll(
        async () => {
          logged += 1;
          await log(token, `live ${logged}`);
          return await resultText(page);
        },
        { timeout: 15_000 },
      )
      .toMatch(/"message": "live \d+"/);
    await page.getByRole('button', { name: 'Stop query' }).click();

    // The editor's worker knows the schema, and what is typed stays out of the address.
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('query Wrong { nothing }');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
    expect(page.url()).toBe(`${server.url}/graphql`);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the examples use the one workspace of the token', async () => {
    const { context, page, complaints } = await openBrowser();
    await open(page, await sign('ada', 'acme', 'admin'));
    expect(await page.locator('#grants').textContent()).toBe('admin of acme');
    await run(page, 'LogEntry');
    await shows(page, '"duplicate": false');
    await run(page, 'Timeline');
    await shows(page, '"actorUserId": "ada"');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('signs in with a pasted token, keeps it for the browser tab alone, and signs out', async () => {
    const { context, page } = await openBrowser();
    await open(page);
    const field = page.getByRole('textbox', { name: 'Token' });
    const submit = page.getByRole('button', { name: 'Sign in' });
    await field.fill('no token');
    await submit.click();
    expect(await problem(page)).toContain('three parts');
    await field.fill(await sign('olivia', '*', 'operator', -60));
    await submit.click();
    await expect.poll(() => problem(page)).toBe('Not accepted. The token has expired. Get a new one.');
    await field.fill(`Bearer ${await sign('olivia', '*', 'operator')}`);
    await submit.click();
    await page.getByText('Signed in as olivia').waitFor();
    await page.reload();
    await page.getByText('Signed in as olivia').waitFor();
    const other = await context.newPage();
    await open(other);
    expect(await other.getByRole('textbox', { name: 'Token' }).isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await field.waitFor();
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(kept).not.toContain('eyJ');
    await context.close();
  });

  test('a link with a refused token says so', async () => {
    const { context, page } = await openBrowser();
    const token = await sign('olivia', '*', 'operator');
    await open(page, `${token.slice(0, -4)}AAAA`);
    expect(page.url()).toBe(`${server.url}/graphql`);
    expect(await problem(page)).toBe("Not accepted. The token's signature does not fit.");
    await run(page, 'WhoAmI');
    await shows(page, '"code": "UNAUTHENTICATED"');
    await context.close();
  });

  test('a session ends with its token, and so does a subscription, saying why', async () => {
    const { context, page } = await openBrowser();
    await open(page, await sign('olivia', '*', 'operator', 6));
    await run(page, 'Live');
    await shows(page, 'The token has expired');
    await expect.poll(() => problem(page)).toBe('Not accepted. The token has expired. Get a new one.');
    expect(await page.locator('#session-in').isVisible()).toBe(false);
    await context.close();
  });
});
