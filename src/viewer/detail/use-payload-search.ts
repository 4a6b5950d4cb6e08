import { useMemo, useState } from 'react';
import type { PayloadNode } from './payload-nodes.ts';
import { type PayloadMatch, searchPattern, searchPayload } from './payload-search.ts';

export interface PayloadSearch {
  readonly sought: string;
  /** Undefined where nothing is looked for. */
  readonly pattern: RegExp | undefined;
  readonly matches: readonly PayloadMatch[];
  /** The number of the match that was gone to. */
  readonly at: number;
  /** Looks for something else. */
  seek(sought: string): void;
  /** Goes on by so many matches, round and round. */
  step(by: 1 | -1): void;
}

/**
 * What is looked for in a payload, and which of what is found is looked at.
 * @param onMatches called with what there is to be shown: all matches, and the one to go to
 */
export function usePayloadSearch(
  root: PayloadNode,
  onMatches: (matches: readonly PayloadMatch[], current: PayloadMatch) => void,
): PayloadSearch {
  const [sought, setSought] = useState('');
  const [at, setAt] = useState(0);
  const pattern = useMemo(() => searchPattern(sought), [sought]);
  const matches = useMemo(() => searchPayload(root, pattern), [root, pattern]);
  return {
    ...{ sought, pattern, matches, at },
    seek(next) {
      setSought(next);
      setAt(0);
      const found = searchPayload(root, searchPattern(next));
      if (found[0] !== undefined) onMatches(found, found[0]);
    },
    step(by) {
      if (matches.length === 0) return;
      const next = (at + by + matches.length) % matches.length;
      setAt(next);
      const match = matches[next];
      if (match !== undefined) onMatches([match], match);
    },
  };
}
