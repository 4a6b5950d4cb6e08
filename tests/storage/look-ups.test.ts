import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LookUps } from '@/storage/look-ups.ts';

/** Batches without a key that is there, one after the other, before which keys are looked for: of 1,000. */
function idle(lookUps: LookUps): number {
  let count = 0;
  for (; lookUps.areWorth && count < 1_000; count += 1) lookUps.looked(false);
  return count;
}

describe('looking for keys', () => {
  it('is not worth it while everything is new', () => {
    const lookUps = new LookUps();
    expect(lookUps.areWorth).toBe(false);
    lookUps.looked(false);
    expect(lookUps.areWorth).toBe(false);
  });

  it('is worth it from the first key on that was there', () => {
    const lookUps = new LookUps();
    lookUps.missed();
    expect(lookUps.areWorth).toBe(true);
  });

  it('is not worth it any more after some batches had none: after twice as many each time that this was wrong, and 64', () => {
    const lookUps = new LookUps();
    const counts = Array.from({ length: 9 }, () => {
      lookUps.missed();
      return idle(lookUps);
    });
    expect(counts).toEqual([2, 4, 8, 16, 32, 64, 64, 64, 64]);
  });

  it('is worth it for as many batches again where one of them had some', () => {
    const lookUps = new LookUps();
    lookUps.missed();
    lookUps.missed();
    for (let batch = 0; batch < 20; batch += 1) {
      for (let empty = 0; empty < 3; empty += 1) lookUps.looked(false);
      expect(lookUps.areWorth).toBe(true);
      lookUps.looked(true);
    }
    expect(idle(lookUps)).toBe(4);
  });

  it('costs few vain batches, however old and new ones come', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 1_000, size: 'max' }), (batches) => {
        const lookUps = new LookUps();
        let [missed, vain] = [0, 0];
        for (const isOld of batches) {
          if (lookUps.areWorth) {
            if (!isOld) vain += 1;
          } else if (isOld) {
            missed += 1;
            lookUps.missed();
          } else continue;
          lookUps.looked(isOld);
        }
        const old = batches.filter((isOld) => isOld).length;
        // Looked for in vain: at most 64 times behind each old one. Missed: not often while old ones come closely.
        expect(vain).toBeLessThanOrEqual(64 * old);
        expect(missed).toBeLessThanOrEqual(Math.min(old, 6 + batches.length / 64));
      }),
    );
  });
});
