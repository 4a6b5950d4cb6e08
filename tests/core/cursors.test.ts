import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveCursors } from '@/core/activity/live-cursor.ts';
import { closePageCursor, openPageCursor, type PagePosition } from '@/core/activity/page-cursor.ts';
import type { Position, Snapshot } from '@/core/activity/position.ts';
import { ActivityLogError } from '@/errors.ts';
import { hostileText } from '../support/generated-entries.ts';

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];

function refusal(open: () => unknown): { code: string; field: string | undefined } {
  try {
    open();
  } catch (error) {
    if (!(error instanceof ActivityLogError)) throw error;
    return { code: error.code, field: error.field };
  }
  throw new Error('it was taken');
}

/** Everything that is one change away: each character by each other, each cut, each doubling, what decoders overlook. */
function* changed(cursor: string): Generator<string> {
  for (let at = 0; at < cursor.length; at++) {
    for (const letter of [...alphabet, '+', '/', '=', ' ', 'é']) {
      if (letter !== cursor[at]) yield cursor.slice(0, at) + letter + cursor.slice(at + 1);
    }
    yield cursor.slice(0, at);
    yield cursor.slice(at + 1);
    yield cursor.slice(0, at) + cursor.slice(at + 1);
    yield cursor.slice(0, at) + cursor[at] + cursor.slice(at);
    yield `${cursor.slice(0, at)} ${cursor.slice(at)}`;
  }
  for (const tail of ['=', '==', '\n', ' ', 'A', 'AA', '!', '\u0000', cursor]) yield cursor + tail;
}

const page: fc.Arbitrary<PagePosition> = fc.record({
  createdAt: fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  }),
  id: hostileText(1, 8),
});
const snapshot: fc.Arbitrary<Snapshot> = fc
  .tuple(fc.uniqueArray(fc.bigInt(0n, 2n ** 64n - 2n), { maxLength: 40 }), fc.bigInt(1n, 2n ** 64n - 1n))
  .map(([ids, end]) => {
    const xip = ids.filter((id) => id < end).sort((a, b) => (a < b ? -1 : 1));
    return { xmin: xip[0] ?? end, xmax: end, xip };
  });
const position: fc.Arbitrary<Position> = fc.oneof(
  fc.record({ seen: snapshot }),
  fc.record({
    seen: snapshot,
    within: fc.record({
      until: snapshot,
      place: fc.record({ transactionId: fc.bigInt(0n, 2n ** 64n - 1n), sequence: fc.bigInt(1n, 2n ** 63n - 1n) }),
    }),
  }),
);
const live = new LiveCursors({ epoch: 'an epoch', key: randomBytes(32) });

describe('a page cursor', () => {
  it('is what it has always been: its text and the CRC-32 of that, of any moment and id', () => {
    const ends = [-8.64e15, -1, 0, 36 ** 7 - 1, 36 ** 7, 36 ** 8 - 1, 36 ** 8, 8.64e15];
    const moments = fc.oneof(fc.constantFrom(...ends), fc.integer({ min: -8.64e15, max: 8.64e15 }));
    const ids = fc.oneof(hostileText(1, 8), fc.constantFrom('x'.repeat(1_024), '語'.repeat(5_000)));
    fc.assert(
      fc.property(moments, ids, (time, id) => {
        const text = `${time.toString(36)}:${id}`;
        const expected = Buffer.from(crc32(text).toString(16).padStart(8, '0') + text).toString('base64url');
        expect(closePageCursor({ createdAt: new Date(time), id })).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('brings back the moment and the id', () => {
    fc.assert(
      fc.property(page, (value) => {
        expect(openPageCursor(closePageCursor(value), 'after')).toEqual(value);
      }),
    );
  });

  it.each(['after', 'before'] as const)('is refused with any one change, naming `%s`', (field) => {
    for (const id of ['cmh0000000000abcdefghijkl', 'a', 'ab', 'é😀']) {
      const cursor = closePageCursor({ createdAt: new Date('2026-01-31T23:59:59.999Z'), id });
      for (const other of changed(cursor)) {
        expect([other, refusal(() => openPageCursor(other, field))]).toEqual([
          other,
          { code: 'BAD_USER_INPUT', field },
        ]);
      }
    }
  });

  it('is refused where it is any text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        expect(refusal(() => openPageCursor(text, 'after')).code).toBe('BAD_USER_INPUT');
      }),
    );
  });

  it('is refused where somebody else made one with a moment or an id that the database cannot have', () => {
    const far = [-8.64e15, Date.UTC(-4713, 11, 31)];
    for (const ms of far) {
      const cursor = closePageCursor({ createdAt: new Date(ms), id: 'a' });
      expect(refusal(() => openPageCursor(cursor, 'after')).code).toBe('BAD_USER_INPUT');
    }
    for (const id of ['a\u0000', '', 'a'.repeat(1025)]) {
      const cursor = closePageCursor({ createdAt: new Date(0), id });
      expect(refusal(() => openPageCursor(cursor, 'after')).code).toBe('BAD_USER_INPUT');
    }
  });

  it('says nothing but what the entry says: the same entry has the same cursor everywhere', () => {
    const value = { createdAt: new Date(5), id: 'x' };
    expect(closePageCursor(value)).toBe(closePageCursor({ ...value }));
    expect(Buffer.from(closePageCursor(value), 'base64url').toString()).toMatch(/^[0-9a-f]{8}5:x$/);
  });
});

describe('a live cursor', () => {
  const expired = { code: 'LIVE_CURSOR_EXPIRED', field: 'after' };
  const example = {
    seen: { xmin: 5n, xmax: 9n, xip: [5n, 7n] },
    within: { until: { xmin: 9n, xmax: 12n, xip: [] }, place: { transactionId: 10n, sequence: 3n } },
  };

  it('brings back the position, at any instance with the same seal', () => {
    const key = randomBytes(32);
    const [one, other] = [
      new LiveCursors({ epoch: 'e', key }),
      new LiveCursors({ epoch: 'e', key: Uint8Array.from(key) }),
    ];
    fc.assert(
      fc.property(position, (value) => {
        expect(other.open(one.close(value))).toEqual(value);
      }),
    );
  });

  it('is expired with any one change', () => {
    for (const value of [example, { seen: example.seen }]) {
      const cursor = live.close(value);
      for (const other of changed(cursor)) expect([other, refusal(() => live.open(other))]).toEqual([other, expired]);
    }
  });

  it('is expired with any one bit changed', () => {
    const bytes = Buffer.from(live.close(example), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const other = Buffer.from(bytes);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(refusal(() => live.open(other.toString('base64url')))).toEqual(expired);
    }
  });

  it('is expired in another epoch, and under another key', () => {
    const key = randomBytes(32);
    const cursor = new LiveCursors({ epoch: 'one', key }).close(example);
    expect(refusal(() => new LiveCursors({ epoch: 'two', key }).open(cursor))).toEqual(expired);
    expect(refusal(() => new LiveCursors({ epoch: 'one', key: randomBytes(32) }).open(cursor))).toEqual(expired);
  });

  it('is expired where it is any text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), page.map(closePageCursor)), (text) => {
        expect(refusal(() => live.open(text))).toEqual(expired);
      }),
    );
  });

  it('tells nothing: no two of one position are alike, and no number of it can be read', () => {
    const cursors = Array.from({ length: 50 }, () => live.close({ ...example }));
    expect(new Set(cursors).size).toBe(50);
    for (const cursor of cursors) expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/5:9:5,7/);
  });
});
