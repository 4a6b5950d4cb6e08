import type { WriteResult } from '../../src/core/activity/activity.ts';
import { type Call, GroupCommit, type GroupCommitObserver } from '../../src/storage/group-commit.ts';

const nextTurnOf = globalThis.setImmediate;

/** Until all promises have been settled that can be; the real clock, whatever a test has done to it. */
export const turn = async () => await new Promise<void>((resolve) => void nextTurnOf(resolve));

export interface Batch {
  items: readonly string[];
  /** Commits it: each item's result names the item. */
  commit(): void;
  fail(error: unknown): void;
}

/** The result of an item: any that can be told from those of the others will do. */
export const resultOf = (item: string): WriteResult => ({ error: item });

/** A GroupCommit and the batches that it was asked to commit: each is under way until the test ends it. */
export function recordedCommits(options: { limit?: number; depth?: number; observer?: GroupCommitObserver } = {}) {
  const { limit = 20_000, depth, observer } = options;
  const batches: Batch[] = [];
  let underWay = 0;
  const group = new GroupCommit<string>({
    limit,
    observer,
    ...(depth === undefined ? {} : { depth }),
    commit: async (items) => {
      if (underWay >= (depth ?? 1)) throw new Error(`${underWay + 1} batches at once`);
      underWay += 1;
      try {
        return await new Promise<WriteResult[]>((resolve, reject) => {
          batches.push({ items: [...items], commit: () => resolve(items.map(resultOf)), fail: reject });
        });
      } finally {
        underWay -= 1;
      }
    },
  });
  /** One call; a refusal comes as a rejection, whichever way `submit` tells it. */
  const submit = async (items: readonly string[], bytes = items.length): Promise<WriteResult[]> => {
    const call: Call<string> = { items, bytes };
    return await group.submit(call);
  };
  /** Commits the batch under way, and lets the next one begin. */
  const commitNext = async () => {
    const batch = batches.at(-1);
    batch?.commit();
    await turn();
    return batch?.items;
  };
  return { group, batches, submit, commitNext };
}

/** `count` items of one call. */
export const itemsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${name}-${at}`);
