import type { CommittedTransaction } from './torture-writers.ts';

/** What the writers know: the order of their transactions, and which of them were committed for sure. */
export class Ledger {
  readonly transactions: CommittedTransaction[] = [];
  /** Entries whose writers were told that they are committed. */
  readonly acknowledged = new Set<string>();
  #waiting: { count: number; resolve: () => void }[] = [];

  commit(transaction: CommittedTransaction): void {
    this.transactions.push(transaction);
    for (const id of transaction.ids) this.acknowledged.add(id);
    for (const { resolve } of this.#waiting.filter(({ count }) => this.acknowledged.size >= count)) resolve();
    this.#waiting = this.#waiting.filter(({ count }) => this.acknowledged.size < count);
  }

  /** A transaction whose COMMIT was not answered: nothing can be said of what began after it. */
  leaveOpen(ids: string[], began: number): void {
    this.transactions.push({ ids, began, committed: Number.POSITIVE_INFINITY });
  }

  /** Resolves once so many entries were acknowledged. */
  async reached(count: number): Promise<void> {
    if (this.acknowledged.size >= count) return;
    await new Promise<void>((resolve) => void this.#waiting.push({ count, resolve }));
  }
}
