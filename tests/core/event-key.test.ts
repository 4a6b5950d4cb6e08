import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventKeyPattern, parseEventKeyCondition } from '@/core/activity/event-key.ts';

describe('an event key', () => {
  it.each([
    'brand.created',
    'publication.failed',
    'social_account.token_refreshed',
    'publication.retry.failed',
    'a.b',
    'a1_.b_2',
    'ai.4xx',
  ])('may be %s', (key) => {
    expect(key).toMatch(eventKeyPattern);
  });

  it.each([
    ['nothing', ''],
    ['no dot', 'brand'],
    ['a dot at the end', 'brand.'],
    ['a dot at the start', '.created'],
    ['two dots in a row', 'brand..created'],
    ['an upper-case letter', 'brand.Created'],
    ['an upper-case domain', 'Brand.created'],
    ['a hyphen', 'social-account.created'],
    ['a blank', 'brand.created '],
    ['a line break at the end', 'brand.created\n'],
    ['a star', 'brand.*'],
    ['a digit first', '1brand.created'],
    ['an underscore first', '_brand.created'],
    ['a letter that is not ASCII', 'bränd.created'],
    ['a Kelvin sign', 'brand.\u212Aey'],
  ])('may not have %s', (_, key) => {
    expect(key).not.toMatch(eventKeyPattern);
  });

  it('is decided in no time, however long and close to a key the text is', () => {
    const started = performance.now();
    expect(`${'a_1.'.repeat(100_000)}!`).not.toMatch(eventKeyPattern);
    expect(`${'a'.repeat(400_000)}!`).not.toMatch(eventKeyPattern);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('a condition on event keys', () => {
  it('is one key where it has no star', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('*')),
        (text) => {
          expect(parseEventKeyCondition(text)).toEqual({ kind: 'exact', key: text });
        },
      ),
    );
  });

  it('is everything under a domain where it ends with a dot and a star', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => !text.includes('*')),
        (domain) => {
          expect(parseEventKeyCondition(`${domain}.*`)).toEqual({ kind: 'prefix', prefix: `${domain}.` });
        },
      ),
    );
  });

  it.each(['*', '.*', 'a*', '*.a', 'a.*.b', 'a.**', '*.*', 'a*.*', 'a.*\n', 'a .* '])('is refused as %j', (text) => {
    expect(parseEventKeyCondition(text)).toBeUndefined();
  });
});
