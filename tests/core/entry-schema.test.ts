import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActivityInput } from '@/core/activity/activity.ts';
import { acceptEntry } from '@/core/activity/entry-schema.ts';
import { ActivityLogError } from '@/errors.ts';
import { hostileText } from '../support/generated-entries.ts';

const valid: ActivityInput = {
  workspaceId: 'w1',
  entityType: 'PUBLICATION',
  entityId: 'p1',
  eventKey: 'publication.failed',
  actorType: 'WORKER',
  actorLabel: 'PublicationWorker',
};
type Field = keyof ActivityInput;

/** What a caller that TypeScript does not check may give. */
function accept(changes: Record<string, unknown>, base: object = valid) {
  return acceptEntry({ ...base, ...changes } as never);
}

function refusal(act: () => unknown): { code: string; field: string | undefined; message: string } {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ActivityLogError)) throw error;
    const { code, field, message } = error;
    return { code, field, message };
  }
  throw new Error('it was taken');
}

const refused = (field: string, message: RegExp) => ({
  code: 'BAD_USER_INPUT',
  field,
  message: expect.stringMatching(message) as string,
});

const limits: [Field, number][] = [
  ['workspaceId', 256],
  ['brandId', 256],
  ['entityId', 256],
  ['actorUserId', 256],
  ['idempotencyKey', 256],
  ['context', 256],
  ['actorLabel', 256],
  ['message', 4096],
];
const neverEmpty: Field[] = [
  'workspaceId',
  'brandId',
  'entityId',
  'eventKey',
  'actorUserId',
  'actorLabel',
  'idempotencyKey',
];
const needed: Field[] = ['workspaceId', 'entityType', 'entityId', 'eventKey', 'actorType'];
const enums: Field[] = ['entityType', 'actorType', 'visibility', 'severity'];
const texts: Field[] = [...limits.map(([field]) => field), 'eventKey'];

describe('an entry', () => {
  it('is completed: an id of its own, the defaults, the time of its acceptance, null for what is not given', () => {
    const now = new Date(5);
    const { id, ...rest } = acceptEntry(valid, now);
    expect(id).toMatch(/^c[a-z0-9]{20,}$/);
    expect(acceptEntry(valid).id).not.toBe(id);
    expect(rest).toEqual({
      ...valid,
      brandId: null,
      message: null,
      context: null,
      actorUserId: null,
      payloadText: null,
      visibility: 'INTERNAL',
      severity: 'INFO',
      createdAt: now,
      idempotencyKey: null,
    });
  });

  it('takes null for whatever may be left out', () => {
    const nothing = { brandId: null, message: null, context: null, actorUserId: null, payload: null };
    const more = { visibility: null, severity: null, createdAt: null, idempotencyKey: null };
    const now = new Date(5);
    const plain = acceptEntry(valid, now);
    expect({ ...acceptEntry({ ...valid, ...nothing, ...more }, now), id: plain.id }).toEqual(plain);
  });

  it('keeps every text to the letter', () => {
    fc.assert(
      fc.property(hostileText(1, 20), (text) => {
        const all = { workspaceId: text, brandId: text, entityId: text, message: text, context: text };
        const more = { actorUserId: text, actorLabel: text, idempotencyKey: text };
        expect(accept({ ...all, ...more, payload: text })).toMatchObject({
          ...all,
          ...more,
          payloadText: JSON.stringify(text),
        });
      }),
    );
  });

  it('has a payload that is kept as text, and refused under its name', () => {
    expect(accept({ payload: { b: [1.5], a: '\u001f' } }).payloadText).toBe('{"b":[1.5],"a":"\\u001f"}');
    expect(refusal(() => accept({ payload: 'x'.repeat(65_535) }))).toEqual(
      refused('payload', /^payload takes at most 65536/),
    );
  });
});

