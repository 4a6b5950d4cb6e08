import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Grant, roles, type Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';

export interface AuthenticatorOptions {
  /** For HS256. */
  secret?: Uint8Array | undefined;
  /** For the asymmetric algorithms. */
  jwksUrl?: string | undefined;
  issuer?: string | undefined;
  audience?: string | undefined;
  /** Called with a short word for each token that is refused. */
  onRefusal?: ((reason: string) => void) | undefined;
}

const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const claims = z.object({
  workspaces: z.record(
    z.string().min(1),
    z.object({ role: z.enum(roles), brands: z.array(z.string()).max(1_000).optional() }),
  ),
});

/** Tokens that were found good: how many, and for how long that is remembered (never beyond their own end). */
const known = { tokens: 1_000, milliseconds: 60_000 } as const;

const refuse = (message: string, cause?: unknown): never => {
  throw new ActivityLogError('UNAUTHENTICATED', message, { cause });
};

function toViewer(payload: JWTPayload): Viewer {
  const parsed = claims.safeParse(payload['activity']);
  if (!parsed.success) {
    return refuse(
      'The token has no valid `activity` claim: { workspaces: { "ID": { role: "admin" } } }.',
      parsed.error,
    );
  }
  if (typeof payload.sub !== 'string' || payload.sub === '') return refuse('The token has no `sub`.');
  const grants = Object.entries(parsed.data.workspaces).map(([workspaceId, { role, brands }]): [string, Grant] => [
    workspaceId,
    { role, brandIds: brands ?? [] },
  ]);
  return { subject: payload.sub, grants: new Map(grants), expiresAt: new Date((payload.exp as number) * 1000) };
}

/** What a refused token is counted as, and told: enough to mend it, nothing about the key. */
function explain(error: unknown): [reason: string, message: string] {
  if (error instanceof errors.JWTExpired) return ['expired', 'The token has expired. Get a new one.'];
  if (error instanceof errors.JWTClaimValidationFailed)
    return ['claims', `The token's \`${error.claim}\` is not the one that is needed.`];
  if (error instanceof errors.JOSEAlgNotAllowed) return ['algorithm', "The token's algorithm is not accepted."];
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return ['signature', "The token's signature does not fit."];
  if (error instanceof errors.JWKSNoMatchingKey) return ['key', "The token's key is not in the key set."];
  return ['malformed', 'The token is not a valid JWT.'];
}

/** Checks tokens: algorithm, signature, expiry, and issuer and audience where they are set. */
export class Authenticator {
  /** Checking a signature takes longer than many a query; a key that is withdrawn has to be noticed soon all the same. */
  readonly #known = new LRUCache<string, Viewer>({ max: known.tokens, ttl: known.milliseconds });
  readonly #verify: (token: string) => Promise<JWTPayload>;
  readonly #onRefusal: (reason: string) => void;

  constructor({ secret, jwksUrl, issuer, audience, onRefusal = () => {} }: AuthenticatorOptions) {
    this.#onRefusal = onRefusal;
    const common = {
      requiredClaims: ['exp', 'sub'],
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    };
    const keys = jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl));
    this.#verify = async (token) => {
      // Which key fits is said by who holds it, never by the token: an HS256 token is only checked with the secret.
      const isSymmetric = algorithmOf(token) === 'HS256';
      if (secret !== undefined && (isSymmetric || keys === undefined)) {
        return (await jwtVerify(token, secret, { ...common, algorithms: ['HS256'] })).payload;
      }
      if (keys === undefined) throw new Error('no key is configured');
      return (await jwtVerify(token, keys, { ...common, algorithms: asymmetric })).payload;
    };
  }

  /**
   * The viewer of an Authorization header or connection parameter; undefined where there is none.
   * @throws ActivityLogError UNAUTHENTICATED for a token that is not valid; UNAVAILABLE where the key set cannot be fetched
   */
  async viewerOf(authorization: unknown): Promise<Viewer | undefined> {
    if (authorization === undefined || authorization === null || authorization === '') return undefined;
    const [, token] =
      (typeof authorization === 'string' && /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization)) || [];
    if (token === undefined) {
      this.#onRefusal('malformed');
      return refuse('Authorization must be "Bearer JWT".');
    }
    const before = this.#known.get(token);
    if (before !== undefined && before.expiresAt.getTime() > Date.now()) return before;
    try {
      const viewer = toViewer(await this.#verify(token));
      this.#known.set(token, viewer);
      return viewer;
    } catch (error) {
      if (error instanceof ActivityLogError) {
        this.#onRefusal('claims');
        throw error;
      }
      if (error instanceof errors.JWKSTimeout || error instanceof TypeError) {
        throw new ActivityLogError('UNAVAILABLE', "The identity provider's keys cannot be fetched; try again.", {
          cause: error,
        });
      }
      const [reason, message] = explain(error);
      this.#onRefusal(reason);
      return refuse(message, error);
    }
  }
}

function algorithmOf(token: string): unknown {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8'));
    return (header as { alg?: unknown } | null)?.alg;
  } catch {
    return undefined;
  }
}
