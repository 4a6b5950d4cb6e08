/** What the sockets of one token have in common: one text for all of them. */
export interface TokenUse {
  /** The Authorization that they said hello with. */
  readonly authorization: string;
  sockets: number;
}

/** Counts the open sockets of each token. */
export class TokenSockets {
  readonly #most: number;
  readonly #uses = new Map<string, TokenUse>();

  /** @param most sockets of one token */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a socket; undefined where it is one too many. To be given back when the socket closes. */
  take(authorization: string): TokenUse | undefined {
    let use = this.#uses.get(authorization);
    if (use === undefined) {
      use = { authorization, sockets: 0 };
      this.#uses.set(authorization, use);
    }
    if (use.sockets >= this.#most) return undefined;
    use.sockets += 1;
    return use;
  }

  giveBack(use: TokenUse): void {
    use.sockets -= 1;
    if (use.sockets === 0) this.#uses.delete(use.authorization);
  }
}
