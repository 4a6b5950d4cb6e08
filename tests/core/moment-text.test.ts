import fc from 'fast-check';
import { expect, it } from 'vitest';
import { momentText } from '@/core/activity/moment-text.ts';

it('writes every moment as toISOString does, in whichever order', () => {
  const anyMoment = fc.date({ noInvalidDate: true });
  const near = fc.date({ min: new Date('1969-12-30'), max: new Date('1970-01-02'), noInvalidDate: true });
  const midnight = fc.integer({ min: -800_000, max: 800_000 }).map((number) => new Date(number * 86_400_000));
  fc.assert(
    fc.property(fc.oneof(anyMoment, near, midnight), (moment) => {
      expect(momentText(moment)).toBe(moment.toISOString());
    }),
    { numRuns: 2_000 },
  );
  expect(momentText(new Date(8.64e15))).toBe('+275760-09-13T00:00:00.000Z');
  expect(() => momentText(new Date(Number.NaN))).toThrow(RangeError);
});
