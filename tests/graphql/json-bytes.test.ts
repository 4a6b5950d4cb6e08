import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonBytes, JsonValueWriter, jsonBytes } from '@/graphql/json-bytes.ts';
import { hostileText } from '../support/generated-entries.ts';

const text = fc.oneof(
  hostileText(0, 8),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((codes) => String.fromCharCode(...codes)),
);
const written = (write: (to: JsonBytes) => void): string => {
  const to = new JsonBytes();
  write(to);
  return to.take().toString();
};

describe('JSON as bytes', () => {
  it('is to the letter what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.jsonValue(), fc.object({ withNullPrototype: true, withDate: true })), (value) => {
        expect(jsonBytes(value).toString()).toBe(JSON.stringify(value));
      }),
      { numRuns: 500 },
    );
    const gaps = { a: undefined, b: [undefined, new Date(0)], c: {}, d: Object.create(null) as object };
    expect(jsonBytes(gaps).toString()).toBe(JSON.stringify(gaps));
  });

  it('is nested as deep as JSON.stringify takes it', () => {
    const deep = '['.repeat(3_000) + ']'.repeat(3_000);
    expect(jsonBytes({ deep: JSON.parse(deep) as unknown }).toString()).toBe(`{"deep":${deep}}`);
  });

  it('has texts as JSON.stringify has them, however long', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 3_000 }), (some, times) => {
        const all = some.repeat(times).slice(0, 20_000);
        expect(written((to) => to.text(all))).toBe(JSON.stringify(all));
        expect(written((to) => to.json(all))).toBe(Buffer.from(all).toString());
      }),
      { numRuns: 300 },
    );
  });

  it('has base64 as a Buffer has it', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ maxLength: 9 })), (id) => {
        const expected = `"${Buffer.from(`ActivityLog:${id}`).toString('base64')}"`;
        expect(written((to) => to.base64(Buffer.from('ActivityLog:').toString('base64'), id))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('has moments as Date.toJSON has them, from the first to the last', () => {
    const ends = [-8.64e15, -62_167_219_200_001, -1, 0, 86_399_999, 86_400_000, 253_402_300_800_000, 8.64e15];
    const one = new JsonBytes();
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...ends), fc.integer({ min: -8.64e15, max: 8.64e15 })), (time) => {
        one.moment(new Date(time));
        expect(one.take().toString()).toBe(JSON.stringify(new Date(time)));
      }),
      { numRuns: 2_000 },
    );
    expect(() => one.moment(new Date(Number.NaN))).toThrow(RangeError);
  });

  it('has in it what writes itself, and who does not know of that gets the value', () => {
    const value = { a: [new JsonValueWriter((to) => to.json('{"b":[1,"é"]}'))] };
    expect(jsonBytes(value).toString()).toBe('{"a":[{"b":[1,"é"]}]}');
    expect(JSON.stringify(value)).toBe('{"a":[{"b":[1,"é"]}]}');
  });

  it('has nothing in it of one that was given up half way', () => {
    const half = new JsonValueWriter((to) => {
      to.text('begun');
      throw new Error('given up');
    });
    expect(() => jsonBytes({ half })).toThrow('given up');
    expect(jsonBytes([1]).toString()).toBe('[1]');
  });

  it('is nobody else’s: what was taken stays as it is', () => {
    const large = 'x'.repeat(1_000_000);
    const [first, second] = [jsonBytes(large), jsonBytes('y'.repeat(1_000_000))];
    expect(first.toString()).toBe(JSON.stringify(large));
    expect(second.toString()).toBe(JSON.stringify('y'.repeat(1_000_000)));
  });
});
