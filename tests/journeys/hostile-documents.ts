/** Hostile documents: what is asked is too deep, too wide, too often, or made to be checked without end. */
import { asked, from, globalId, type Hostile, many, nodes, texts } from './hostile-request.ts';

const wide =
  '{ edges { node { id message payload context actorLabel eventKey createdAt workspace { name } brand { name } } } }';
/**
 * Of each of 500 entries so many timelines, each counted: twice as many statements. What is asked is counted before
 * anything is read: of a workspace without entries, so that it does no harm where it is not refused.
 */
const countedEach = (aliases: number) =>
  `{ timeline(workspaceId: "empty", first: 500) { edges { node { brand {
    ${texts(aliases, (number) => `t${number}: timeline(first: 0) { count(limit: 100000) { value } }`)} } } } } }`;
const chain = (length: number, type: string, make: (next: string) => string, last: string) =>
  `${texts(length, (number) => `fragment F${number} on ${type} { ${make(`...F${number + 1}`)} }`)} fragment F${length} on ${type} { ${last} }`;
const typeRef = (levels: number) => `${'{ ofType '.repeat(levels)}{ name }${' }'.repeat(levels)}`;

/** Fields on one level, and braces on so many. */
export const inlineFragments = (levels: number): string =>
  `{ ${'... on Query { '.repeat(levels)} viewer { subject } ${'}'.repeat(levels)} }`;

