import { expect, it } from 'vitest';
import { SegmentNames } from '@/spool/segment-names.ts';

it('names are in the order of their making, also of stores that are opened in the same millisecond', () => {
  const made = Array.from({ length: 40 }, () => {
    const names = new SegmentNames();
    return [names.next(), names.next()];
  }).flat();
  expect(made.toSorted()).toEqual(made);
});
