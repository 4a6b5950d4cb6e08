import { ActivityLogClientError } from './client-error.ts';
import { ConnectionLost } from './live-socket.ts';
import { pause } from './pause.ts';

/** A connection was lost; another one is tried after `delay` milliseconds. */
export interface Retry {
  error: ActivityLogClientError;
  /** 1 for the first time since the last delivery. */
  attempt: number;
  delay: number;
}

export interface ReconnectionOptions {
  retries?: number | undefined;
  onRetry?: ((retry: Retry) => void) | undefined;
}

/** Milliseconds between two tries: doubled each time, from the first to the second. */
const delays = { first: 100, most: 10_000 } as const;

/** The service masks what it did not expect: it may pass, but not for ever. */
const mostUnexpected = 5;

/** Decides whether a subscription is tried again, and when. */
export class Reconnection {
  readonly #retries: number;
  readonly #onRetry: ((retry: Retry) => void) | undefined;
  #failures = 0;
  /** Connections in a row whose token was refused at once. */
  #refusals = 0;
  #began = 0;

  constructor({ retries = Number.POSITIVE_INFINITY, onRetry }: ReconnectionOptions) {
    this.#retries = retries;
    this.#onRetry = onRetry;
  }

  /** A connection is tried. */
  begin(): void {
    this.#began = performance.now();
  }

  /** An entry was delivered. */
  succeed(): void {
    this.#failures = 0;
    this.#refusals = 0;
  }

  /**
   * Waits until it is time to try again, or the signal is aborted: from 0.1 s to 10 s, doubled each time, with half of
   * it left to chance, so that not all subscribers of a service that restarted come back at once.
   * @throws the error where trying again would not help
   */
  async waitAfter(error: unknown, signal: AbortSignal): Promise<void> {
    // A connection that stood for a while had healed, even where nothing was committed meanwhile.
    if (performance.now() - this.#began > delays.most) this.succeed();
    if (!(error instanceof ActivityLogClientError) || !this.#canHeal(error)) throw error;
    if (this.#failures >= this.#retries) throw error;
    const longest = Math.min(delays.first * 2 ** this.#failures, delays.most);
    const delay = longest * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#onRetry?.({ error, attempt: this.#failures, delay });
    await pause(delay, signal);
  }

  #canHeal(error: ActivityLogClientError): boolean {
    if (error.code === 'UNAVAILABLE') return true;
    if (error.code === 'INTERNAL') return this.#failures < mostUnexpected;
    if (!(error instanceof ConnectionLost)) return false;
    // The token: expired while the connection stood, or refused at once. The latter is worth one more token.
    this.#refusals = error.acknowledged ? 0 : this.#refusals + 1;
    return this.#refusals < 2;
  }
}
