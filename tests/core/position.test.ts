import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePlaces,
  formatSnapshot,
  isBehind,
  isVisible,
  type Place,
  parseSnapshot,
  type Snapshot,
} from '@/core/activity/position.ts';

/** PostgreSQL's own rule, kept: ids 1…, of which some ended before the snapshot, some ran, the rest had not begun. */
const snapshot: fc.Arbitrary<Snapshot> = fc
  .record({ xmax: fc.integer({ min: 3, max: 40 }), open: fc.array(fc.integer({ min: 3, max: 39 }), { maxLength: 6 }) })
  .map(({ xmax, open }) => {
    const xip = [...new Set(open)].filter((id) => id < xmax).sort((a, b) => a - b);
    return { xmin: BigInt(xip[0] ?? xmax), xmax: BigInt(xmax), xip: xip.map(BigInt) };
  });
const place: fc.Arbitrary<Place> = fc.record({
  transactionId: fc.bigInt(1n, 42n),
  sequence: fc.bigInt(1n, 5n),
});

/** Every id that the snapshot shows, written out. */
function shown({ xmax, xip }: Snapshot): Set<bigint> {
  const ids = new Set<bigint>();
  for (let id = 1n; id < xmax; id++) if (!xip.some((open) => open === id)) ids.add(id);
  return ids;
}

describe('a snapshot', () => {
  it('comes back from its text, at the largest ids too', () => {
    const any = fc
      .tuple(fc.uniqueArray(fc.bigInt(0n, 2n ** 64n - 2n), { maxLength: 8 }), fc.bigInt(0n, 2n ** 64n - 1n))
      .map(([ids, end]) => {
        const xip = ids.filter((id) => id < end).sort((a, b) => (a < b ? -1 : 1));
        return { xmin: xip[0] ?? end, xmax: end, xip };
      });
    fc.assert(
      fc.property(any, (value) => {
        expect(parseSnapshot(formatSnapshot(value))).toEqual(value);
      }),
    );
  });

  it("is written as PostgreSQL writes it: 'xmin:xmax:xip,xip'", () => {
    expect(formatSnapshot({ xmin: 10n, xmax: 20n, xip: [10n, 14n] })).toBe('10:20:10,14');
    expect(formatSnapshot({ xmin: 7n, xmax: 7n, xip: [] })).toBe('7:7:');
  });

  it.each([
    ['nothing', ''],
    ['a missing part', '10:20'],
    ['a part too many', '10:20:11:12'],
    ['a sign', '-1:20:'],
    ['a blank', '10:20: 11'],
    ['letters', '10:2x:'],
    ['an empty id', '10:20:11,,12'],
    ['a comma at the end', '10:20:11,'],
    ['xmax before xmin', '20:10:'],
    ['an open id below xmin', '10:20:9'],
    ['an open id at xmax', '10:20:20'],
    ['more digits than an xid8 has', `1:${'9'.repeat(21)}:`],
    ['a line before it', 'x\n10:20:'],
    ['a line behind it', '10:20:\n'],
  ])('is not read from text with %s', (_, text) => {
    expect(parseSnapshot(text)).toBeUndefined();
  });

  it('shows exactly the transactions that had ended', () => {
    fc.assert(
      fc.property(snapshot, fc.bigInt(1n, 42n), (value, id) => {
        expect(isVisible(value, id)).toBe(shown(value).has(id));
      }),
    );
  });

  it('is read the same by whoever compares by xmin: below it everything is shown', () => {
    const value = { xmin: 10n, xmax: 13n, xip: [10n, 12n] };
    expect([8n, 9n, 10n, 11n, 12n, 13n, 14n].map((id) => isVisible(value, id))).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('a place', () => {
  it('is ordered by transaction, then by sequence', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 12 }), (places) => {
        const model = places.map(({ transactionId, sequence }) => Number(transactionId) * 10 + Number(sequence));
        const sorted = [...places].sort(comparePlaces);
        expect(sorted.map((one) => Number(one.transactionId) * 10 + Number(one.sequence))).toEqual(
          model.sort((a, b) => a - b),
        );
      }),
    );
    expect(comparePlaces({ transactionId: 1n, sequence: 2n }, { transactionId: 1n, sequence: 2n })).toBe(0);
  });

  it('is behind a position exactly where the reader has had it', () => {
    fc.assert(
      fc.property(snapshot, fc.option(fc.tuple(snapshot, place)), place, (seen, window, asked) => {
        const had = shown(seen);
        const inWindow = window === null ? new Set<bigint>() : shown(window[0]);
        const upTo = window?.[1];
        const model =
          had.has(asked.transactionId) ||
          (upTo !== undefined &&
            inWindow.has(asked.transactionId) &&
            (asked.transactionId < upTo.transactionId ||
              (asked.transactionId === upTo.transactionId && asked.sequence <= upTo.sequence)));
        const position = window === null ? { seen } : { seen, within: { until: window[0], place: window[1] } };
        expect(isBehind(position, asked)).toBe(model);
      }),
      { numRuns: 1_000 },
    );
  });
});
