import { diffWordsWithSpace } from 'diff';

/** A part of two texts: in both of them, or in one. */
export interface WordPiece {
  readonly text: string;
  readonly isIn: 'both' | 'before' | 'after';
}

/** Characters from which on a text is compared by its words. */
const long = 20;
/** Words that may be different, and milliseconds that it may take, before two texts count as two. */
const limits = { maxEditLength: 1_000, timeout: 100 };

/**
 * Two long texts in pieces.
 * @returns undefined where they are short, or have too little in common for it to be of use
 */
export function wordDifferences(before: unknown, after: unknown): readonly WordPiece[] | undefined {
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  const length = Math.max(before.length, after.length);
  if (length < long) return undefined;
  const parts = diffWordsWithSpace(before, after, limits);
  if (parts === undefined) return undefined;
  const common = parts.reduce((sum, { value, added, removed }) => sum + (added || removed ? 0 : value.length), 0);
  if (common < length / 4) return undefined;
  return parts.map(({ value, added, removed }) => ({
    text: value,
    isIn: removed ? 'before' : added ? 'after' : 'both',
  }));
}
