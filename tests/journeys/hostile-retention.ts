/** Hostile policies and holds. None of them deletes anything: what would is refused, or is for nothing. */
import { asked, from, type Hostile, many, texts } from './hostile-request.ts';

const rules = 'query ($w: String!) { retention(workspaceId: $w) { policies { id } holds { id } preview { entries } } }';
const set = 'mutation ($input: RetentionPolicyInput!) { retentionPolicySet(input: $input) { policy { days } } }';
const remove =
  'mutation ($w: String!, $id: String!) { retentionPolicyRemove(workspaceId: $w, id: $id) { policy { id } } }';
const place = 'mutation ($input: LegalHoldInput!) { legalHoldPlace(input: $input) { hold { reason } } }';
const release = 'mutation ($w: String!, $id: String!) { legalHoldRelease(workspaceId: $w, id: $id) { hold { id } } }';

const policy = (fields: object) => asked(set, { input: { workspaceId: 'empty', days: 36_500, ...fields } });
const hold = (fields: object) => asked(place, { input: { workspaceId: 'empty', reason: 'a case', ...fields } });

export const hostileRetention: Hostile[] = [
  ['the rules of U+0000', asked(rules, { w: '\u0000' }), 'BAD_USER_INPUT workspaceId'],
  ['the rules of no workspace', asked(rules, { w: '' }), 'BAD_USER_INPUT workspaceId'],
  ['the rules of what would be SQL', asked(rules, { w: `x' OR 1=1; DROP TABLE "LegalHold" --` }), 'answered'],
  ['the rules for a client', from('client', asked(rules, { w: 'w1' })), 'FORBIDDEN workspaceId'],
  ['the rules of all, for a client', from('client', asked(rules, { w: '*' })), 'FORBIDDEN workspaceId'],
  ['the rules for nobody', from('nobody', asked(rules, { w: 'w1' })), '401 UNAUTHENTICATED undefined'],
  [
    '50 previews',
    asked(`{ retention(workspaceId: "empty") { ${texts(50, (n) => `p${n}: preview { entries }`)} } }`),
    'LIMIT_EXCEEDED query',
  ],
  ['no days', policy({ days: 0 }), 'BAD_USER_INPUT input.days'],
  ['days before today', policy({ days: -2_147_483_648 }), 'BAD_USER_INPUT input.days'],
  ['days beyond all', policy({ days: 2_147_483_647 }), 'BAD_USER_INPUT input.days'],
  ['days beyond 32 bits', policy({ days: 2 ** 40 }), 'BAD_USER_INPUT input.days'],
  ['half a day', policy({ days: 0.5 }), 'BAD_USER_INPUT input.days'],
  ['days as text', policy({ days: '1 OR 1=1' }), 'BAD_USER_INPUT input.days'],
  ['a policy for no severity', policy({ severities: [] }), 'BAD_USER_INPUT input.severities'],
  ['a policy for a severity 100 times', policy({ severities: many(100, () => 'INFO') }), 'answered'],
  ['a policy for a star', policy({ eventKeys: ['*'] }), 'BAD_USER_INPUT input.eventKeys'],
  ['a policy for wildcards', policy({ eventKeys: ['%.*', '_', '\\.*'] }), 'answered'],
  ['a policy for U+0000', policy({ eventKeys: ['a.\u0000'] }), 'BAD_USER_INPUT input.eventKeys'],
  [
    'a policy for 100,000 event keys',
    policy({ eventKeys: many(100_000, (n) => `a.b${n}`) }),
    'LIMIT_EXCEEDED input.eventKeys',
  ],
  ['a policy of U+0000', policy({ workspaceId: '\u0000' }), 'BAD_USER_INPUT workspaceId'],
  ['a policy of a name that no entry can have', policy({ workspaceId: 'x'.repeat(257) }), 'BAD_USER_INPUT workspaceId'],
  [
    'a policy from a client',
    from('client', asked(set, { input: { workspaceId: '*', days: 1 } })),
    'FORBIDDEN workspaceId',
  ],
  ['a policy to remove that would be SQL', asked(remove, { w: 'empty', id: `x' OR 1=1 --` }), 'BAD_USER_INPUT id'],
  ['a policy to remove of U+0000', asked(remove, { w: 'empty', id: '\u0000' }), 'BAD_USER_INPUT id'],
  ['a policy to remove of a lone surrogate', asked(remove, { w: 'empty', id: '\ud800' }), 'BAD_USER_INPUT id'],
  ['a hold on all', hold({ workspaceId: '*' }), 'BAD_USER_INPUT input.workspaceId'],
  ['a hold without a reason', hold({ reason: ' \t\u00a0' }), 'BAD_USER_INPUT input.reason'],
  ['a reason of a million letters', hold({ reason: 'x'.repeat(1_000_000) }), 'BAD_USER_INPUT input.reason'],
  ['a reason of U+0000', hold({ reason: 'a\u0000' }), 'BAD_USER_INPUT input.reason'],
  ['a reason of a lone surrogate', hold({ reason: '\ud800' }), 'BAD_USER_INPUT input.reason'],
  ['a reason that would be SQL', hold({ reason: `'); DELETE FROM "LegalHold"; --` }), 'answered'],
  ['a hold on an entity of no type', hold({ entityId: 'x' }), 'BAD_USER_INPUT input.entity'],
  ['a hold on a brand of U+0000', hold({ brandId: '\u0000' }), 'BAD_USER_INPUT input.brandId'],
  [
    'a hold on a label of a million letters',
    hold({ actorLabel: 'x'.repeat(1_000_000) }),
    'BAD_USER_INPUT input.actorLabel',
  ],
  [
    'a hold from a client',
    from('client', asked(place, { input: { workspaceId: 'w1', reason: 'x' } })),
    'FORBIDDEN workspaceId',
  ],
  ['a hold to release that would be SQL', asked(release, { w: 'empty', id: `x' OR 1=1 --` }), 'BAD_USER_INPUT id'],
  ['a hold to release of U+0000', asked(release, { w: 'empty', id: '\u0000' }), 'BAD_USER_INPUT id'],
  [
    'a hold to release of a million letters',
    asked(release, { w: 'empty', id: 'x'.repeat(1_000_000) }),
    'BAD_USER_INPUT id',
  ],
  ['a hold released by a client', from('client', asked(release, { w: 'w1', id: 'x' })), 'FORBIDDEN workspaceId'],
];