describe('a limit', () => {
  it.each(limits)('of %s is %i characters, whatever each takes in bytes or UTF-16', (field, most) => {
    for (const letter of ['a', 'é', '漢', '😀']) {
      expect(accept({ [field]: letter.repeat(most) })[field as 'message']).toBe(letter.repeat(most));
      const message = new RegExp(`^${field} takes at most ${most} characters, got ".*…" \\(\\d+ characters\\)$`);
      expect(refusal(() => accept({ [field]: letter.repeat(most + 1) }))).toEqual(refused(field, message));
    }
    const mixed = `${'😀'.repeat(most - 1)}a`;
    expect(accept({ [field]: mixed })[field as 'message']).toBe(mixed);
    expect(refusal(() => accept({ [field]: `${mixed}b` })).field).toBe(field);
  });

  it('of eventKey is 128 characters', () => {
    const key = `a.${'b'.repeat(126)}`;
    expect(accept({ eventKey: key }).eventKey).toBe(key);
    expect(refusal(() => accept({ eventKey: `${key}b` }))).toEqual(
      refused('eventKey', /^eventKey takes at most 128 characters, got "a\.b/),
    );
  });

  it.each(neverEmpty)('keeps %s from being empty', (field) => {
    expect(refusal(() => accept({ [field]: '' }))).toEqual(refused(field, new RegExp(`^${field} must not be empty$`)));
  });

  it.each(texts)('keeps U+0000 and lone surrogates out of %s', (field) => {
    for (const text of ['\u0000', 'a.b\u0000', '\ud800', 'a.\udfff', '\udc00\ud800']) {
      expect(refusal(() => accept({ [field]: text }))).toEqual(
        refused(field, new RegExp(`^${field} must not contain U\\+0000 or a lone surrogate$`)),
      );
    }
  });
});

describe('a rule', () => {
  it.each(needed)('asks for %s', (field) => {
    const { [field]: _, ...rest } = valid;
    expect(refusal(() => accept({}, rest))).toEqual(refused(field, new RegExp(`^${field} is needed$`)));
    expect(refusal(() => accept({ [field]: null }))).toEqual(refused(field, new RegExp(`^${field} is needed$`)));
  });

  it.each(['SYSTEM', 'WORKER', 'INTEGRATION'])('asks for actorLabel where the actor is %s', (actorType) => {
    expect(accept({ actorType, actorLabel: 'x', actorUserId: 'u1' })).toMatchObject({
      actorLabel: 'x',
      actorUserId: 'u1',
    });
    for (const actorLabel of [null, undefined]) {
      expect(refusal(() => accept({ actorType, actorLabel, actorUserId: 'u1' }))).toEqual(
        refused('actorLabel', new RegExp(`^actorLabel is needed where actorType is ${actorType}$`)),
      );
    }
  });

  it('asks for actorUserId where the actor is USER', () => {
    expect(accept({ actorType: 'USER', actorUserId: 'u1', actorLabel: null })).toMatchObject({ actorUserId: 'u1' });
    for (const actorUserId of [null, undefined]) {
      expect(refusal(() => accept({ actorType: 'USER', actorUserId }))).toEqual(
        refused('actorUserId', /^actorUserId is needed where actorType is USER$/),
      );
    }
  });

  it.each(enums)('lets %s be one of its values only', (field) => {
    for (const value of ['internal', 'NOPE', '', 5, {}, ['INFO']]) {
      expect(refusal(() => accept({ [field]: value }))).toEqual(
        refused(field, new RegExp(`^${field} takes one of [A-Z_, ]+, got "`)),
      );
    }
  });

  it.each(texts)('lets %s be text only', (field) => {
    for (const value of [5, true, {}, ['a.b'], new Date(0)]) {
      expect(refusal(() => accept({ [field]: value }))).toEqual(
        refused(field, new RegExp(`^${field} must be string, got "`)),
      );
    }
  });

  it.each(['brand', 'Brand.created', 'brand.', 'brand.*', 'brand.created ', 'brand.created\n'])(
    'lets eventKey be {domain}.{action} only: not %j',
    (eventKey) => {
      expect(refusal(() => accept({ eventKey }))).toEqual(
        refused(
          'eventKey',
          /^eventKey must be \{domain\}\.\{action\} in lower snake case, like "brand\.created", got "/,
        ),
      );
    },
  );

  it.each(['id', 'transactionId', 'sequence', 'payloadText', 'Message', 'toString', '__proto__', 'constructor', ''])(
    'refuses the unknown field %j',
    (key) => {
      const input: unknown = JSON.parse(JSON.stringify(valid).replace('{', `{${JSON.stringify(key)}:"x",`));
      expect(refusal(() => acceptEntry(input as never))).toEqual(refused(key, /is not a field of an entry$/));
    },
  );

  it.each([[undefined], [null], ['text'], [5], [[]], [true]])('asks for an object, not %j', (input) => {
    expect(refusal(() => acceptEntry(input as never))).toEqual(refused('entry', /^an entry must be an object, got "/));
  });

  it('names the field where a value is one that JSON cannot say', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    for (const value of [10n, ring]) {
      for (const field of ['workspaceId', 'severity', 'createdAt'])
        expect(refusal(() => accept({ [field]: value }))).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
  });
});

describe('the time of an entry', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456789+02:00', '2026-01-31T10:00:00.123Z'],
    ['2026-01-31t12:00:00.5z', '2026-01-31T12:00:00.500Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('may be given as text: %s', (given, kept) => {
    expect(accept({ createdAt: given }).createdAt.toISOString()).toBe(kept);
  });

  it('may be given as a Date', () => {
    expect(accept({ createdAt: new Date(1234) }).createdAt).toEqual(new Date(1234));
  });

  it.each([
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    'now',
    '',
    '2026-1-31T12:00:00Z',
    '2026-01-31T12:00Z',
    '2026-01-31T12:00:00Z ',
    1_769_860_800_000,
    {},
    new Date(Number.NaN),
  ])('is refused where it has no certain meaning: %j', (createdAt) => {
    expect(refusal(() => accept({ createdAt }))).toEqual(
      refused('createdAt', /^createdAt must be a Date or an RFC 3339 time/),
    );
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-04-31T12:00:00+01:00',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T12:60:00Z',
    '2026-01-01T12:00:61Z',
    '2026-01-01T12:00:00+25:00',
  ])('is refused where there is no such time: %s', (createdAt) => {
    expect(refusal(() => accept({ createdAt }))).toMatchObject({ code: 'BAD_USER_INPUT', field: 'createdAt' });
  });

  it.each([
    '0000-12-31T23:59:59Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    new Date(8.64e15),
    new Date(-8.64e15),
  ])('is refused outside of the years 0001 to 9999: %s', (createdAt) => {
    expect(refusal(() => accept({ createdAt }))).toEqual(
      refused('createdAt', /^createdAt must be a time in the years 0001 to 9999$/),
    );
  });
});
