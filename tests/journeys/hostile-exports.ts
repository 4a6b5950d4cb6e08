/** Hostile exports: parameters, tickets and links that nobody means well with. */
import { asked, from, type Hostile, type HostileRequest, many, nestedLists, texts } from './hostile-request.ts';

/** `GET /export` with this query. */
const got = (search: string, headers: Record<string, string> = {}): HostileRequest => ({
  path: '/export',
  search: `?${search}`,
  headers,
});
const exported = (parameters: Record<string, string>): HostileRequest =>
  got(String(new URLSearchParams({ workspaceId: 'w1', ...parameters })));
const filtered = (filter: unknown) => exported({ filter: JSON.stringify(filter) });
const link = `mutation ($filter: ActivityFilter, $w: String = "w1") {
  activityExport(workspaceId: $w, format: JSONL, filter: $filter) { expiresAt } }`;

export const hostileExports: Hostile[] = [
  ['an export of nothing', got(''), '400 BAD_USER_INPUT workspaceId'],
  ['an export for nobody', from('nobody', exported({ format: 'xml' })), '401 UNAUTHENTICATED undefined'],
  ['an export of another tenant', from('client', exported({ workspaceId: 'w2' })), '403 FORBIDDEN workspaceId'],
  ['an export of all tenants', from('client', exported({ workspaceId: '*' })), '403 FORBIDDEN workspaceId'],
  ['an export by what may not be seen', from('client', filtered({ contexts: ['%'] })), '403 FORBIDDEN filter.contexts'],
  ['an export of U+0000', exported({ workspaceId: 'w\u0000' }), '400 BAD_USER_INPUT workspaceId'],
  ['an export of no name', exported({ workspaceId: '' }), '400 BAD_USER_INPUT workspaceId'],
  [
    'an export of a name that no entry can have',
    exported({ workspaceId: 'x'.repeat(257) }),
    '400 BAD_USER_INPUT workspaceId',
  ],
  ['an export of a name that would be SQL', exported({ workspaceId: `w1' OR 1=1 --"; $1` }), 'answered'],
  ['an export of bytes that are no UTF-8', got('workspaceId=%ff%c0%80%E0%A4%A'), 'answered'],
  ['an export of two workspaces', got('workspaceId=w1&workspaceId=w2'), '400 BAD_USER_INPUT workspaceId'],
  [
    'a parameter by the name of the prototype',
    got('workspaceId=w1&__proto__=x&constructor=y'),
    '400 BAD_USER_INPUT __proto__',
  ],
  ['a format by the name of the prototype', exported({ format: '__proto__' }), '400 BAD_USER_INPUT format'],
  ['a format that is a path', exported({ format: '../../etc/passwd\u0000.csv' }), '400 BAD_USER_INPUT format'],
  ['an export that a body asks for', { path: '/export', body: 'workspaceId=w1' }, '400 BAD_USER_INPUT method'],
  ['a piece of an export', { ...exported({ workspaceId: 'empty' }), headers: { range: 'bytes=1-2,4-9' } }, 'answered'],
  ['an export in no encoding', got('workspaceId=empty', { 'accept-encoding': 'gzip;q=0, *;q=0' }), 'answered'],
  ['a filter that is null', filtered(null), '400 BAD_USER_INPUT filter'],
  ['a filter that is a number', filtered(7), '400 BAD_USER_INPUT filter'],
  ['a filter that has not ended', exported({ filter: '{"search":"' }), '400 BAD_USER_INPUT filter'],
  ['a filter of 2,000 levels', exported({ filter: nestedLists(2_000) }), '400 BAD_USER_INPUT filter'],
  [
    'brands of 1,000 levels',
    exported({ filter: `{"brandIds":${nestedLists(1_000)}}` }),
    '400 BAD_USER_INPUT filter.brandIds.0',
  ],
  [
    'a filter by the name of the prototype',
    exported({ filter: '{"__proto__":{"search":"x"}}' }),
    '400 BAD_USER_INPUT filter',
  ],
  ['a filter for a search with U+0000', filtered({ search: 'a\u0000' }), '400 BAD_USER_INPUT filter.search'],
  ['a filter for a lone surrogate', filtered({ contexts: ['\ud800'] }), '400 BAD_USER_INPUT filter.contexts'],
  ['a filter for 1,025 letters', filtered({ search: 'a'.repeat(1_025) }), '413 LIMIT_EXCEEDED filter.search'],
  ['a filter for 101 brands', filtered({ brandIds: many(101, String) }), '413 LIMIT_EXCEEDED filter.brandIds'],
  ['a filter like a regular expression', filtered({ search: '(a+)+$ [[[ \\1 a{1,99999} ^' }), 'answered'],
  ['a filter for 64 words', filtered({ search: texts(64, (n) => `-"x${n}"*`), brandIds: ['nowhere'] }), 'answered'],
  ['a filter longer than a request may be', filtered({ search: 'a'.repeat(20_000) }), '431'],
  ['a ticket that is none', exported({ export: 'A'.repeat(8_000) }), '400 BAD_USER_INPUT export'],
  ['an empty ticket', exported({ export: '' }), '400 BAD_USER_INPUT export'],
  ['an entry to go on behind, and no ticket', exported({ after: `x' OR 1=1 --` }), '400 BAD_USER_INPUT export'],
  ['a manifest of its own', exported({ manifest: '{"count":0}' }), '400 BAD_USER_INPUT manifest'],
  ['an empty link', from('nobody', got('link=')), '401 UNAUTHENTICATED link'],
  ['a link that is none', from('nobody', got(`link=${'A'.repeat(8_000)}`)), '401 UNAUTHENTICATED link'],
  ['a link by the name of the prototype', from('nobody', got('link=__proto__')), '401 UNAUTHENTICATED link'],
  ['a link with a workspace', got('link=x&workspaceId=w1'), '400 BAD_USER_INPUT workspaceId'],
  ['two links', from('nobody', got('link=x&link=y')), '400 BAD_USER_INPUT link'],
  [
    'a link to what is too long for one',
    asked(link, { filter: { contexts: many(100, (n) => `${n}`.padEnd(256, 'x')) } }),
    'LIMIT_EXCEEDED filter',
  ],
  ['a link to another tenant', from('client', asked(link, { w: 'w2' })), 'FORBIDDEN workspaceId'],
  [
    'a link to what may not be seen',
    from('client', asked(link, { filter: { actorUserIds: [] } })),
    'FORBIDDEN filter.actorUserIds',
  ],
  ['a link to U+0000', asked(link, { w: '\u0000' }), 'BAD_USER_INPUT workspaceId'],
  ['a link for nobody', from('nobody', asked(link)), '401 UNAUTHENTICATED undefined'],
  [
    '61 links',
    asked(`mutation { ${texts(61, (n) => `l${n}: activityExport(workspaceId: "w1", format: CSV) { expiresAt }`)} }`),
    'LIMIT_EXCEEDED query',
  ],
];
