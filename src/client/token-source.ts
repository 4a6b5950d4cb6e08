/** A token that the service did not take, or takes no more. */
export interface TokenRefusal {
  readonly token: string;
  /** Why, in the words of the service. */
  readonly reason: string;
}

/** A JWT, or what gives one; the function is told which one was refused where it is asked for that. */
export type Token = string | ((refusal?: TokenRefusal) => string | Promise<string>);

/** Hands out tokens, asking the application's function no more often than needed: calls at the same time share one. */
export class TokenSource {
  readonly #give: (refusal?: TokenRefusal) => string | Promise<string>;
  #last: string | undefined;
  #asking: Promise<string> | undefined;

  constructor(token: Token) {
    this.#give = typeof token === 'string' ? () => token : token;
  }

  /** The last token given; the first one is asked for. Throws what the function throws. */
  async current(): Promise<string> {
    return this.#last ?? (await this.fresh());
  }

  /** The token to use where the service refused that one. */
  async insteadOf(refusal: TokenRefusal): Promise<string> {
    // What was asked for already, without a word of the refusal, may bring the same one again.
    if (this.#asking !== undefined) await this.#asking;
    return this.#last !== undefined && this.#last !== refusal.token ? this.#last : await this.fresh(refusal);
  }

  /** A token asked for now. */
  async fresh(refusal?: TokenRefusal): Promise<string> {
    this.#asking ??= this.#ask(refusal);
    return await this.#asking;
  }

  async #ask(refusal: TokenRefusal | undefined): Promise<string> {
    try {
      this.#last = await this.#give(refusal);
      return this.#last;
    } finally {
      this.#asking = undefined;
    }
  }
}
