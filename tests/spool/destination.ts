import type { SpoolEvents } from '@/spool/spool-options.ts';
import { type Signal, signal } from '../support/signal.ts';

/** What a destination says when it is away. */
export class Away extends Error {}

export interface Item {
  id: string;
}

export const items = (...ids: string[]): Item[] => ids.map((id) => ({ id }));

type Fate = 'taken' | 'away' | 'answer lost' | 'broken';

interface Call {
  ids: string[];
  settle(fate: Fate): void;
}

/** Takes each item once, and is away when a test wants it; a call that is held back waits until the test settles it. */
export class Destination {
  /** In the order in which they first came. */
  readonly taken = new Set<string>();
  /** All calls, those held back included. */
  readonly calls: string[][] = [];
  readonly heldBack: Call[] = [];
  /** What happens to the next calls, one each; then it is `fate`. */
  fates: Fate[] = [];
  fate: Fate = 'taken';
  holdsBack = false;
  #called: Signal | undefined;

  /** Resolves at the next call. */
  called(): Promise<void> {
    this.#called = signal();
    return this.#called.fired;
  }

  send = (sent: readonly Item[]): Promise<string[]> => {
    const ids = sent.map(({ id }) => id);
    this.calls.push(ids);
    this.#called?.fire();
    if (!this.holdsBack) return this.#meet(ids, this.fates.shift() ?? this.fate);
    return new Promise((resolve) => {
      this.heldBack.push({ ids, settle: (fate) => resolve(this.#meet(ids, fate)) });
    });
  };

  async #meet(ids: string[], fate: Fate): Promise<string[]> {
    if (fate === 'broken') throw new TypeError('it is broken');
    if (fate !== 'away') for (const id of ids) this.taken.add(id);
    if (fate !== 'taken') throw new Away(`it is away for ${ids.join(', ')}`);
    return ids.map((id) => `got ${id}`);
  }
}

/** Notes what happens, one line each. */
export function notes(): { lines: string[]; on: SpoolEvents } {
  const lines: string[] = [];
  const text = (error: unknown) => (error instanceof Error ? error.message : String(error));
  return {
    lines,
    on: {
      kept: (count) => lines.push(`kept ${count}`),
      delivered: (count, outcome) => lines.push(`delivered ${count}: ${String(outcome)}`),
      away: (error) => lines.push(`away: ${text(error)}`),
      back: ({ delivered }) => lines.push(`back: ${delivered}`),
      full: (error, lostSoFar) => lines.push(`full: ${(error as Error).name}, ${lostSoFar} lost`),
      undeliverable: (record) => lines.push(`undeliverable: ${record}`),
    },
  };
}
