import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  openWithin,
  type PathStep,
  type PayloadNode,
  parentsOf,
  rootOf,
  rowsOf,
  sliceSize,
} from '../../src/viewer/detail/payload-nodes.ts';
import { pathText as pathOf } from '../../src/viewer/detail/payload-path.ts';
import { rangesIn, searchPattern, searchPayload } from '../../src/viewer/detail/payload-search.ts';
import { moveOf } from '../../src/viewer/detail/tree-keys.ts';
import { escapeHidden, visiblePieces } from '../../src/viewer/detail/visible-pieces.ts';
import { hostileText } from '../support/generated-entries.ts';

const name = fc.oneof(
  hostileText(0, 2),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '0', '01', '', '/', '~', '~1', "'", '\\', 'a b'),
);
/** Payloads as they come from JSON, some with more members than are shown at once. */
const payload = fc
  .letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      hostileText(0, 3),
      fc.constantFrom(null, true, false, 0, -1.5, 1e21, ''),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.array(fc.nat(9), { minLength: sliceSize - 1, maxLength: sliceSize + 2 }),
      fc.array(fc.tuple(name, tie('any')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
    ),
  }))
  .any.map((value): unknown => JSON.parse(JSON.stringify(value)));

/** The values of a payload with the ways to them, from top to bottom, by the plainest means. */
function valuesOf(value: unknown, path: readonly PathStep[] = []): [readonly PathStep[], unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const members: [PathStep, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [[path, value], ...members.flatMap(([key, member]) => valuesOf(member, [...path, key]))];
}

function everyNode(node: PayloadNode): PayloadNode[] {
  return [node, ...childrenOf(node).flatMap(everyNode)];
}

const pathText = (path: readonly PathStep[]) => pathOf({ ...rootOf(null), path });

/** Reads what `pathText` writes. */
function readPath(text: string): PathStep[] {
  let end = 1;
  const path = [...text.slice(1).matchAll(/\.(\w+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]/gs)].map(
    ({ 0: whole, 1: plain, 2: number, 3: inQuotes }): PathStep => {
      end += whole.length;
      if (plain !== undefined) return plain;
      if (number !== undefined) return Number(number);
      return JSON.parse(`"${(inQuotes ?? '').replaceAll('"', '\\"').replaceAll("\\'", "'")}"`) as string;
    },
  );
  expect(end).toBe(text.length);
  return path;
}

describe('a payload as a tree', () => {
  it('has every value once, in its order, whatever it is sliced into', () => {
    fc.assert(
      fc.property(payload, (value) => {
        const nodes = everyNode(rootOf(value));
        expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
        const values = nodes.filter(({ kind }) => kind !== 'slice');
        expect(values.map((node) => [node.path, node.value])).toEqual(valuesOf(value));
        for (const node of nodes) expect(childrenOf(node).length).toBeLessThanOrEqual(sliceSize);
      }),
    );
  });

  it('slices lists of any length, and finds its way into them', () => {
    for (const length of [sliceSize, sliceSize + 1, sliceSize ** 2, sliceSize ** 2 + 1, 32_000]) {
      const root = rootOf(Array.from({ length }, (_, n) => n));
      const nodes = everyNode(root);
      expect(nodes.filter(({ kind }) => kind === 'number').map(({ value }) => value)).toEqual(root.value);
      expect(Math.max(...nodes.map((node) => childrenOf(node).length))).toBeLessThanOrEqual(sliceSize);
      const rows = rowsOf(root, new Set(parentsOf(root, [length - 1])));
      expect(rows.at(-1)?.node.value).toBe(length - 1);
    }
  });

  it('opens what is to be open for a value to be shown, and no more rows than asked for', () => {
    fc.assert(
      fc.property(payload, fc.nat(60), (value, count) => {
        const root = rootOf(value);
        for (const [path] of valuesOf(value).slice(-20)) {
          const rows = rowsOf(root, new Set(parentsOf(root, path)));
          expect(rows.some(({ node }) => node.kind !== 'slice' && pathText(node.path) === pathText(path))).toBe(true);
        }
        const rows = rowsOf(root, openWithin(root, count));
        expect(rows.length).toBeLessThanOrEqual(Math.max(count, childrenOf(root).length + 1));
        for (const { node, parentId, position, siblings } of rows) {
          expect(parentId === undefined).toBe(node === root);
          expect(position).toBeLessThanOrEqual(siblings);
        }
      }),
    );
  });

  it('finds every value that has a text in it or in its name, and nothing else', () => {
    const sought = fc.oneof(hostileText(1, 1), fc.constantFrom('a', '1', 'ul', '.', '(', '\\', '[', '-', '/', 'proto'));
    fc.assert(
      fc.property(payload, sought, (value, text) => {
        const root = rootOf(value);
        const pattern = searchPattern(text);
        const found = new Set(searchPayload(root, pattern).map(({ id }) => id));
        for (const node of everyNode(root).filter(({ kind }) => kind !== 'slice')) {
          const key = node.path.at(-1);
          const texts = [
            typeof key === 'string' ? key : '',
            node.kind === 'object' || node.kind === 'array' ? '' : String(node.value),
          ];
          if (texts.some((one) => one.includes(text))) expect(found.has(node.id)).toBe(true);
          if (found.has(node.id)) expect(texts.some((one) => rangesIn(one, pattern).length > 0)).toBe(true);
        }
      }),
    );
    expect(searchPayload(rootOf({ Rate: 'LIMIT' }), searchPattern('limit'))).toHaveLength(1);
    expect(rangesIn('İstanbul: Limit', searchPattern('limit'))).toEqual([{ start: 10, end: 15 }]);
  });

  it('writes the way to a value so that it can be read again', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(name, fc.nat())), (path) => {
        expect(readPath(pathText(path))).toEqual(path);
        expect(visiblePieces(pathText(path)).some(({ isHidden }) => isHidden)).toBe(false);
      }),
    );
    expect(pathText(['media', 0, 'a b', "it's"])).toBe("$.media[0]['a b']['it\\'s']");
  });
});

