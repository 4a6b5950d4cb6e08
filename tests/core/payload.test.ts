import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadBytes, payloadDepth, payloadToText } from '@/core/activity/payload.ts';
import { ActivityLogError } from '@/errors.ts';

function refusal(payload: unknown): { code: string; field: string | undefined; message: string } {
  try {
    payloadToText(payload);
  } catch (error) {
    if (!(error instanceof ActivityLogError)) throw error;
    const { code, field, message } = error;
    return { code, field, message };
  }
  throw new Error('it was taken');
}

const nested = (levels: number, kind: 'array' | 'object'): unknown => {
  let value: unknown = kind === 'array' ? [] : {};
  for (let level = 1; level < levels; level++) value = kind === 'array' ? [value] : { a: value };
  return value;
};
const refused = (message: RegExp) => ({
  code: 'BAD_USER_INPUT',
  field: 'payload',
  message: expect.stringMatching(message) as string,
});

describe('a payload', () => {
  it('is kept as the JSON text of any JSON value', () => {
    const storable = fc
      .json({ stringUnit: 'binary', maxDepth: 5 })
      .filter((text) => text !== 'null' && !text.includes('\\u0000'));
    fc.assert(
      fc.property(storable, (text) => {
        const kept = payloadToText(JSON.parse(text)) as string;
        expect(kept).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('is nothing where it is null or undefined', () => {
    expect([payloadToText(null), payloadToText(undefined)]).toEqual([null, null]);
  });

  it('keeps the order of its keys, and what only looks empty', () => {
    expect(payloadToText({ b: 1, a: { d: 0, c: '' } })).toBe('{"b":1,"a":{"d":0,"c":""}}');
    expect([0, '', false, [], {}].map(payloadToText)).toEqual(['0', '""', 'false', '[]', '{}']);
  });

  it('takes a Date as its ISO text', () => {
    expect(payloadToText({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it.each(['a', 'é', '漢', '😀', '"', '\n'])(
    'is measured in bytes as JSON: exactly 64 KiB of %j, no byte more',
    (letter) => {
      expect(payloadBytes).toBe(64 * 1024);
      const width = Buffer.byteLength(JSON.stringify(letter)) - 2;
      const room = payloadBytes - 2;
      const full = letter.repeat(Math.floor(room / width)) + 'x'.repeat(room % width);
      expect(Buffer.byteLength(payloadToText(full) as string)).toBe(payloadBytes);
      expect(refusal(`${full}x`)).toEqual(refused(/^payload takes at most 65536 bytes as JSON, got 65537$/));
    },
  );

  it.each(['array', 'object'] as const)('may be nested %s in %s a hundred levels deep, no level more', (kind) => {
    expect(payloadDepth).toBe(100);
    expect(payloadToText(nested(100, kind))).toHaveLength(JSON.stringify(nested(100, kind)).length);
    expect(refusal(nested(101, kind))).toEqual(refused(/^payload may be nested at most 100 levels deep$/));
  });

  it('is refused, not crashed on, a million levels deep or without an end', () => {
    expect(refusal(nested(1_000_000, 'array'))).toEqual(refused(/nested/));
    const ring: { self?: unknown; others: number[] } = { others: [1, 2] };
    ring.self = ring;
    expect(refusal(ring)).toEqual(refused(/nested/));
  });

  it.each([
    ['a bigint', 1n, /must be JSON/],
    ['a bigint inside', { a: [1n] }, /must be JSON/],
    ['a function', () => 1, /must be JSON, got a function/],
    ['a symbol', Symbol('x'), /must be JSON, got a symbol/],
    [
      'what throws when it is read',
      {
        toJSON: () => {
          throw new Error('not today');
        },
      },
      /must be JSON: not today/,
    ],
  ])('is refused where it is %s', (_, payload, message) => {
    expect(refusal(payload)).toEqual(refused(message));
  });

  const unstorable = ['\u0000', '\ud800', '\udfff', '\udc00\ud800', 'a\u0000b', '\ud83dx'];
  it.each(unstorable.map((text) => [JSON.stringify(text), text] as const))(
    'is refused with %s anywhere in it',
    (_, text) => {
      for (const payload of [text, [text], { a: text }, { [text]: 1 }, { a: [{ b: { [`x${text}`]: null } }] }]) {
        expect(refusal(payload)).toEqual(refused(/^payload must not contain U\+0000 or a lone surrogate$/));
      }
    },
  );

  it.each(['\\u0000', '\\ud800', '😀', 'a\\', '\ue000', '\u0001', '\\\\u0000'])(
    'may have text that only looks like that: %j',
    (text) => {
      expect(payloadToText({ [text]: text })).toBe(JSON.stringify({ [text]: text }));
    },
  );
});
