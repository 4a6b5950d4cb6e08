import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeIn } from '../../src/viewer/detail/payload-change.ts';
import { type Differences, differencesIn } from '../../src/viewer/detail/payload-differences.ts';
import type { PathStep } from '../../src/viewer/detail/payload-nodes.ts';
import { wordDifferences } from '../../src/viewer/detail/word-differences.ts';
import { hostileText } from '../support/generated-entries.ts';

type Container = Record<PathStep, unknown>;

const name = fc.oneof(
  hostileText(0, 2),
  fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', 'length', '0'),
);
/** A few names and values, so that two of them have something in common. */
const value = fc
  .letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, true, false, 0, 1, '', 'a', 'toString'),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.array(fc.tuple(name, tie('any')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
    ),
  }))
  .any.map((one): unknown => JSON.parse(JSON.stringify(one)));

const put = (container: Container, key: PathStep, member: unknown) =>
  Object.defineProperty(container, key, { value: member, enumerable: true, configurable: true, writable: true });

/** Does what is shown to what was before, and gives what comes out of it. */
function applied(before: unknown, after: unknown, { whole, list }: Differences): unknown {
  const start = whole === 'created' ? (Array.isArray(after) ? [] : {}) : before;
  const holder: Container = { whole: JSON.parse(JSON.stringify(start)) as unknown };
  // Members of lists go from the end, so that the numbers of the others stay.
  const removals = list.filter(({ kind }) => kind === 'removed').reverse();
  for (const one of [...list.filter(({ kind }) => kind !== 'removed'), ...removals]) {
    const path: PathStep[] = ['whole', ...one.path];
    const last = path.pop() as PathStep;
    const container = path.reduce<Container>((at, key) => at[key] as Container, holder);
    if (one.kind !== 'added') expect(container[last]).toEqual(one.before);
    if (one.kind !== 'removed') put(container, last, JSON.parse(JSON.stringify(one.after)));
    else if (Array.isArray(container)) container.splice(Number(last), 1);
    else delete container[last];
  }
  return whole === 'deleted' ? null : holder['whole'];
}

describe('a payload that tells of a change', () => {
  it('is read in every form that it is written in', () => {
    const read = { before: 1, after: 2, rest: undefined };
    for (const payload of [
      { before: 1, after: 2 },
      { old: 1, new: 2 },
      { previous: 1, current: 2 },
      { from: 1, to: 2 },
    ])
      expect(changeIn(payload)).toEqual(read);
    expect(changeIn({ before: { a: 1 }, after: { a: 2 }, reason: 'x' })).toEqual({
      ...{ before: { a: 1 }, after: { a: 2 }, rest: { reason: 'x' } },
    });
    const changes = {
      a: { from: 1, to: 2 },
      b: { before: 1, after: 2 },
      c: [1, 2],
      d: { old: 1, new: 2 },
      e: { previous: 1, current: 2 },
    };
    expect(changeIn({ changes, by: 'x' })).toEqual({
      before: { a: 1, b: 1, c: 1, d: 1, e: 1 },
      after: { a: 2, b: 2, c: 2, d: 2, e: 2 },
      rest: { by: 'x' },
    });
  });

  it('is taken for none where it may be something else', () => {
    for (const payload of [
      null,
      'before after',
      ['before', 'after'],
      { before: 1 },
      { from: 'a@x.example', to: 'b@x.example', subject: 'Hello' },
      { changes: {} },
      { changes: 3 },
      { changes: { a: [1, 2], b: 'x' } },
      { changes: { a: { from: 1, to: 2, unit: 'px' } } },
      { changes: { a: [1, 2, 3] } },
    ])
      expect(changeIn(payload)).toBeUndefined();
  });

  it('shows what makes the one of the other, and each place once', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const differences = differencesIn(before, after);
        expect(applied(before, after, differences)).toEqual(after);
        const places = differences.list.map(({ path }) => JSON.stringify(path));
        expect(new Set(places).size).toBe(places.length);
      }),
      { numRuns: 500 },
    );
  });

  it('shows nothing where nothing is different, and all members of what came or went', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(differencesIn(one, one)).toEqual({ whole: undefined, list: [] });
      }),
    );
    expect(differencesIn(null, { a: 1 })).toEqual({
      ...{ whole: 'created', list: [{ kind: 'added', path: ['a'], after: 1 }] },
    });
    expect(differencesIn({ a: 1 }, null)).toEqual({
      ...{ whole: 'deleted', list: [{ kind: 'removed', path: ['a'], before: 1 }] },
    });
  });

  it('has the words of both texts, and of each all', () => {
    const words = fc
      .array(fc.oneof(fc.constantFrom('run', 'the', 'night', ' ', '\n', 'قهوة'), hostileText(0, 2)), { maxLength: 20 })
      .map((pieces) => pieces.join(' '));
    fc.assert(
      fc.property(words, words, words, (before, after, common) => {
        const [one, other] = [`${common}${before}`, `${common}${after}`];
        const pieces = wordDifferences(one, other);
        if (pieces === undefined) return;
        const textOf = (side: 'before' | 'after') =>
          pieces.flatMap(({ text, isIn }) => (isIn === 'both' || isIn === side ? [text] : [])).join('');
        expect([textOf('before'), textOf('after')]).toEqual([one, other]);
      }),
    );
    expect(wordDifferences('Run the night with us', 'Run the day with us')).toContainEqual({
      ...{ text: 'night', isIn: 'before' },
    });
    expect(wordDifferences('short', 'shorter')).toBeUndefined();
    expect(wordDifferences('nothing of this is there', 'entirely other text over here')).toBeUndefined();
  });

  it('gives up on two texts that have nothing in common, before anybody waits', () => {
    const began = performance.now();
    const text = (seed: number) => Array.from({ length: 6_000 }, (_, n) => `w${(n * seed) % 7_919}`).join(' ');
    wordDifferences(text(31), text(57));
    expect(performance.now() - began).toBeLessThan(1_500);
  });
});
