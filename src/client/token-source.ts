/** A JWT, or what gives one. */
export type Token = string | (() => string | Promise<string>);

/** Hands out tokens, asking the application's function no more often than needed: calls at the same time share one. */
export class TokenSource {
  readonly #give: () => string | Promise<string>;
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
  async insteadOf(refused: string): Promise<string> {
    return this.#last !== undefined && this.#last !== refused ? this.#last : await this.fresh();
  }

  /** A token asked for now. */
  async fresh(): Promise<string> {
    this.#asking ??= this.#ask();
    return await this.#asking;
  }

  async #ask(): Promise<string> {
    try {
      this.#last = await this.#give();
      return this.#last;
    } finally {
      this.#asking = undefined;
    }
  }
}
