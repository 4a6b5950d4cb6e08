import type { Token, TokenRefusal } from '../../client/client.ts';

/**
 * Where a client gets its tokens from. It hands on what its source gives; where that is refused and the source has no
 * other one, the client waits for whoever signs in again, and goes on from where it was.
 */
export class TokenGate {
  readonly #listeners = new Set<() => void>();
  #source: Token;
  #ended: string | undefined;
  #renew: () => void = () => undefined;
  #renewed = this.#nextRenewal();

  constructor(source: Token) {
    this.#source = source;
  }

  /** Why there is no token that the service takes; undefined while there may be one. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Calls when `ended` is another one. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** For the client. Resolves with a token that is not the refused one, however long that takes. */
  readonly give = async (refusal?: TokenRefusal): Promise<string> => {
    for (;;) {
      let reason = refusal?.reason ?? '';
      const renewed = this.#renewed;
      try {
        const token = await (typeof this.#source === 'string' ? this.#source : this.#source(refusal));
        if (token !== refusal?.token) {
          this.#become(undefined);
          return token;
        }
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      this.#become(reason);
      await renewed;
    }
  };

  /** Takes tokens from there from now on; who waits for one gets it. */
  offer(source: Token): void {
    this.#source = source;
    this.again();
  }

  /** Asks the source again, where it had none. */
  again(): void {
    const renew = this.#renew;
    this.#renewed = this.#nextRenewal();
    renew();
  }

  #nextRenewal(): Promise<void> {
    return new Promise((resolve) => {
      this.#renew = resolve;
    });
  }

  #become(ended: string | undefined): void {
    if (ended === this.#ended) return;
    this.#ended = ended;
    for (const listener of this.#listeners) listener();
  }
}
