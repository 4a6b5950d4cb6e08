import type { SpoolSize, SpoolStore } from './spool-store.ts';

/** What happens, for logs and metrics. None of them may throw. */
export interface SpoolEvents {
  /** So many items were kept, because they could not be sent now. */
  kept(count: number): void;
  /** So many items that waited were delivered; `outcome` is what `deliver` returned. */
  delivered(count: number, outcome: unknown): void;
  /** The destination is away: said once, until it is back. */
  away(error: unknown): void;
  /** Nothing waits any more after it was away. `delivered` counts the items that had waited since. */
  back(episode: { delivered: number }): void;
  /** Items could not be kept: there is no room, or the disk said something else. Their caller gets the error too. */
  full(error: unknown, lostSoFar: number): void;
  /** A record that `fromRecord` could not read; it is gone. */
  undeliverable(record: string): void;
}

export interface SpoolOptions<Item, Result> {
  store: SpoolStore;
  /**
   * Sends items now, in their order. One result each. Throws where nothing, or it is not known what, was taken. Must be
   * idempotent: items may come again.
   */
  send(items: readonly Item[]): Promise<Result[]>;
  /**
   * Like send, for items that waited; what it returns is handed to `on.delivered`. Items that are refused for good are
   * its own to report: whatever it throws, the same items come again later. Default: send.
   */
  deliver?: ((items: readonly Item[]) => Promise<unknown>) | undefined;
  /** True for an error after which trying again can help: the database or the server is away. */
  isAway(error: unknown): boolean;
  toRecord(item: Item): string;
  /** Throws for a record that it cannot read. */
  fromRecord(record: string): Item;
  /** What is delivered at once, at most. Default 1,000 records and 4 MiB. */
  batch?: SpoolSize | undefined;
  /** Milliseconds between two attempts: doubled each time, half of it left to chance. Default from 100 to 10,000. */
  retry?: { least: number; most: number } | undefined;
  on?: Partial<SpoolEvents> | undefined;
}
