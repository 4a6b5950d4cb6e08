/** Hostile values: lists, numbers, texts, times, cursors and entries that nobody means well with. */
import { closePageCursor } from '../../src/core/activity/page-cursor.ts';
import {
  added,
  asked,
  askedWith,
  entry,
  from,
  type Hostile,
  logMany,
  logOne,
  many,
  nestedLists,
  nestedObjects,
  page,
  subscribed,
  texts,
} from './hostile-request.ts';

const filtered = (filter: object) => asked(page, { filter });
const searched = (search: string) => filtered({ search });
const at = (moment: number, id: string) => closePageCursor({ createdAt: new Date(moment), id });
const payload = (text: string) =>
  askedWith(
    logOne,
    'input',
    JSON.stringify({ ...entry, payload: '@' }).replace('"@"', () => text),
  );

const searches: Hostile[] = [
  ['a search of 64 words', searched(texts(64, (n) => `w${n}`)), 'answered'],
  ['a search of 64 beginnings that are left out', searched(texts(64, (n) => `-"w${n}"*`)), 'answered'],
  ['a search of 500 words without a space', searched('a*'.repeat(500)), 'LIMIT_EXCEEDED filter.search'],
  [
    'a search like a regular expression',
    searched('(a+)+$ .*.*.*.*a [[[ (?=x)(?<!y) \\1 a{1,99999} ^'.repeat(3)),
    'answered',
  ],
  ['a search of percent signs', searched('%'.repeat(1_024)), 'answered'],
  ['a search of wildcards and their escapes', searched('%_\\'.repeat(341)), 'answered'],
  ['a search that would be SQL', searched(`'"; DROP TABLE "ActivityLog"; -- \\'; $1 $$`), 'answered'],
  ['a search of quotes that are not closed', searched('"'.repeat(1_023)), 'answered'],
  ['a search of curly quotes', searched('“a„b”«c'.repeat(100)), 'LIMIT_EXCEEDED filter.search'],
  ['a search of minus signs', searched('-'.repeat(1_024)), 'answered'],
  ['a search of stars', searched('*'.repeat(1_024)), 'answered'],
  ['a search of 1,024 times one letter', searched('a'.repeat(1_024)), 'answered'],
  ['a search of 1,025 times one letter', searched('a'.repeat(1_025)), 'LIMIT_EXCEEDED filter.search'],
  ['a search of a million letters', searched('a'.repeat(1_000_000)), 'LIMIT_EXCEEDED filter.search'],
  ['a search of control characters', searched('\u0001\u0008\u001b[31m\u001f\u007f\u0085\u2028\u2029'), 'answered'],
  ['a search with U+0000', searched('a\u0000b'), 'BAD_USER_INPUT filter.search'],
  ['a search with a lone surrogate', searched('\ud800'), 'BAD_USER_INPUT filter.search'],
  ['a search with a surrogate the wrong way round', searched('\udc00\ud800'), 'BAD_USER_INPUT filter.search'],
  ['a search from right to left', searched('\u202e\u2067\u200f\u05d0\u05d1\u2069 \u061c\u0627'), 'answered'],
  ['a search of 1,023 marks on one letter', searched(`e${'\u0301'.repeat(1_023)}`), 'answered'],
  ['a search of marks on nothing', searched('\u0301'.repeat(1_024)), 'answered'],
  ['a search of one letter that is eighteen', searched('\ufdfa'.repeat(1_024)), 'LIMIT_EXCEEDED filter.search'],
  ['a search of mathematical letters', searched('\u{1d400}'.repeat(512)), 'answered'],
  ['a search of 65 words of a script without spaces', searched('字'.repeat(65)), 'LIMIT_EXCEEDED filter.search'],
  ['a search of families', searched('👩‍👩‍👧‍👦'.repeat(16)), 'answered'],
  ['a search of white space', searched(' \t\u00a0\u3000'.repeat(256)), 'answered'],
];

