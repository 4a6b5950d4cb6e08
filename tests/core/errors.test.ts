import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActivityLogError, type ErrorCode, errorCatalogue, shorten } from '@/errors.ts';

/** The contract's list, and the status that each has where it is the whole answer. */
const listed = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  LIMIT_EXCEEDED: 413,
  LIVE_CURSOR_EXPIRED: 410,
  UNAVAILABLE: 503,
  INTERNAL: 500,
} as const;

describe('the catalogue of errors', () => {
  it('has exactly the codes of the contract, each with its HTTP status', () => {
    const found = Object.fromEntries(Object.entries(errorCatalogue).map(([code, { status }]) => [code, status]));
    expect(found).toEqual(listed);
  });

  it('says something of its own for each, as whole sentences', () => {
    const texts = Object.values(errorCatalogue).map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    for (const text of texts) expect(text).toMatch(/^[A-Z].{10,}\.$/);
  });

  it.each(Object.keys(listed) as ErrorCode[])('is what an error without a text of its own says: %s', (code) => {
    const error = new ActivityLogError(code);
    expect(error).toMatchObject({
      name: 'ActivityLogError',
      code,
      message: errorCatalogue[code].text,
      field: undefined,
    });
    expect('cause' in error).toBe(false);
  });

  it('keeps the field and the cause that an error is given', () => {
    const cause = new Error('deeper');
    const error = new ActivityLogError('BAD_USER_INPUT', 'no', { field: 'input.eventKey', cause });
    expect(error).toMatchObject({ message: 'no', field: 'input.eventKey', cause });
  });
});

describe('a value in a message', () => {
  it('stands in full where it is short, and shortened with its length where it is not', () => {
    expect(shorten('a'.repeat(60))).toBe(`"${'a'.repeat(60)}"`);
    expect(shorten('a'.repeat(61))).toBe(`"${'a'.repeat(60)}…" (61 characters)`);
    expect(shorten('abc', 2)).toBe('"ab…" (3 characters)');
  });

  it('has no control character and no lone surrogate in it, and is never long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const shown = shorten(text);
        expect([...shown].filter((character) => character < ' ')).toEqual([]);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown.length).toBeLessThan(450);
      }),
    );
  });

  it.each([
    [undefined, '"undefined"'],
    [null, '"null"'],
    [5, '"5"'],
    [{ a: 1 }, String.raw`"{\"a\":1}"`],
    [Symbol('x'), '"Symbol(x)"'],
  ])('may be anything: %s', (value, shown) => {
    expect(shorten(value)).toBe(shown);
  });

  it('may be what JSON cannot say', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(() => shorten(ring)).not.toThrow();
    expect(() => shorten(10n)).not.toThrow();
  });
});
