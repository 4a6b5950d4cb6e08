import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completionsOf, type Facets, offeredQualifiers } from '../../src/viewer/find/completions.ts';
import { hasTerm, parseQuery, removeRange } from '../../src/viewer/find/query.ts';
import { suggest } from '../../src/viewer/find/suggest.ts';
import { settled, whileTyping } from '../../src/viewer/find/typing.ts';
import { hostileText } from '../support/generated-entries.ts';

const facets: Facets = {
  eventKeys: [
    { eventKey: 'publication.published', count: 900 },
    { eventKey: 'publication.failed', count: 12 },
    { eventKey: 'brand.updated', count: 3 },
  ],
  actors: [
    { actorType: 'WORKER', actorLabel: 'Instagram Worker', actorUserId: null, count: 500 },
    { actorType: 'USER', actorLabel: 'Zoë "Z" Ünal', actorUserId: 'usr_zoe', count: 20 },
    { actorType: 'SYSTEM', actorLabel: 'Instagram Worker', actorUserId: null, count: 1 },
  ],
  severities: [{ severity: 'ERROR', count: 12 }],
  brands: [{ brandId: 'b-17', brand: { name: 'Aurora Outdoor' }, count: 40 }],
  entityTypes: [{ entityType: 'PUBLICATION', count: 912 }],
};
const completions = completionsOf(facets, 'ADMIN', (id) => id.split('.').at(-1) ?? id);
const qualifiers = offeredQualifiers('ADMIN');
const suggested = (text: string, caret = text.length) => suggest(text, caret, { completions, qualifiers });
const keys = (text: string) => suggested(text).map(({ key }) => key);
const first = (text: string) => suggested(text)[0]?.text;

describe('what the search box offers', () => {
  it('has the best first: what begins so, in the value or in its name, then the search', () => {
    expect(keys('f').slice(0, 3)).toEqual(['event:publication.failed', 'searchPrefix', 'search']);
    expect(first('outd')).toBe('brand:b-17 ');
    expect(first('usr_z')).toBe('user:usr_zoe ');
    expect(first('unal')).toBe('actor:"Zoë \\"Z\\" Ünal" ');
    expect(first('sev')).toBe('severity:');
    expect(keys('ailed').slice(0, 3)).toEqual(['searchPrefix', 'search', 'event:publication.failed']);
    expect(first('nothing like it')).toBe('nothing like it* ');
    expect(keys('publication')[0]).toBe('type:publication');
    expect(keys('event:pub')).toEqual([
      'event:publication.published',
      'event:publication.failed',
      'event:publication.*',
    ]);
    expect(first('entity:pu')).toBe('entity:publication/');
  });

  it('takes several words for one value, and else leaves a search one', () => {
    expect(first('instagram wor')).toBe('actor:"Instagram Worker" ');
    expect(keys('rate f').slice(0, 3)).toEqual(['searchPrefix', 'search', 'event:publication.failed']);
    expect(completions.find(({ value }) => value === 'Instagram Worker')?.count).toBe(501);
  });

  it('completes where the caret stands, and does not offer what holds already', () => {
    expect(suggested('severity:err rate', 12)[0]).toMatchObject({ text: 'severity:error rate', caret: 15 });
    expect(keys('severity:error severity:')).toEqual(['severity:info', 'severity:warning']);
    expect(keys('')).toEqual(qualifiers.map((one) => `${one}:`));
    expect(keys('"rate')).toEqual([]);
  });

  it('offers clients nothing that is refused to them', () => {
    const ofClient = completionsOf(facets, 'CLIENT', (id) => id);
    const ofNobody = completionsOf(facets, undefined, (id) => id);
    for (const { qualifier } of [...ofClient, ...ofNobody])
      expect(['user', 'context', 'visibility']).not.toContain(qualifier);
  });

  it('leaves the other conditions of any query as they are', () => {
    const typed = fc.array(
      fc.oneof(
        fc.constantFrom('f', 'event:p', 'severity:', 'brand:x', '"a b"', 'insta', 'actor:"', '-x'),
        hostileText(0, 2),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(typed, fc.nat(40), (pieces, at) => {
        const text = pieces.join(' ');
        const caret = Math.min(at, text.length);
        for (const suggestion of suggested(text, caret)) {
          expect(suggestion.caret).toBeLessThanOrEqual(suggestion.text.length);
          if (suggestion.kind !== 'value' || suggestion.isBeginning) continue;
          expect(hasTerm(suggestion.text, suggestion.qualifier, suggestion.value)).toBe(true);
          for (const { qualifier, value, start, end } of parseQuery(text).terms)
            if (qualifier !== 'search' && !(start < caret && caret <= end))
              expect(hasTerm(suggestion.text, qualifier, value)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is looked for while somebody types', () => {
  it('is words by their beginning, and conditions when they are known', () => {
    expect(whileTyping('rate lim', completions)).toBe('rate lim*');
    expect(whileTyping('rate ', completions)).toBe('rate');
    expect(whileTyping('rate l', completions)).toBe('rate');
    expect(whileTyping('発', completions)).toBe('発*');
    expect(whileTyping('rate severity:err', completions)).toBe('rate');
    expect(whileTyping('rate severity:error', completions)).toBe('rate severity:error');
    expect(whileTyping('rate brand:unknown', completions)).toBe('rate');
    expect(whileTyping('rate brand:unknown ', completions)).toBe('rate brand:unknown');
    expect(whileTyping('-retr', completions)).toBe('');
  });

  it('stays when nobody types on', () => {
    expect(settled('rate lim')).toBe('rate lim*');
    expect(settled('rate lim*')).toBe('rate lim*');
    expect(settled('rate ')).toBe('rate');
    expect(settled('rate brand:unknown')).toBe('rate brand:unknown');
    expect(settled('-retry')).toBe('-retry');
    expect(removeRange('a b c', { start: 2, end: 3 })).toBe('a c');
  });
});
