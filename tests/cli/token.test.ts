import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryDirectory } from './run-cli.ts';

const secret = 'a secret for tests that is long enough';

describe('activity-log token', () => {
  const directory = temporaryDirectory();
  const env = { ACTIVITY_DATA_DIR: directory.path };
  const claims = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['token', ...args], { ...env, ACTIVITY_JWT_SECRET: secret });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    return (await jwtVerify(stdout.trim(), new TextEncoder().encode(secret))).payload;
  };
  afterAll(() => directory.remove());

  it('prints one token that the configured secret signs', async () => {
    const payload = await claims('--workspace', 'w1', '--role', 'admin', '--subject', 'u1', '--ttl', '15m');
    expect(payload).toMatchObject({ sub: 'u1', activity: { workspaces: { w1: { role: 'admin' } } } });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
  });

  it('gives a client its brands', async () => {
    const payload = await claims('--workspace', 'w1', '--role', 'client', '--brand', 'b1', '--brand', 'b2');
    expect(payload['activity']).toEqual({ workspaces: { w1: { role: 'client', brands: ['b1', 'b2'] } } });
  });

  it('carries the issuer and audience that the service asks for', async () => {
    const { stdout } = await runCli(['token', '--workspace', 'w1', '--role', 'writer'], {
      ...env,
      ACTIVITY_JWT_ISSUER: 'https://id.example',
      ACTIVITY_JWT_AUDIENCE: 'activity',
    });
    expect(decodeJwt(stdout.trim())).toMatchObject({ iss: 'https://id.example', aud: 'activity' });
  });

  describe('with the embedded database and no secret', () => {
    const fresh = temporaryDirectory();
    let first: string;
    beforeAll(async () => {
      const args = ['token', '--workspace', 'w1', '--role', 'operator'];
      first = (await runCli(args, { ACTIVITY_DATA_DIR: fresh.path })).stdout.trim();
    });
    afterAll(() => fresh.remove());

    it('makes one, keeps it for its owner alone, and signs with it', async () => {
      const file = join(fresh.path, 'jwt-secret');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      await jwtVerify(first, new TextEncoder().encode(readFileSync(file, 'utf8')));
    });
  });

  it.each([
    ['a role is missing', ['--workspace', 'w1'], '--role'],
    ['a role does not exist', ['--workspace', 'w1', '--role', 'king'], 'operator, admin, client, writer'],
    ['a client has no brand', ['--workspace', 'w1', '--role', 'client'], '--brand'],
    ['another role has a brand', ['--workspace', 'w1', '--role', 'admin', '--brand', 'b1'], '--brand'],
    ['a duration is none', ['--workspace', 'w1', '--role', 'admin', '--ttl', 'soon'], '15m'],
  ])('exits with 2 and says what would be right where %s', async (_name, args, hint) => {
    const { code, stdout, stderr } = await runCli(['token', ...args], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(hint);
  });

  it('needs a secret with PostgreSQL', async () => {
    const { code, stderr } = await runCli(['token', '--workspace', 'w1', '--role', 'admin'], {
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('ACTIVITY_JWT_SECRET');
  });

  it('explains itself', async () => {
    const { code, stdout } = await runCli(['token', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
  });
});
