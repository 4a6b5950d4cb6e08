import type { FeedEntry, Selection } from '../core/activity/feed.ts';

/** What subscribers that share everything have in common: which entries, and what is made of each. */
export interface Topic {
  /** Equal keys stand for equal selections and equal texts of every entry. One that cannot be shared has a key of its own. */
  readonly key: string;
  readonly selection: Selection;
  /**
   * What a subscriber gets of an entry, which has been revealed to the scope of the selection. Throws or rejects with
   * UNAVAILABLE where something that it needs is away for now, and never with anything else.
   */
  render(entry: FeedEntry): string | Promise<string>;
}

/** An entry as the subscribers of a topic get it: made once, and sent to each. */
export class Delivery {
  readonly entry: FeedEntry;
  readonly text: string;
  #bytes: Buffer | undefined;

  constructor(entry: FeedEntry, text: string) {
    this.entry = entry;
    this.text = text;
  }

  /** The text in UTF-8. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text);
    return this.#bytes;
  }
}

/** Where the deliveries to one subscriber go: a socket, a streamed answer, a loop in this process. */
export interface Outlet {
  /**
   * Takes deliveries in their order, from a place in the list on, for as long as what is unsent stays within its bound.
   * Must not throw.
   * @returns how many it took; fewer than there are says that it is full
   */
  write(deliveries: readonly Delivery[], from: number): number;
  /** After a `write` that did not take all: resolves when it has room again, or will never have. */
  room(): Promise<void>;
}
