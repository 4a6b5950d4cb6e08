import { afterEach, expect, it, vi } from 'vitest';
import { readConfig } from '@/config.ts';
import { Authenticator } from '@/server/authenticate.ts';
import { signToken } from '@/server/token.ts';

const config = readConfig({});
const secret = new TextEncoder().encode('a secret for tests that is long enough');
const other = new TextEncoder().encode('another secret for tests, long enough');
const grant = { workspaceId: 'w1', role: 'admin', brandIds: [], subject: 'u1', ttl: 30 } as const;
afterEach(() => void vi.useRealTimers());

it('a token that was found good is not good beyond its end', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const authenticator = new Authenticator({ secret });
  const bearer = `Bearer ${await signToken(config, secret, grant)}`;
  const viewer = await authenticator.viewerOf(bearer);
  expect(viewer).toMatchObject({ subject: 'u1' });
  vi.setSystemTime(Date.now() + 29_000);
  // Remembered: the very same.
  expect(await authenticator.viewerOf(bearer)).toBe(viewer);
  vi.setSystemTime(Date.now() + 2_000);
  await expect(authenticator.viewerOf(bearer)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('a token that was found good makes no other one good: not with another end, body or signature', async () => {
  const authenticator = new Authenticator({ secret });
  const token = await signToken(config, secret, grant);
  await authenticator.viewerOf(`Bearer ${token}`);
  const [head, , signature] = token.split('.');
  const [, body] = (await signToken(config, other, { ...grant, role: 'operator' })).split('.');
  for (const forged of [
    `${head}.${body}.${signature}`,
    `${token.slice(0, -2)}AA`,
    await signToken(config, other, grant),
  ])
    await expect(authenticator.viewerOf(`Bearer ${forged}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
