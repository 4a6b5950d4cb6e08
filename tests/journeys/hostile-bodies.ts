/** Hostile bodies and addresses: what comes before there is any GraphQL. */
import { gzipSync } from 'node:zlib';
import { form, type Hostile, many, nestedLists, posted } from './hostile-request.ts';

const viewer = '{ viewer { subject } }';
const operation = JSON.stringify({ query: viewer });
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
/** A body of JSON whose text has these bytes in it. */
const around = (...bytes: number[]) => {
  const [before, behind] = ['{"query":"{ workspace(id: \\"', '\\") { id } }"}'].map((text) => Buffer.from(text));
  return new Uint8Array(Buffer.concat([before as Buffer, Buffer.from(bytes), behind as Buffer]));
};

export const hostileBodies: Hostile[] = [
  ['a batch of 1,000', posted(`[${many(1_000, () => operation).join()}]`), '400 BAD_USER_INPUT body'],
  ['a batch of nothing', posted('[]'), '400 BAD_USER_INPUT body'],
  ['a body of a million levels', posted(nestedLists(1_000_000)), '400 BAD_USER_INPUT body'],
  [
    'a million levels that nothing uses',
    posted(`{"query":"${viewer}","variables":{"x":${nestedLists(1_000_000)}}}`),
    'answered',
  ],
  [
    'a million levels of extensions',
    posted(`{"query":"${viewer}","extensions":{"x":${nestedLists(1_000_000)}}}`),
    'answered',
  ],
  [
    '300,000 variables that nothing uses',
    posted(JSON.stringify({ query: viewer, variables: Object.fromEntries(many(300_000, (n) => [`v${n}`, n])) })),
    'answered',
  ],
  ['a key twice', posted(`{"query":"{ nothing }","query":"${viewer}"}`), 'answered'],
  [
    'the prototype as a parameter',
    posted(`{"query":"${viewer}","__proto__":{"query":"{ nothing }"}}`),
    '400 BAD_USER_INPUT body',
  ],
  [
    'variables by the names of every object',
    posted(`{"query":"${viewer}","variables":{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}}`),
    'answered',
  ],
  [
    'a variable by the name of the prototype',
    posted(
      '{"query":"query ($__proto__: String!) { workspace(id: $__proto__) { id } }","variables":{"__proto__":"nowhere"}}',
    ),
    'answered',
  ],
  [
    'a variable that every object has',
    posted('{"query":"query ($toString: String!) { workspace(id: $toString) { id } }","variables":{}}'),
    'BAD_USER_INPUT toString',
  ],
  ['a list in the place of variables', posted(`{"query":"${viewer}","variables":[1]}`), '400 BAD_USER_INPUT variables'],
  [
    'a number as the name of the operation',
    posted(`{"query":"${viewer}","operationName":7}`),
    '400 BAD_USER_INPUT operationName',
  ],
  ['bytes that are no UTF-8', posted(around(0xff, 0xfe, 0xc0, 0x80)), 'answered'],
  ['a surrogate in UTF-8', posted(around(0xed, 0xa0, 0x80)), 'answered'],
  ['U+0000 in JSON', posted(around(0x00)), '400 BAD_USER_INPUT body'],
  ['UTF-16', posted(new Uint8Array(Buffer.from(operation, 'utf16le'))), '400 BAD_USER_INPUT body'],
  ['a byte order mark', posted(`\ufeff${operation}`), '400 BAD_USER_INPUT body'],
  [
    'half a gigabyte in gzip',
    posted(new Uint8Array(gzipSync(Buffer.alloc(500 * 1024 * 1024, ' '))), { 'content-encoding': 'gzip' }),
    '400 BAD_USER_INPUT body',
  ],
  [
    'an operation in gzip',
    posted(new Uint8Array(gzipSync(operation)), { 'content-encoding': 'gzip' }),
    '400 BAD_USER_INPUT body',
  ],
  ['an encoding that is none', posted(operation, { 'content-encoding': 'x, x, x' }), 'answered'],
  ['a query of 15,000 letters by GET', { search: `?query={${'x'.repeat(15_000)}}` }, 'BAD_USER_INPUT xxx'],
  ['a query of 100,000 letters by GET', { search: `?query=${'x'.repeat(100_000)}` }, '431'],
  ['a query by GET that cannot be decoded', { search: '?query=%' }, 'BAD_USER_INPUT query'],
  ['two queries by GET', { search: `?query={__typename}&query=${encodeURIComponent(viewer)}&__proto__=x` }, 'answered'],
  [
    'variables by GET that are no JSON',
    { search: `?query=${encodeURIComponent(viewer)}&variables={` },
    '400 BAD_USER_INPUT variables',
  ],
  [
    'variables by GET of 3,000 levels',
    { search: `?query=${encodeURIComponent(viewer)}&variables={"x":${nestedLists(3_000)}}` },
    'answered',
  ],
  [
    'a form whose variables are no JSON',
    { body: 'query={__typename}&variables=%', headers: urlencoded },
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a form of a million fields',
    { body: 'a=1&'.repeat(1_000_000), headers: urlencoded },
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a document as it is',
    { body: `{ ${'x'.repeat(20)} }`, headers: { 'content-type': 'application/graphql' } },
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a multipart body that breaks off',
    { body: '--x\r\nfoo', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a multipart body without a boundary',
    { body: '--x\r\nfoo', headers: { 'content-type': 'multipart/form-data' } },
    '415 BAD_USER_INPUT content-type',
  ],
  ['a multipart body without an operation', form({ x: operation }), '415 BAD_USER_INPUT content-type'],
  [
    'a multipart body that maps to the prototype',
    form({ operations: operation, map: '{"0":["__proto__.x","constructor.prototype.x"]}', 0: 'x' }),
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a multipart body that maps over its query',
    form({ operations: operation, map: '{"0":["query"]}', 0: '{ nothing }' }),
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a multipart body that maps 100,000 levels deep',
    form({ operations: operation, map: JSON.stringify({ 0: [`variables.${'a.'.repeat(100_000)}`] }), 0: 'x' }),
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a multipart body that maps to a number',
    form({ operations: operation, map: '{"0":5}' }),
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a multipart body that maps to a list of numbers',
    form({ operations: operation, map: '{"0":[5]}', 0: 'x' }),
    '415 BAD_USER_INPUT content-type',
  ],
  [
    'a multipart body whose operation is null',
    form({ operations: 'null', map: '{"0":["a.b"]}', 0: 'x' }),
    '415 BAD_USER_INPUT content-type',
  ],
];