const filters: Hostile[] = [
  ['a list of 500,000', filtered({ brandIds: many(500_000, (n) => `b${n}`) }), 'LIMIT_EXCEEDED filter.brandIds'],
  [
    'a list of 500,000 of the wrong kind',
    filtered({ brandIds: many(500_000, (n) => n) }),
    'BAD_USER_INPUT filter.brandIds[0]',
  ],
  [
    '100 entities of one type and id',
    filtered({ entities: many(100, () => ({ type: 'BRAND', id: 'x'.repeat(256) })) }),
    'answered',
  ],
  [
    'all lists full',
    filtered({
      brandIds: many(100, (n) => `${n}`),
      actorLabels: many(100, (n) => `${n}`),
      contexts: many(100, (n) => `${n}`),
      eventKeys: many(100, (n) => `k${n}.*`),
      search: texts(64, (n) => `w${n}`),
    }),
    'answered',
  ],
  ['a value of 257 characters', filtered({ contexts: ['x'.repeat(257)] }), 'BAD_USER_INPUT filter.contexts'],
  [
    'a value of a million characters',
    filtered({ actorLabels: ['x'.repeat(1_000_000)] }),
    'BAD_USER_INPUT filter.actorLabels',
  ],
  ['ids that would be SQL', filtered({ brandIds: ["x' OR 1=1 --", '{"a","b"}', 'NULL', '\\', '$1'] }), 'answered'],
  ['an id with U+0000', filtered({ brandIds: ['\u0000'] }), 'BAD_USER_INPUT filter.brandIds'],
  [
    'an entity with a lone surrogate',
    filtered({ entities: [{ type: 'BRAND', id: '\udfff' }] }),
    'BAD_USER_INPUT filter.entities',
  ],
  ['a domain with wildcards', filtered({ eventKeys: ['%.*', '_.*', '\\.*', 'a_b.*'] }), 'answered'],
  ['an event key of wildcards', filtered({ eventKeys: ['%', '_', 'a.%'] }), 'answered'],
  ['a star alone', filtered({ eventKeys: ['*'] }), 'BAD_USER_INPUT filter.eventKeys'],
  ['an event key of 10,000 dots', filtered({ eventKeys: ['.'.repeat(10_000)] }), 'BAD_USER_INPUT filter.eventKeys'],
  ['times the wrong way round', filtered({ from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }), 'answered'],
  [
    'times before and after all',
    filtered({ from: '0000-01-01T00:00:00Z', to: '9999-12-31T23:59:59.999999999Z' }),
    'answered',
  ],
  ['a time of 100,000 digits', filtered({ from: `2026-01-01T00:00:00.${'9'.repeat(100_000)}Z` }), 'answered'],
  ['a time beyond the year 9999', filtered({ to: '+275760-09-13T00:00:00.001Z' }), 'BAD_USER_INPUT filter.to'],
  ['the 30th of February', filtered({ from: '2026-02-30T00:00:00Z' }), 'BAD_USER_INPUT filter.from'],
  ['a filter of 100,000 levels', askedWith(page, 'filter', nestedObjects(100_000)), 'BAD_USER_INPUT filter'],
  ...['brandIds', 'severities', 'entities'].map(
    (list): Hostile => [
      `${list} of 100,000 levels`,
      askedWith(page, 'filter', `{"${list}":${nestedLists(100_000)}}`),
      `BAD_USER_INPUT filter.${list}[0]`,
    ],
  ),
  [
    'a filter by the names of every object',
    askedWith(page, 'filter', '{"__proto__":{"search":"x"},"constructor":{"prototype":{"search":"x"}}}'),
    'BAD_USER_INPUT filter',
  ],
  [
    'a client that asks by what it may not see',
    from('client', filtered({ contexts: ['%'] })),
    'FORBIDDEN filter.contexts',
  ],
  [
    '2,000 fields that no filter has',
    filtered(Object.fromEntries(many(2_000, (n) => [`field${n}`, 'x'.repeat(100)]))),
    'BAD_USER_INPUT filter',
  ],
  ['a megabyte in the place of a filter', asked(page, { filter: 'x'.repeat(1_000_000) }), 'BAD_USER_INPUT filter'],
  [
    '100 severities of 50,000 letters',
    filtered({ severities: many(100, () => 'X'.repeat(50_000)) }),
    'BAD_USER_INPUT filter.severities[0]',
  ],
];

const numbers: Hostile[] = [
  ...([-1, -(2 ** 31)] as const).map(
    (first): Hostile => [`first: ${first}`, asked(page, { first }), 'BAD_USER_INPUT first'],
  ),
  ['first: 2147483647', asked(page, { first: 2 ** 31 - 1 }), 'LIMIT_EXCEEDED query'],
  ['last: 2147483647', asked(page, { last: 2 ** 31 - 1 }), 'LIMIT_EXCEEDED query'],
  ...['2147483648', '-2147483649', '1e999', '-1e999', '1e300', '1.5', '"1"', '[]', '{}', '[[1]]', 'true'].map(
    (value): Hostile => [`first: ${value}`, askedWith(page, 'first', value), 'BAD_USER_INPUT first'],
  ),
  ['first: -0', askedWith(page, 'first', '-0'), 'answered'],
  [
    'first: 1e999 as a literal',
    asked('{ timeline(workspaceId: "w1", first: 1e999) { liveCursor } }'),
    'BAD_USER_INPUT query',
  ],
  [
    'a first of 100,000 digits',
    asked(`{ timeline(workspaceId: "w1", first: ${'9'.repeat(100_000)}) { liveCursor } }`),
    'BAD_USER_INPUT query',
  ],
  [
    'a count to 2147483647',
    asked('{ timeline(workspaceId: "w1") { count(limit: 2147483647) { value } } }'),
    'LIMIT_EXCEEDED limit',
  ],
  [
    'a count to -2147483648',
    asked('{ timeline(workspaceId: "w1") { count(limit: -2147483648) { value } } }'),
    'BAD_USER_INPUT limit',
  ],
  ['2147483647 brands', asked('{ workspace(id: "w1") { brands(first: 2147483647) { id } } }'), 'LIMIT_EXCEEDED query'],
  ['-2147483648 brands', asked('{ workspace(id: "w1") { brands(first: -2147483648) { id } } }'), 'answered'],
];

