/** A call of a spool that is not done. */
export interface Put<Item, Result> {
  items: readonly Item[];
  /** False for one that is refused rather than kept. */
  keeps: boolean;
  /** Called without results where the items are kept. */
  resolve(results?: Result[]): void;
  reject(error: unknown): void;
}
