import type { IncomingMessage } from 'node:http';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import { senderOf } from './addresses.ts';
import type { Authenticator } from './authenticate.ts';
import type { RateLimits } from './rate-limits.ts';

export interface SignInOptions {
  authenticator: Authenticator;
  limits: RateLimits;
  proxyHops: number;
}

/**
 * Who asks, by an Authorization header or the parameter of a WebSocket's hello; undefined for nobody. Counts the request
 * against its token, or, without a valid one, against the address that it comes from.
 * @throws ActivityLogError UNAUTHENTICATED for a token that is not valid, LIMIT_EXCEEDED with `retryAfter` for one request
 * too many, UNAVAILABLE where the key set cannot be fetched
 */
export async function signIn(
  authorization: unknown,
  request: IncomingMessage,
  { authenticator, limits, proxyHops }: SignInOptions,
): Promise<Viewer | undefined> {
  let viewer: Viewer | undefined;
  try {
    viewer = await authenticator.viewerOf(authorization);
  } catch (error) {
    // Only then: many who have tokens may come from the address of one who tries them out.
    if (error instanceof ActivityLogError && error.code === 'UNAUTHENTICATED')
      await limits.count('address', senderOf(request, proxyHops));
    throw error;
  }
  if (viewer === undefined) await limits.count('address', senderOf(request, proxyHops));
  else await limits.count('token', String(authorization));
  return viewer;
}
