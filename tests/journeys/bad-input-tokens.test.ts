/** Tokens that are not to be believed, by HTTP, over WebSocket and over SSE. They never reach a database: one is enough. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { readConfig } from '../../src/config.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectNoData, expectSafeErrors, expectStillWell, refusal, send } from './refusals.ts';

const activity = { workspaces: { '*': { role: 'operator' } } };
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const claims = (rest: JWTPayload = {}): JWTPayload => ({
  sub: 'u1',
  exp: inAnHour(),
  iss: 'us',
  aud: 'trail',
  activity,
  ...rest,
});
const without = (key: string) => {
  const { [key]: _, ...rest } = claims();
  return rest;
};
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const query = '{ viewer { subject } }';

describe('a token that is not to be believed', () => {
  let server: TestServer;
  let byKeySet: TestServer;
  let endKeySet: () => Promise<void>;
  let rsa: CryptoKeyPair;
  let publicPem: string;
  let publicJwk: string;

  beforeAll(async () => {
    rsa = await generateKeyPair('RS256', { extractable: true });
    publicPem = await exportSPKI(rsa.publicKey);
    const jwk = { ...(await exportJWK(rsa.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    publicJwk = JSON.stringify(jwk);
    const keySet = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] }))).listen(0, '127.0.0.1');
    await once(keySet, 'listening');
    endKeySet = async () => {
      keySet.closeAllConnections();
      keySet.close();
      await once(keySet, 'close');
    };
    const jwksUrl = `http://127.0.0.1:${(keySet.address() as AddressInfo).port}/keys`;
    const checked = { jwtIssuer: 'us', jwtAudience: 'trail' };
    server = await startTestServer(await openTestPglite(), checked);
    byKeySet = await startTestServer(await openTestPglite(), { ...checked, jwksUrl });
  });
  afterEach(async () => {
    await expectStillWell(server);
    await expectStillWell(byKeySet);
  });
  afterAll(async () => {
    await server.close();
    await byKeySet.close();
    await endKeySet();
  });

  const sign = (payload: JWTPayload, secret: Uint8Array = server.secret, header: object = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(secret);
  const signRsa = (payload: JWTPayload, header: object = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(rsa.privateKey);

  /** Signed with the right secret, under a header that jose would not write. */
  const byHand = (header: object) => {
    const signed = `${base64(header)}.${base64(claims())}`;
    return `${signed}.${createHmac('sha256', server.secret).update(signed).digest('base64url')}`;
  };

  /** Refused alike by HTTP and over WebSocket, without a word of what it was. */
  async function expectRefused(at: TestServer, token: string) {
    const answer = await at.graphql(query, {}, token);
    expectSafeErrors(answer.errors, [token, Buffer.from(at.secret).toString()]);
    expect([answer.status, ...refusal(answer)]).toEqual([401, 'UNAUTHENTICATED', undefined]);
    expectNoData(answer);
    expect(await closeOf(at, { authorization: `Bearer ${token}` })).toMatchObject({ code: 4403 });
  }

  /** How a socket ends that says hello with these parameters. */
  async function closeOf(at: TestServer, payload: unknown): Promise<{ code: number; reason: string }> {
    const socket = new WebSocket(`${at.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    return { code, reason: reason.toString() };
  }

  it('is told apart from one that is good, by either server', async () => {
    expect((await server.graphql(query, {}, await sign(claims()))).data).toEqual({ viewer: { subject: 'u1' } });
    expect((await byKeySet.graphql(query, {}, await signRsa(claims()))).data).toEqual({ viewer: { subject: 'u1' } });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['expired', () => sign(claims({ exp: inAnHour() - 7200 }))],
    ['not yet valid', () => sign(claims({ nbf: inAnHour() }))],
    ['with another issuer', () => sign(claims({ iss: 'them' }))],
    ['with another audience', () => sign(claims({ aud: 'others' }))],
    ['without an issuer', () => sign(without('iss'))],
    ['without an audience', () => sign(without('aud'))],
    ['without an end', () => sign(without('exp'))],
    ['without a subject', () => sign(without('sub'))],
    ['with an empty subject', () => sign(claims({ sub: '' }))],
    ['without an activity claim', () => sign(without('activity'))],
    ['with an activity claim that is text', () => sign(claims({ activity: 'admin' }))],
    ['with an unknown role', () => sign(claims({ activity: { workspaces: { w1: { role: 'root' } } } }))],
    [
      'with brands that are no list',
      () => sign(claims({ activity: { workspaces: { w1: { role: 'client', brands: 'b1' } } } })),
    ],
    ['with an end that is text', () => sign(claims({ exp: 'never' as never }))],
    [
      'signed with another secret',
      () => sign(claims(), new TextEncoder().encode('another secret that is long enough too')),
    ],
    ['signed with HS512', () => sign(claims(), server.secret, { alg: 'HS512' })],
    ['signed with RS256, where there is a secret only', () => signRsa(claims())],
    ['with alg none', () => `${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims())}.`],
    ['with alg None and a signature', () => `${base64({ alg: 'None' })}.${base64(claims())}.${base64('x')}`],
    ['with an unknown critical header', () => byHand({ alg: 'HS256', crit: ['x'], x: 1 })],
    ['of two parts', () => `${base64({ alg: 'HS256' })}.${base64(claims())}`],
    ['that is no JWT', () => 'abc'],
    ['whose claims are no JSON', () => `${base64({ alg: 'HS256' })}.e30x.AAAA`],
    ['whose header is no JSON', () => `AAAA.${base64(claims())}.AAAA`],
    ['that is very long', () => sign(claims({ padding: 'x'.repeat(8_000) }), new Uint8Array(40))],
  ])('is refused: %s', async (_, make) => await expectRefused(server, await make()));

  it('is refused: with claims that were changed under its signature', async () => {
    const [header, payload, signature] = (await sign(claims())).split('.') as [string, string, string];
    const grown = base64({ ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), sub: 'root' });
    await expectRefused(server, `${header}.${grown}.${signature}`);
    await expectRefused(server, `${header}.${payload}.${signature.slice(0, -2)}AA`);
    await expectRefused(server, `${header}.${payload}.`);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['by HS256 with the public key as PEM for a secret', () => hmac(publicPem)],
    ['by HS256 with the public key as JWK for a secret', () => hmac(publicJwk)],
    [
      'by HS256 with its modulus for a secret',
      () => hmac(Buffer.from((JSON.parse(publicJwk) as { n: string }).n, 'base64url')),
    ],
    ['with the key inside of it', () => signRsa(claims({ iss: 'them' }), { jwk: JSON.parse(publicJwk) as object })],
    ['of a key that the set does not have', () => signRsa(claims(), { kid: 'k2' })],
    ['with alg none', () => `${base64({ alg: 'none', kid: 'k1' })}.${base64(claims())}.`],
    ['with another issuer', () => signRsa(claims({ iss: 'them' }))],
    ['expired', () => signRsa(claims({ exp: inAnHour() - 7200 }))],
  ])(
    'is refused where a key set is configured: signed %s',
    async (_, make) => await expectRefused(byKeySet, await make()),
  );

  /** Key confusion: what everybody may know, used as if it were the secret. */
  function hmac(secret: string | Buffer): string {
    const signed = `${base64({ alg: 'HS256', kid: 'k1' })}.${base64(claims())}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  }

  it.each(['Basic dTpw', 'Bearer', 'Bearer ', 'bearer a b c', 'Bearer a.b', 'token'])(
    'is refused as an Authorization header: %j',
    async (authorization) => {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await send(server, { method: 'POST', headers, body: JSON.stringify({ query }) });
      expectSafeErrors(answer.errors);
      expect([answer.status, refusal(answer)[0]]).toEqual([401, 'UNAUTHENTICATED']);
    },
  );

  it.each([
    undefined,
    null,
    {},
    { authorization: '' },
    { authorization: null },
    { authorization: 7 },
    { authorization: ['Bearer x'] },
    { token: 'x' },
  ])('is refused over WebSocket, and the socket closed with 4403: %j', async (payload) => {
    const { code, reason } = await closeOf(server, payload);
    expect(code).toBe(4403);
    expectSafeErrors([{ message: reason, extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('ends a socket with 4403 at the moment it expires, and everything on it', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    const exp = Math.floor(Date.now() / 1000) + 2;
    socket.send(
      JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${await sign(claims({ exp }))}` } }),
    );
    await once(socket, 'message');
    const subscription = { query: 'subscription { activityAdded(workspaceId: "w1") { liveCursor } }' };
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: subscription }));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4403);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    expect(Date.now()).toBeLessThan(exp * 1000 + 2_000);
  });

  it('ends a subscription over SSE with an error at the moment it expires', async () => {
    const exp = Math.floor(Date.now() / 1000) + 2;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${await sign(claims({ exp }))}`,
      },
      body: JSON.stringify({ query: 'subscription { activityAdded(workspaceId: "w1") { liveCursor } }' }),
    });
    const text = await response.text();
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    const events = [...text.matchAll(/event: next\ndata: (.*)\n/g)].map(
      ([, data]) => JSON.parse(data as string) as object,
    );
    expect(events).toHaveLength(1);
    const answer = { status: response.status, ...events[0] };
    expectSafeErrors((answer as { errors?: never }).errors);
    expect(refusal(answer)[0]).toBe('UNAUTHENTICATED');
    expect(text).toContain('event: complete');
  });

  it('is not asked for by health, and the secret is in no setting that is shown', async () => {
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect(() => readConfig({ ACTIVITY_JWT_SECRET: 'short-secret' })).toThrow(
      expect.not.stringContaining('short-secret'),
    );
  });
});