describe('the keys of a tree', () => {
  const root = rootOf({ a: { b: [1] }, c: { d: 2 }, e: 3 });
  const press = (key: string, at: string, opened: readonly string[]) => {
    const set = new Set(['', ...opened]);
    return moveOf(key, rowsOf(root, set).slice(1), set, at);
  };

  it('go up and down, in and out, and open and close', () => {
    const go = (id: string) => ({ kind: 'go', id });
    const toggle = (id: string) => ({ kind: 'toggle', id });
    expect(press('ArrowDown', '/a', [])).toEqual(go('/c'));
    expect(press('ArrowDown', '/e', [])).toEqual(go('/e'));
    expect(press('ArrowUp', '/a', [])).toEqual(go('/a'));
    expect(press('ArrowUp', '/c', ['/a'])).toEqual(go('/a/b'));
    expect(press('Home', '/c', [])).toEqual(go('/a'));
    expect(press('End', '/a', [])).toEqual(go('/e'));
    expect(press('ArrowRight', '/a', [])).toEqual(toggle('/a'));
    expect(press('ArrowRight', '/a', ['/a'])).toEqual(go('/a/b'));
    expect(press('ArrowRight', '/e', [])).toEqual(go('/e'));
    expect(press('ArrowLeft', '/a', ['/a'])).toEqual(toggle('/a'));
    expect(press('ArrowLeft', '/a/b', ['/a'])).toEqual(go('/a'));
    // What stands at the top has its parent out of sight.
    expect(press('ArrowLeft', '/e', [])).toEqual(go('/e'));
    expect(press('Enter', '/a', [])).toEqual(toggle('/a'));
    expect(press(' ', '/e', [])).toEqual(toggle('/e'));
    expect(press('*', '/e', [])).toEqual({ kind: 'openAll', ids: ['/a', '/c'] });
    expect(press('j', '/a', [])).toBeUndefined();
  });
});

describe('text that cannot hide anything', () => {
  it('names what nobody would see, and leaves the rest as it is', () => {
    expect(visiblePieces('in\u202evoice\u0000')).toEqual([
      { text: 'in', isHidden: false },
      { text: 'U+202E', isHidden: true },
      { text: 'voice', isHidden: false },
      { text: 'U+0000', isHidden: true },
    ]);
    expect(visiblePieces('قهوة\n\tnaïve 👩‍🚀 می‌خواهم')).toHaveLength(1);
    expect(visiblePieces('\u{e0041}')).toEqual([{ text: 'U+E0041', isHidden: true }]);
  });

  it('is the same JSON with escapes', () => {
    fc.assert(
      fc.property(payload, fc.string({ unit: 'binary' }), (value, text) => {
        const json = escapeHidden(JSON.stringify([value, text], null, 2));
        expect(JSON.parse(json)).toEqual([value, text]);
        expect(visiblePieces(json).some(({ isHidden }) => isHidden)).toBe(false);
      }),
    );
  });
});
