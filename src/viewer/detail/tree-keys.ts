import type { PayloadRow } from './payload-nodes.ts';

/** What a key does in a tree: goes to a node, opens or closes one, or opens all that stand beside one. */
export type TreeMove =
  | { readonly kind: 'go'; readonly id: string }
  | { readonly kind: 'toggle'; readonly id: string }
  | { readonly kind: 'openAll'; readonly ids: readonly string[] };

/**
 * The keys of the tree pattern of WAI-ARIA. Payloads are written from left to right in every language, so right goes in.
 * @returns undefined where the key does nothing in a tree
 */
export function moveOf(
  key: string,
  rows: readonly PayloadRow[],
  opened: ReadonlySet<string>,
  activeId: string | undefined,
): TreeMove | undefined {
  const at = rows.findIndex(({ node }) => node.id === activeId);
  const row = rows[at];
  if (row === undefined) return undefined;
  const { node, parentId } = row;
  const isOpen = opened.has(node.id);
  const go = (to: PayloadRow | undefined): TreeMove => ({ kind: 'go', id: to?.node.id ?? node.id });
  const toggle: TreeMove = { kind: 'toggle', id: node.id };
  switch (key) {
    case 'ArrowDown':
      return go(rows[at + 1]);
    case 'ArrowUp':
      return go(rows[at - 1]);
    case 'Home':
      return go(rows[0]);
    case 'End':
      return go(rows.at(-1));
    case 'ArrowRight':
      if (node.size === 0) return go(row);
      return isOpen ? go(rows[at + 1]) : toggle;
    case 'ArrowLeft':
      return node.size > 0 && isOpen ? toggle : go(rows.find((one) => one.node.id === parentId));
    case 'Enter':
    case ' ':
      return toggle;
    case '*':
      return {
        kind: 'openAll',
        ids: rows.filter((one) => one.parentId === parentId && one.node.size > 0).map((one) => one.node.id),
      };
    default:
      return undefined;
  }
}
