import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ActivityLogError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';

/** Seconds that requests are counted for, from the first one on. */
export const rateWindow = 10;

export interface RateLimitsOptions {
  /** Requests of one token in a window; 0 for any number. */
  perToken: number;
  /** Requests without a valid token, of one network in a window; 0 for any number. */
  perSender: number;
  metrics: Metrics;
}

type Kind = 'token' | 'address';

const messages: Readonly<Record<Kind, string>> = {
  token: 'Too many requests with this token',
  address: 'Too many requests without a valid token from this address',
};

/** How many requests may come. Counted in this process: of several, each counts for itself. */
export class RateLimits {
  readonly #limiters: Readonly<Record<Kind, RateLimiterMemory | undefined>>;
  readonly #metrics: Metrics;

  constructor({ perToken, perSender, metrics }: RateLimitsOptions) {
    const limiter = (points: number) =>
      points === 0 ? undefined : new RateLimiterMemory({ points, duration: rateWindow, keyPrefix: '' });
    this.#limiters = { token: limiter(perToken), address: limiter(perSender) };
    this.#metrics = metrics;
  }

  /**
   * Counts a request or an operation.
   * @param key the token, which was found good, or the network that a request without one comes from
   * @throws ActivityLogError LIMIT_EXCEEDED with `retryAfter` where it is one too many
   */
  async count(kind: Kind, key: string): Promise<void> {
    try {
      await this.#limiters[kind]?.consume(key);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.#metrics.rateLimited.inc({ by: kind });
      const retryAfter = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
      throw new ActivityLogError('LIMIT_EXCEEDED', `${messages[kind]}; try again in ${retryAfter} s.`, { retryAfter });
    }
  }
}
