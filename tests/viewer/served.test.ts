import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** Bytes of JavaScript, compressed, that a page may load before it shows entries. */
const budget = 150 * 1024;

const addressesIn = (html: string) => [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');

describe('the viewer over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    return server.close;
  });
  const get = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, { redirect: 'manual', ...init });

  it('is at / for everybody, with a policy that lets it load files of this server alone', async () => {
    const page = await get('/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe|data:|\*|https?:/);
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"])
      expect(policy.split('; ')).toContain(part);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await get('/', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })).status).toBe(304);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
  });

  it('names files of its own, each kept for good under its hash', async () => {
    const html = await (await get('/')).text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
    const files = addressesIn(html).filter((address) => address !== 'graphql');
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const address of files) {
      expect(address).toMatch(/^\.\/viewer\/assets\/[\w-]{16}\/[\w.-]+$/);
      const file = await get(`/${address.slice(2)}`, { headers: { 'accept-encoding': 'gzip' } });
      expect([file.status, file.headers.get('content-encoding')]).toEqual([200, 'gzip']);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
    const script = files.find((address) => address.endsWith('.js')) ?? '';
    const ofAnotherVersion = script.slice(1).replace(/[\w-]{16}/, '0123456789abcdef');
    const other = await get(ofAnotherVersion);
    expect([other.status, other.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    for (const path of ['/viewer/', '/viewer/assets/', '/viewer/assets/index.html', '/viewer/assets/nothing.js'])
      expect((await get(path)).status, path).toBe(404);
  });

  it('gives other pages the custom element, at an address that stays', async () => {
    const address = '/viewer/assets/activity-timeline.js';
    const element = await get(address, { headers: { origin: 'https://panel.example' } });
    expect([element.status, element.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(element.headers.get('access-control-allow-origin')).toBe('*');
    expect(element.headers.get('cache-control')).toBe('no-cache');
    const tag = element.headers.get('etag') ?? '';
    expect((await get(address, { headers: { 'if-none-match': tag } })).status).toBe(304);
    const parts = [...(await element.text()).matchAll(/["'`]\.\/([\w-]{16}\/element-[\w.-]+\.js)["'`]/g)];
    expect(parts.length).toBeGreaterThan(3);
    for (const [, part] of parts) {
      const file = await get(`/viewer/assets/${part}`);
      expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
  });

  it('is not there where it is switched off, and does not link to a GraphiQL that is', async () => {
    const start = async (env: Record<string, string>) =>
      await startTestServer(await openTestPglite(), readConfig({ PORT: '0', ACTIVITY_SPOOL_DIR: 'off', ...env }));
    const off = await start({ ACTIVITY_VIEWER: 'off' });
    const answer = await fetch(`${off.url}/`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/graphql']);
    expect((await fetch(`${off.url}/viewer/assets/index.js`)).status).toBe(404);
    await off.close();
    const alone = await start({ ACTIVITY_GRAPHIQL: 'off' });
    expect(addressesIn(await (await fetch(`${alone.url}/`)).text())).not.toContain('graphql');
    await alone.close();
    expect(addressesIn(await (await get('/')).text())).toContain('graphql');
  });
});

describe.each([
  ['viewer', 'index.html'],
  ['element', 'activity-timeline.js'],
  ['react', 'activity-timeline.js'],
])('the files of the %s', (kind, first) => {
  const built = fileURLToPath(new URL(`../../dist/${kind}/`, import.meta.url));
  const scripts = new Map(
    readdirSync(built, { recursive: true, withFileTypes: true })
      .filter(({ name }) => name.endsWith('.js'))
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')] as const),
  );
  /** The scripts that come before anything is shown: the first one or those of the page, and what they import. */
  const atFirst = new Set<string>();
  const add = (name: string) => {
    if (atFirst.has(name)) return;
    atFirst.add(name);
    const text = scripts.get(name);
    if (text === undefined) throw new Error(`There is no ${name}.`);
    for (const [, imported] of text.matchAll(
      /(?:\bfrom|\bimport)\s*["'](?!\.\.\/client\/)[./\w-]*\/([\w.-]+\.js)["']/g,
    ))
      add(imported ?? '');
  };
  if (first.endsWith('.js')) add(first);
  else
    for (const address of addressesIn(readFileSync(join(built, first), 'utf8')))
      if (address.endsWith('.js')) add(address.split('/').at(-1) ?? '');

  it(`are at most ${budget / 1024} KB of JavaScript at first, compressed`, () => {
    const sizes = [...atFirst].map((name) => gzipSync(scripts.get(name) ?? '').byteLength);
    const size = sizes.reduce((sum, one) => sum + one, 0);
    process.stdout.write(
      `${kind}: ${(size / 1024).toFixed(1)} KB of JavaScript at first (gzip), ${atFirst.size} files\n`,
    );
    expect(size).toBeGreaterThan(20 * 1024);
    expect(size).toBeLessThanOrEqual(budget);
  });

  it('bring nothing at first that only those need who log', () => {
    const text = [...atFirst].map((name) => scripts.get(name)).join('\n');
    // The component stands on the client of the package.
    expect(text).toContain(kind === 'react' ? '../client/client.js' : 'activityAdded');
    expect(text).not.toMatch(/ZodError|activity-log: the service is away.{0,40}kept-log/);
  });
});
