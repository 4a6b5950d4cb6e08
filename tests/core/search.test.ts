import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch, searchedWords, searchPredicate } from '@/core/activity/search.ts';
import { termGroups, termsOf } from '@/core/activity/terms.ts';
import { fold, wordsOf } from '@/core/activity/words.ts';
import { entryOf, generatedEntry, hostileText } from '../support/generated-entries.ts';

/** A text, a search, and whether the one is found by the other. */
const cases: [text: string, search: string, found: boolean][] = [
  // Words, whole, of any case.
  ['Publication FAILED', 'failed publication', true],
  ['publication failed', 'publication failure', false],
  ['publication failed', 'ublication', false],
  ['publication failed', 'pub', false],
  // Prefixes.
  ['publication failed', 'pub*', true],
  ['publication failed', 'publication*', true],
  ['publication failed', 'p*', true],
  ['publication failed', 'lic*', false],
  // Phrases.
  ['the post was sent', '"post was"', true],
  ['the post was sent', '"was post"', false],
  ['the post was sent', '"post sent"', false],
  ['the post was sent', '"the post wa"*', true],
  ['the post was sent', '“post was”', true],
  ['the post was sent', '"post was', true],
  // Exclusions.
  ['the post was sent', 'post -failed', true],
  ['the post was sent', 'post -sent', false],
  ['the post was sent', '-failed', true],
  ['the post was sent', 'post -"was sent"', false],
  ['the post was sent', 'post -"sent was"', true],
  ['the post was sent', 'post -se*', false],
  // Identifiers.
  ['error RATE_LIMIT at once', 'RATE_LIMIT', true],
  ['error RATE_LIMIT at once', 'rate_limit', true],
  ['error RATE_LIMIT at once', 'rate', true],
  ['error LIMIT_RATE at once', 'RATE_LIMIT', false],
  ['content.scheduled', 'content.scheduled', true],
  ['content.scheduled', 'scheduled.content', false],
  ['c1a2b3d4', 'c1a2b3d4', true],
  ['c1a2b3d4', 'c1a2*', true],
  ['c1a2b3d4', 'c1a2', false],
  ['https://example.com/a/b?c=1', 'example.com/a', true],
  ['-5', '"-5"', true],
  // Accents and case, of any script.
  ['É', 'é', true],
  ['été', 'ETE', true],
  ['e\u0301', 'é', true],
  ['Škoda', 'skoda', true],
  ['Łódź', 'lodz', true],
  ['Straße', 'STRASSE', true],
  ['ẞ', 'ß', true],
  ['Σίσυφος', 'ΣΙΣΥΦΟΣ', true],
  ['İstanbul', 'istanbul', true],
  ['ısı', 'ISI', true],
  ['\u212A', 'k', true],
  ['\u017F', 's', true],
  ['ёлка', 'ЕЛКА', true],
  ['שָׁלוֹם', 'שלום', true],
  ['مُحَمَّد', 'محمد', true],
  ['हिन्दी', 'हिन्दी', true],
  ['हिन्दी', 'हनद', false],
  ['ﬁne', 'fine', true],
  ['Ａｂｃ１', 'abc1', true],
  // Scripts without spaces.
  ['新製品を発表しました', '発表', true],
  ['新製品を発表しました', '表発', false],
  ['新製品を発表しました', '製', true],
  ['新製品を発表しました', '新製品 発表', true],
  ['กรุงเทพมหานคร', 'เทพ', true],
  ['발표했다', '발표', true],
  ['ﾃｽﾄ', 'テスト', true],
  ['がく', 'かく', false],
  // Pictographs.
  ['done 😀!', '😀', true],
  ['done 😀!', '😁', false],
  // What says nothing.
  ['anything', ' \n\t', true],
  ['anything', '', true],
  ['anything', '%', true],
  ['anything', '" "', true],
  ['anything', '-', true],
  ['a%b', 'a_b', true],
  ["it's", "IT'S", true],
];

