import { beforeAll, describe, expect, it } from 'vitest';
import { parseSearch, searchPredicate } from '@/core/activity/search.ts';
import { readScope } from '@/core/activity/visibility.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { countEntries } from '@/storage/timeline.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';

/** A text, a search, and whether the one is found by the other: alike only in the case of ASCII, everywhere. */
const cases: [text: string, search: string, found: boolean][] = [
  ['Publication FAILED', 'failed publication', true],
  ['publication failed', 'ublicatioN ILE', true],
  ['publication failed', 'publication failure', false],
  ['É', 'É', true],
  ['É', 'é', false],
  ['\u212A', 'k', false],
  ['k', '\u212A', false],
  ['\u017F', 's', false],
  ['İ', 'i', false],
  ['ı', 'I', false],
  ['ß', 'SS', false],
  ['ẞ', 'ß', false],
  ['Σ', 'ς', false],
  ['e\u0301', 'é', false],
  ['a%b', '%', true],
  ['ab', '%', false],
  ['ab', 'a_', false],
  ['a\\b', '\\', true],
  ['say "x"', '"x"', true],
  ["it's", "'S", true],
  ['a\u001fb', '\u001f', true],
  ['😀', '😀', true],
  ['\u00a0x', '\u2003x\u3000', true],
  ['anything', ' \n\t', true],
  ['anything', '', true],
];

describeOnEachDatabase('a search', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  it.each(cases)('of %j by %j finds it: %s, in each field that is searched', async (text, search, found) => {
    const fields = [
      { message: text },
      { entityId: text },
      { actorLabel: text },
      { payloadText: JSON.stringify({ [text]: 1 }) },
    ];
    for (const [at, field] of [...fields, { payloadText: JSON.stringify([text]) }].entries()) {
      const workspaceId = `${cases.findIndex((one) => one[0] === text && one[1] === search)}-${at}`;
      const entries = distinct([entryOf({ id: '', workspaceId, actorLabel: '-', ...field })]);
      await createActivityWriter(database).write(entries);
      const grants = new Map([[workspaceId, { role: 'operator' as const, brandIds: [] }]]);
      const scope = readScope({ subject: 'u', grants, expiresAt: new Date() }, workspaceId) ?? expect.unreachable();
      const { value } = await countEntries(database, { scope, filter: { search } }, 10);
      expect([field, value, entries.map(searchPredicate(search))]).toEqual([field, Number(found), [found]]);
    }
  });

  it('never looks at what is not for everybody, and looks at the event key', async () => {
    const entry = { ...entryOf({ id: 'secret' }), context: 'hidden', actorUserId: 'hidden', brandId: 'hidden' };
    expect(['hidden', 'a.B', 'x.'].map((search) => searchPredicate(search)(entry))).toEqual([false, true, false]);
    await createActivityWriter(database).write([entry]);
    const scope = { workspaceId: 'w1', visibilities: ['INTERNAL'], brandIds: null, internals: true } as const;
    for (const [search, value] of [
      ['hidden', 0],
      ['a.B', 1],
      ['x.', 0],
    ] as const)
      expect((await countEntries(database, { scope, filter: { search } }, 10)).value).toBe(value);
  });
});

describe('the words of a search', () => {
  it('are split at white space, folded, and each asked for once', () => {
    expect(parseSearch('  Foo\u00a0foo\nBÄR\t😀 ')).toEqual(['foo', 'bÄr', '😀']);
    expect(parseSearch(' \n')).toEqual([]);
  });

  it('are 64 of 1,024 characters at most, counted as people count them', () => {
    expect(parseSearch('😀'.repeat(1_024))).toHaveLength(1);
    expect(() => parseSearch('😀'.repeat(1_025))).toThrow('search takes at most 1024 characters');
    const words = Array.from({ length: 65 }, (_, at) => `w${at}`);
    expect(parseSearch(words.slice(0, 64).join(' '))).toHaveLength(64);
    expect(() => parseSearch(words.join(' '))).toThrow('search takes at most 64 words, got 65');
  });
});
