import { childrenOf, type PathStep, type PayloadNode } from './payload-nodes.ts';

/** A part of a text: from its first character to the one behind its last. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A node whose name or value has in it what is looked for. */
export interface PayloadMatch {
  readonly id: string;
  readonly path: readonly PathStep[];
}

/** What finds a text, whatever its case; undefined where nothing is looked for. */
export const searchPattern = (sought: string): RegExp | undefined =>
  sought === '' ? undefined : new RegExp(sought.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');

/** Where the pattern is found in a text: the first places, at most so many. */
export function rangesIn(text: string, pattern: RegExp | undefined, atMost = 200): readonly TextRange[] {
  if (pattern === undefined) return [];
  const ranges: TextRange[] = [];
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (ranges.length === atMost) break;
    ranges.push({ start: index, end: index + found.length });
  }
  return ranges;
}

/** The text of a value that has no members, as it is shown; a string without its quotes. */
export const textOf = ({ kind, value }: Pick<PayloadNode, 'kind' | 'value'>): string =>
  kind === 'string' || kind === 'number' || kind === 'boolean' || kind === 'null' ? String(value) : '';

/** The name that a node has in an object; undefined of the whole, of members of a list, and of slices. */
export function nameOf({ kind, path }: PayloadNode): string | undefined {
  const name = path.at(-1);
  return kind === 'slice' || typeof name !== 'string' ? undefined : name;
}

/** Everything that the pattern is found in, from top to bottom, whether it is shown or not. */
export function searchPayload(root: PayloadNode, pattern: RegExp | undefined): readonly PayloadMatch[] {
  if (pattern === undefined) return [];
  const matches: PayloadMatch[] = [];
  const visit = (node: PayloadNode) => {
    const found = rangesIn(nameOf(node) ?? '', pattern, 1).length + rangesIn(textOf(node), pattern, 1).length;
    if (found > 0) matches.push({ id: node.id, path: node.path });
    childrenOf(node).forEach(visit);
  };
  visit(root);
  return matches;
}