describe('a search', () => {
  it.each(cases)('of %j by %j finds it: %s, in each field that is searched', (text, search, found) => {
    const fields = [
      { message: text },
      { entityId: text },
      { actorLabel: text },
      { payloadText: JSON.stringify({ key: { deeper: [1, text] } }) },
    ];
    for (const field of fields) {
      const entry = entryOf({ id: 'x', actorLabel: '-', ...field });
      expect([field, searchPredicate(search)(entry)]).toEqual([field, found]);
    }
  });

  it('looks at the event key and at the values of the payload, not at their names', () => {
    const entry = entryOf({
      id: 'x',
      eventKey: 'content.scheduled',
      payloadText: '{"name":"value","n":12.5,"yes":true}',
    });
    const found = (search: string) => searchPredicate(search)(entry);
    expect(['scheduled', 'value', '12.5'].map(found)).toEqual([true, true, true]);
    expect(['name', 'yes'].map(found)).toEqual([false, false]);
  });

  it('never looks at what is not for everybody', () => {
    const entry = { ...entryOf({ id: 'secret' }), context: 'hidden', actorUserId: 'hidden', brandId: 'hidden' };
    expect(searchPredicate('hidden')(entry)).toBe(false);
  });

  it('finds no phrase over two texts', () => {
    const entry = entryOf({ id: 'x', message: 'one', payloadText: '["two","three"]' });
    expect(['"two three"', '"one two"', 'one two three'].map((search) => searchPredicate(search)(entry))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('reads a payload that is nested as deep as it can be', () => {
    const depth = 30_000;
    const entry = entryOf({ id: 'x', payloadText: `${'['.repeat(depth)}"bottom"${']'.repeat(depth)}` });
    expect(searchPredicate('bottom')(entry)).toBe(true);
  });
});

describe('the parts of a search', () => {
  it('are words, phrases, prefixes and exclusions', () => {
    expect(parseSearch('Foo -bar "a b" content.sch* -"x y"* ')).toEqual([
      { words: ['foo'], prefix: false, excluded: false },
      { words: ['bar'], prefix: false, excluded: true },
      { words: ['a', 'b'], prefix: false, excluded: false },
      { words: ['content', 'sch'], prefix: true, excluded: false },
      { words: ['x', 'y'], prefix: true, excluded: true },
    ]);
    expect(parseSearch(' \n')).toEqual([]);
  });

  it('are 64 words of 1,024 characters at most, counted as people count them', () => {
    expect(parseSearch(`a${'\u{1F3FB}'.repeat(1_023)}`)).toHaveLength(1);
    expect(() => parseSearch('😀'.repeat(1_025))).toThrow('search takes at most 1024 characters');
    const words = Array.from({ length: 65 }, (_, at) => `w${at}`);
    expect(parseSearch(words.slice(0, 64).join(' '))).toHaveLength(64);
    expect(() => parseSearch(words.join(' '))).toThrow('search takes at most 64 words, got 65');
  });
});

describe('words', () => {
  it('are the same for a text and for what it is folded to', () => {
    fc.assert(
      fc.property(hostileText(0, 12), (text) => {
        expect(wordsOf(fold(text))).toEqual(wordsOf(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of an entry are found, alone, as a phrase and begun', () => {
    fc.assert(
      fc.property(generatedEntry(['w1']), fc.nat(), fc.nat(), (entry, which, where) => {
        const texts = searchedWords(entry).filter((words) => words.length > 0);
        const words = texts[which % texts.length] as string[];
        const from = where % words.length;
        const word = words[from] as string;
        const phrase = words.slice(from, from + 3).join(' ');
        for (const search of [word, `"${phrase}"`, `${word}*`, `"${phrase}"*`])
          expect([search, searchPredicate(search)(entry)]).toEqual([search, true]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the terms of a search', () => {
  it('are terms of every entry that it finds', () => {
    const scope = { workspaceId: 'w1', visibilities: ['INTERNAL'], brandIds: null, internals: true } as const;
    for (const [text, search, found] of cases) {
      if (!found) continue;
      const terms = termsOf(entryOf({ id: 'x', message: text }));
      const groups = termGroups({ scope, filter: { search } });
      expect([search, groups.every((group) => group.some((term) => terms.has(term)))]).toEqual([search, true]);
    }
  });
});