export const hostileDocuments: Hostile[] = [
  [
    'levels by workspaces and brands',
    asked(`{ workspace(id: "w1") ${'{ brands(first: 1) { workspace '.repeat(10)}{ id }${' } }'.repeat(10)} }`),
    'LIMIT_EXCEEDED query',
  ],
  [
    'timelines inside of timelines',
    asked(
      `{ timeline(workspaceId: "w1", first: 500) ${'{ edges { node { workspace { timeline(first: 500) '.repeat(3)}{ liveCursor }${' } } } }'.repeat(3)} }`,
    ),
    'LIMIT_EXCEEDED query',
  ],
  ['9,000 levels of inline fragments', asked(inlineFragments(9_000)), 'LIMIT_EXCEEDED query'],
  [
    '50 pages of 500 whole entries',
    asked(`{ ${texts(50, (n) => `t${n}: timeline(workspaceId: "w1", first: 500) ${wide}`)} }`),
    'LIMIT_EXCEEDED query',
  ],
  [
    '50 pages of 500 by cursor',
    asked(`{ ${texts(50, (n) => `t${n}: timeline(workspaceId: "w1", first: 500) { edges { cursor } }`)} }`),
    'LIMIT_EXCEEDED query',
  ],
  [
    '51 timelines',
    asked(`{ ${texts(51, (n) => `t${n}: timeline(workspaceId: "w1", first: 1) { liveCursor }`)} }`),
    'LIMIT_EXCEEDED query',
  ],
  [
    '50 timelines',
    asked(`{ ${texts(50, (n) => `t${n}: timeline(workspaceId: "w1", first: 1) { liveCursor }`)} }`),
    'answered',
  ],
  [
    '50 counts',
    asked(
      `{ timeline(workspaceId: "w1", first: 0) { ${texts(50, (n) => `c${n}: count(limit: 100000) { value exact }`)} } }`,
    ),
    'answered',
  ],
  [
    '51 counts',
    asked(`{ timeline(workspaceId: "w1", first: 0) { ${texts(51, (n) => `c${n}: count { value }`)} } }`),
    'LIMIT_EXCEEDED query',
  ],
  ['40 counts for each of 500 entries', asked(countedEach(40)), 'LIMIT_EXCEEDED query'],
  [
    'room for more by a negative size',
    asked(
      `{ workspace(id: "w1") { brands(first: -2147483648) { name workspace { name } } ${texts(40, (n) => `t${n}: timeline(first: 500) ${wide}`)} } }`,
    ),
    'LIMIT_EXCEEDED query',
  ],
  [
    'a billion laughs',
    asked(`{ ...F0 } ${chain(100, 'Query', (next) => `${next} ${next}`, 'viewer { subject }')}`),
    'LIMIT_EXCEEDED query',
  ],
  [
    'a billion laughs that are compiled',
    asked(`query Laughs { ...F0 } ${chain(50, 'Query', (next) => `${next} ${next} ${next}`, '__typename')}`),
    'answered',
  ],
  [
    'laughs with an alias each',
    asked(`{ ...F0 } ${chain(30, 'Query', (next) => `${next} ${next}`, 'a: __typename b: __typename')}`),
    'LIMIT_EXCEEDED query',
  ],
  [
    '6,000 spreads of one fragment',
    asked(`{ ${'...F '.repeat(6_000)} } fragment F on Query { viewer { subject } }`),
    'LIMIT_EXCEEDED query',
  ],
  [
    '2,000 inline fragments',
    asked(`{ ${'... on Query { viewer { subject } } '.repeat(2_000)} }`),
    'LIMIT_EXCEEDED query',
  ],
  [
    'a fragment that holds itself',
    asked('{ ...A } fragment A on Query { ...A viewer { subject } }'),
    'BAD_USER_INPUT A',
  ],
  ['a cycle of two', asked('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'), 'BAD_USER_INPUT B'],
  ['a cycle of 1,000', asked(`{ ...F0 } ${chain(999, 'Query', (next) => next, '...F0')}`), 'BAD_USER_INPUT F1'],
  [
    'a cycle that buys aliases',
    asked(`{ ...A ${texts(60, (n) => `a${n}: __typename`)} } fragment A on Query { ${'...A '.repeat(100)} }`),
    'BAD_USER_INPUT A',
  ],
  [
    'fragments that each hold all',
    asked(
      `{ ...F0 } ${texts(60, (n) => `fragment F${n} on Viewer { subject ${many(60, (m) => (m > n ? `...F${m}` : '')).join(' ')} }`)}`.replace(
        '{ ...F0 }',
        '{ viewer { ...F0 } }',
      ),
    ),
    'LIMIT_EXCEEDED query',
  ],
  [
    'fields of one name on every level',
    asked(
      `{ workspace(id: "w1") ${'{ brands { name } brands { name } brands { workspace '.repeat(6)}{ id }${' } }'.repeat(6)} }`,
    ),
    'LIMIT_EXCEEDED query',
  ],
  [
    'operations times fragments',
    asked(
      `${texts(900, (n) => `query Q${n}($v: ID!) { ...F0 }`)} ${chain(900, 'Query', (next) => next, 'node(id: $v) { id }')}`,
      { v: 'x' },
      'Q7',
    ),
    'BAD_USER_INPUT id',
  ],
  [
    '2,000 operations and no name',
    asked(texts(2_000, (n) => `query Q${n} { __typename }`)),
    '400 BAD_USER_INPUT operationName',
  ],
  [
    '5,000 operations',
    asked(
      texts(5_000, (n) => `query Q${n} { __typename }`),
      {},
      'Q1',
    ),
    'LIMIT_EXCEEDED query',
  ],
  [
    '2,000 operations of one name',
    asked(
      texts(2_000, () => 'query Q { __typename }'),
      {},
      'Q',
    ),
    'BAD_USER_INPUT query',
  ],
  [
    'an operation by the name of a prototype',
    asked('query Q { __typename }', {}, '__proto__'),
    '400 BAD_USER_INPUT operationName',
  ],
  ['3,000 variables', asked(`query (${texts(3_000, (n) => `$v${n}: Int`)}) { __typename }`), 'BAD_USER_INPUT v0'],
  [
    '200 times one directive',
    asked(`{ viewer { subject ${'@include(if: true) '.repeat(200)} } }`),
    'BAD_USER_INPUT include',
  ],
  [
    '6,000 directives that are none',
    asked(`{ viewer { subject ${texts(6_000, (n) => `@d${n}`)} } }`),
    'BAD_USER_INPUT d0',
  ],
  [
    '@defer and @stream',
    asked('{ ... @defer { viewer { subject } } nodes(ids: []) @stream { id } }'),
    'BAD_USER_INPUT defer',
  ],
  [
    'introspection without end',
    asked(`{ __schema { types ${'{ fields { type '.repeat(40)}{ name }${' } }'.repeat(40)} } }`),
    'BAD_USER_INPUT __schema',
  ],
  [
    'introspection without end by fragments',
    asked(`{ __schema { types { ...F0 } } } ${chain(100, '__Type', (next) => `fields { type { ${next} } }`, 'name')}`),
    'BAD_USER_INPUT __schema',
  ],
  ['the types of types', asked(`{ __type(name: "Query") { fields { type ${typeRef(13)} } } }`), 'answered'],
  [
    'a schema, 20 times',
    from(
      'nobody',
      asked(
        `{ ${texts(20, (n) => `s${n}: __schema { types { name description fields { name description args { name } } } }`)} }`,
      ),
    ),
    'answered',
  ],
  ['500 ids', asked(nodes, { ids: many(500, (n) => globalId('ActivityLog', `x${n}`)) }), 'answered'],
  ['5,000 ids', asked(nodes, { ids: many(5_000, (n) => globalId('ActivityLog', `x${n}`)) }), 'LIMIT_EXCEEDED ids'],
  [
    '100,000 ids',
    asked(nodes, { ids: many(100_000, (n) => globalId('ActivityLog', `x${n}`)) }),
    'LIMIT_EXCEEDED query',
  ],
  [
    '500 ids, 50 times',
    asked(
      `query ($ids: [ID!]!) { ${texts(50, (n) => `n${n}: nodes(ids: $ids) { id __typename ... on ActivityLog { message payload } }`)} }`,
      {
        ids: many(500, (n) => globalId('ActivityLog', `x${n}`)),
      },
    ),
    'LIMIT_EXCEEDED query',
  ],
  [
    'ids of a million letters',
    asked(nodes, { ids: ['ActivityLog', 'Workspace', 'Nothing'].map((type) => globalId(type, 'x'.repeat(1_000_000))) }),
    'answered',
  ],
  [
    'an id of 100,000 levels',
    asked(nodes, { ids: [globalId('Brand', `${'['.repeat(100_000)}${']'.repeat(100_000)}`)] }),
    'answered',
  ],
  [
    'ids of what every object has',
    asked(nodes, { ids: ['__proto__', 'constructor', 'toString'].map((type) => globalId(type, '__proto__')) }),
    'answered',
  ],
  [
    'ids of another tenant',
    from(
      'client',
      asked(nodes, {
        ids: [globalId('Workspace', 'w2'), globalId('Brand', '["w2","b1"]'), globalId('ActivityLog', 'of-w2')],
      }),
    ),
    'answered',
  ],
  [
    'the timeline of another tenant',
    from('client', asked('{ timeline(workspaceId: "w2") { liveCursor } }')),
    'FORBIDDEN workspaceId',
  ],
  [
    'the timeline of all tenants',
    from('client', asked('{ timeline(workspaceId: "*") { liveCursor } }')),
    'FORBIDDEN workspaceId',
  ],
  [
    'an answer whose names are those of every object',
    asked('{ __proto__: viewer { subject } constructor: viewer { toString: subject } hasOwnProperty: __typename }'),
    'answered',
  ],
  [
    'everything, from nobody',
    from('nobody', asked(`{ timeline(workspaceId: "w1") ${wide} }`)),
    '401 UNAUTHENTICATED undefined',
  ],
];