const cursors: Hostile[] = [
  ['a cursor at the end of time', asked(page, { after: at(8.64e15, 'x') }), 'answered'],
  ['a cursor at the beginning of time', asked(page, { before: at(Date.UTC(-4712, 0, 1), `'; --`) }), 'answered'],
  [
    'two cursors that leave nothing between them',
    asked(page, { after: at(0, 'a'), before: at(8.64e15, 'a') }),
    'answered',
  ],
  ['a cursor with an id of 1,024 characters', asked(page, { after: at(0, '%'.repeat(1_024)) }), 'answered'],
  ['a cursor with an id of 1,025 characters', asked(page, { after: at(0, '%'.repeat(1_025)) }), 'BAD_USER_INPUT after'],
  ['a cursor before time', asked(page, { after: at(-8.64e15, 'x') }), 'BAD_USER_INPUT after'],
  ['a cursor of a million letters', asked(page, { before: 'A'.repeat(1_000_000) }), 'BAD_USER_INPUT before'],
  [
    'a live cursor of a million letters',
    subscribed(added, { after: 'A'.repeat(1_000_000) }),
    'LIVE_CURSOR_EXPIRED after',
  ],
  ['a page cursor in the place of a live one', subscribed(added, { after: at(0, 'x') }), 'LIVE_CURSOR_EXPIRED after'],
  [
    'a subscription to 500,000 brands',
    subscribed(added, { filter: { brandIds: many(500_000, (n) => `b${n}`) } }),
    'LIMIT_EXCEEDED filter.brandIds',
  ],
  [
    'a subscription to 65 words',
    subscribed(added, { filter: { search: texts(65, (n) => `w${n}`) } }),
    'LIMIT_EXCEEDED filter.search',
  ],
  ['a subscription to U+0000', subscribed(added, { filter: { search: '\u0000' } }), 'BAD_USER_INPUT filter.search'],
  [
    'a subscription to wildcards',
    subscribed(added, { filter: { eventKeys: ['*', '%'] } }),
    'BAD_USER_INPUT filter.eventKeys',
  ],
  [
    'a subscription to another tenant',
    from('client', subscribed('subscription { activityAdded(workspaceId: "w2") { liveCursor } }')),
    'FORBIDDEN workspaceId',
  ],
  [
    'a subscription to two things',
    subscribed(
      'subscription { a: activityAdded(workspaceId: "w1") { liveCursor } b: activityAdded(workspaceId: "w1") { liveCursor } }',
    ),
    'BAD_USER_INPUT activityAdded',
  ],
  [
    'a subscription to pages of pages',
    subscribed(
      'subscription { activityAdded(workspaceId: "w1") { activity { workspace { timeline(first: 500) { edges { node { workspace { brands(first: 500) { id } } } } } } } } }',
    ),
    'LIMIT_EXCEEDED query',
  ],
];

const entries: Hostile[] = [
  ['1,001 entries', asked(logMany, { input: many(1_001, () => entry) }), 'LIMIT_EXCEEDED input'],
  [
    '50,000 entries',
    asked(logMany, { input: many(50_000, () => ({ ...entry, brandId: undefined })) }),
    'LIMIT_EXCEEDED query',
  ],
  [
    '1,000 entries, 50 times',
    asked(
      `mutation ($input: [ActivityLogInput!]!) { ${texts(50, (n) => `a${n}: activityLogMany(input: $input) { results { duplicate } }`)} }`,
      { input: many(1_000, () => ({ ...entry, eventKey: 'Bad Key' })) },
    ),
    'LIMIT_EXCEEDED query',
  ],
  ['a payload of 100,000 objects inside each other', payload(nestedObjects(100_000)), 'BAD_USER_INPUT input.payload'],
  ['a payload of a million lists inside each other', payload(nestedLists(1_000_000)), 'BAD_USER_INPUT input.payload'],
  ['a payload of a million numbers', payload(`[${many(1_000_000, () => 1).join()}]`), 'BAD_USER_INPUT input.payload'],
  [
    'a payload by the names of every object',
    payload('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toJSON":1}'),
    'answered',
  ],
  ['a payload with a number that is none', payload('{"a":[1e999]}'), 'BAD_USER_INPUT input.payload'],
  ['a payload with U+0000 in a name', payload('{"\\u0000":1}'), 'BAD_USER_INPUT input.payload'],
  [
    'a message of a million letters',
    asked(logOne, { input: { ...entry, message: 'x'.repeat(1_000_000) } }),
    'BAD_USER_INPUT input.message',
  ],
  [
    'an entry of another tenant',
    from('client', asked(logOne, { input: { ...entry, workspaceId: 'w2' } })),
    'FORBIDDEN input.workspaceId',
  ],
  [
    'a time of a million digits',
    asked(logOne, { input: { ...entry, createdAt: '9'.repeat(1_000_000) } }),
    'BAD_USER_INPUT input.createdAt',
  ],
];

export const hostileValues: Hostile[] = [...searches, ...filters, ...numbers, ...cursors, ...entries];
