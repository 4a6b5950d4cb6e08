import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { Config } from '../config.ts';
import type { Role } from '../core/activity/visibility.ts';
import { ConfigError } from '../setting.ts';

export interface TokenRequest {
  /** The token's `sub`. */
  subject: string;
  /** `*` for every workspace. */
  workspaceId: string;
  role: Role;
  /** For the role client. */
  brandIds: readonly string[];
  /** Seconds until it ends. */
  ttl: number;
}

/** True where the entries are kept by the service itself. */
export function isEmbedded({ databaseUrl }: Pick<Config, 'databaseUrl'>): boolean {
  return databaseUrl === undefined || databaseUrl === 'memory://';
}

/**
 * The secret of HS256 tokens: the one that is set, or, embedded and without a key set, one that is made once and kept in
 * the data directory (mode 0600). Undefined where tokens come from a key set alone.
 * @throws ConfigError with PostgreSQL, where neither a secret nor a key set is configured
 */
export function readSecret(config: Config): Uint8Array | undefined {
  if (config.jwtSecret !== undefined) return new TextEncoder().encode(config.jwtSecret);
  if (config.jwksUrl !== undefined) return undefined;
  if (!isEmbedded(config)) {
    throw new ConfigError(
      'ACTIVITY_JWT_SECRET or ACTIVITY_JWKS_URL is needed with PostgreSQL, so that tokens can be checked.',
    );
  }
  return new TextEncoder().encode(keepSecret(config.dataDir));
}

function keepSecret(dataDir: string): string {
  const file = join(dataDir, 'jwt-secret');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    // Whoever comes first makes it; `wx` refuses to write over it.
    writeFileSync(file, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const secret = readFileSync(file, 'utf8').trim();
  if (Buffer.byteLength(secret) >= 32) return secret;
  throw new ConfigError(`${file} holds no secret of 32 bytes or more. Delete it, and a new one is made.`);
}

/** Signs a token as the configuration expects it. */
export async function signToken(config: Config, secret: Uint8Array, request: TokenRequest): Promise<string> {
  const { role, workspaceId, brandIds, subject, ttl } = request;
  const grant = role === 'client' ? { role, brands: [...brandIds] } : { role };
  const now = Math.floor(Date.now() / 1000);
  const token = new SignJWT({ activity: { workspaces: { [workspaceId]: grant } } })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + ttl);
  if (config.jwtIssuer !== undefined) token.setIssuer(config.jwtIssuer);
  if (config.jwtAudience !== undefined) token.setAudience(config.jwtAudience);
  return await token.sign(secret);
}
