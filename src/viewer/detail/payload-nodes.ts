/** A payload as a tree: what it has in it, each with the id that it is opened, found and shown by. No part of it knows how it looks. */

export type PathStep = string | number;

/** A value of JSON, or a slice of the members of one that has many. */
export interface PayloadNode {
  /** Of no other node: the JSON pointer of a value; of a slice with its numbers in front. */
  readonly id: string;
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'slice';
  /** The way to it from the whole; a slice has that of what it is a slice of. */
  readonly path: readonly PathStep[];
  /** How deep it stands, slices counted; the whole stands at 1. */
  readonly level: number;
  /** A value; of a slice what it is a slice of. */
  readonly value: unknown;
  /** Members of an object, an array or a slice; 0 of others. */
  readonly size: number;
  /** The number of the first member of a slice, 0 otherwise. */
  readonly from: number;
}

/** Members that are shown at once; of more there are slices, and slices of slices. */
export const sliceSize = 100;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const keysOf = (value: unknown): readonly PathStep[] =>
  isList(value) ? [...value.keys()] : typeof value === 'object' && value !== null ? Object.keys(value) : [];
const memberOf = (value: unknown, key: PathStep): unknown => (value as Record<PathStep, unknown>)[key];

const pointerOf = (path: readonly PathStep[]) =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function kindOf(value: unknown): PayloadNode['kind'] {
  if (value === null || value === undefined) return 'null';
  if (isList(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

function nodeOf(value: unknown, path: readonly PathStep[], level: number): PayloadNode {
  return {
    ...{ id: pointerOf(path), kind: kindOf(value), path, level, value, from: 0 },
    size: isList(value) ? value.length : keysOf(value).length,
  };
}

/** The whole of a payload. */
export const rootOf = (payload: unknown): PayloadNode => nodeOf(payload, [], 1);

/** What is in a node: its members, or slices of these where there are too many to be shown at once. */
export function childrenOf(node: PayloadNode): readonly PayloadNode[] {
  const { value, path, size, from, level } = node;
  if (size === 0) return [];
  if (size <= sliceSize) {
    const keys = isList(value)
      ? Array.from({ length: size }, (_, at) => from + at)
      : keysOf(value).slice(from, from + size);
    return keys.map((key) => nodeOf(memberOf(value, key), [...path, key], level + 1));
  }
  let length = sliceSize;
  while (size > length * sliceSize) length *= sliceSize;
  return Array.from({ length: Math.ceil(size / length) }, (_, at): PayloadNode => {
    const begin = from + at * length;
    const count = Math.min(length, from + size - begin);
    const id = `${begin}-${begin + count}:${pointerOf(path)}`;
    return { id, kind: 'slice', path, level: level + 1, value, size: count, from: begin };
  });
}

/** What a node holds, as JSON has it: of a slice its members only. */
export function contentOf(node: PayloadNode): unknown {
  const { kind, value, from, size } = node;
  if (kind !== 'slice') return value;
  if (isList(value)) return value.slice(from, from + size);
  return Object.fromEntries(
    keysOf(value)
      .slice(from, from + size)
      .map((key) => [key, memberOf(value, key)]),
  );
}

/** A node that is shown, and where it stands among its siblings, counted from 1. */
export interface PayloadRow {
  readonly node: PayloadNode;
  readonly parentId: string | undefined;
  readonly position: number;
  readonly siblings: number;
}

/** Everything that is shown while these are open, from top to bottom. */
export function rowsOf(root: PayloadNode, opened: ReadonlySet<string>): readonly PayloadRow[] {
  const rows: PayloadRow[] = [];
  const add = (node: PayloadNode, parentId: string | undefined, position: number, siblings: number) => {
    rows.push({ node, parentId, position, siblings });
    if (!opened.has(node.id)) return;
    const children = childrenOf(node);
    children.forEach((child, at) => {
      add(child, node.id, at + 1, children.length);
    });
  };
  add(root, undefined, 1, 1);
  return rows;
}

/**
 * What to open so that about as many rows are shown: level by level from the top, so that no part hides the others.
 * The whole is open always.
 */
export function openWithin(root: PayloadNode, rows: number): ReadonlySet<string> {
  const opened = new Set<string>();
  let shown = 1;
  let level: readonly PayloadNode[] = [root];
  while (level.length > 0) {
    const next: PayloadNode[] = [];
    for (const node of level) {
      if (node.size === 0) continue;
      const children = childrenOf(node);
      if (node !== root && shown + children.length > rows) continue;
      opened.add(node.id);
      shown += children.length;
      next.push(...children);
    }
    level = next;
  }
  return opened;
}

/** What is to be open so that a node of a path is shown. */
export function parentsOf(root: PayloadNode, path: readonly PathStep[]): readonly string[] {
  const ids: string[] = [];
  let node = root;
  while (node.path.length < path.length) {
    ids.push(node.id);
    const depth = node.path.length;
    const child = childrenOf(node).find((one) =>
      one.kind === 'slice' ? holds(one, path[depth]) : one.path[depth] === path[depth],
    );
    if (child === undefined) return ids;
    node = child;
  }
  return ids;
}

/** True where the member of this name is in a slice. */
function holds({ value, from, size }: PayloadNode, key: PathStep | undefined): boolean {
  const at = typeof key === 'number' ? key : keysOf(value).indexOf(key ?? '');
  return at >= from && at < from + size;
}
