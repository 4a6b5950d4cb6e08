import fc from 'fast-check';
import {
  type AcceptedActivity,
  ActivityActorType,
  ActivityEntityType,
  ActivitySeverity,
  ActivityVisibility,
  type JsonValue,
} from '../../src/core/activity/activity.ts';

/** What careless SQL, careless folding of case and careless escaping trip over. */
export const traps = [
  ...['%', '_', '\\', "'", '"', '$1', ';--', '{', '}', ',', 'NULL', '(', '*', ' ', '\n', '\t', '\u2028', '\u001f'],
  ...['İ', 'ı', 'I', 'i', 'ß', 'ẞ', 'SS', 'ſ', 's', 'S', 'K', 'K', 'k', 'É', 'é', 'e\u0301', 'Σ', 'ς', '😀', '\uffff'],
  ...['Publish', 'FAILED', 'failed', 'b1'],
] as const;

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...traps) },
  fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }).map((text) => text.replaceAll('\u0000', 'z')),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
);

/** Text that can be kept: all of Unicode but U+0000 and lone surrogates. */
export function hostileText(minPieces = 0, maxPieces = 6): fc.Arbitrary<string> {
  return fc.array(piece, { minLength: minPieces, maxLength: maxPieces }).map((pieces) => pieces.join(''));
}

const json: fc.Arbitrary<JsonValue> = fc
  .letrec<{ any: JsonValue; list: JsonValue[]; object: { [key: string]: JsonValue } }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      hostileText(0, 3),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('any'), { maxLength: 3 }),
    object: fc.dictionary(hostileText(1, 2), tie('any'), { maxKeys: 3 }),
  }))
  .any.map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

export const eventKeys = ['a.b', 'a_b.c', 'axb.c', 'a.b.c', 'ab.c', 'a_b.c.d', 'publication.failed', 'publication_x.y'];
export const brandIds = ['b1', 'b2', 'B1', 'b%', "b'\\"];
const otherIds = fc.oneof(fc.constantFrom('e1', 'E1', 'e%', 'e_', 'u1'), hostileText(1, 3));

/** A moment in a span so small that many entries share theirs. */
export const moment = fc.integer({ min: 0, max: 6 }).map((ms) => new Date(Date.UTC(2026, 0, 31, 23, 59, 59, 997) + ms));

/** Entries ready to be written; each gets an id of its own when it is taken by `distinct`. */
export function generatedEntry(workspaceIds: readonly string[]): fc.Arbitrary<AcceptedActivity> {
  return fc
    .record({
      id: fc.constant(''),
      workspaceId: fc.constantFrom(...workspaceIds),
      brandId: fc.constantFrom(null, ...brandIds),
      entityType: fc.constantFrom(...Object.values(ActivityEntityType)),
      entityId: otherIds,
      eventKey: fc.constantFrom(...eventKeys),
      message: fc.option(hostileText()),
      context: fc.option(otherIds),
      actorType: fc.constantFrom(...Object.values(ActivityActorType)),
      actorUserId: fc.option(otherIds),
      actorLabel: fc.option(otherIds),
      payloadText: fc.option(json.map((value) => JSON.stringify(value))),
      visibility: fc.constantFrom(...Object.values(ActivityVisibility)),
      severity: fc.constantFrom(...Object.values(ActivitySeverity)),
      createdAt: moment,
      idempotencyKey: fc.constant(null),
    })
    .map((entry) => ({
      ...entry,
      actorUserId: entry.actorType === 'USER' ? (entry.actorUserId ?? 'u1') : entry.actorUserId,
      actorLabel: entry.actorType === 'USER' ? entry.actorLabel : (entry.actorLabel ?? 'Worker'),
      payloadText: entry.payloadText === 'null' ? null : entry.payloadText,
    }));
}

let runs = 0;

/** Gives each entry an id that nothing has had before, in the order of the list. */
export function distinct(entries: readonly AcceptedActivity[]): AcceptedActivity[] {
  runs += 1;
  return entries.map((entry, place) => ({ ...entry, id: `r${runs}-${place}` }));
}

/** One plain entry. */
export function entryOf(fields: Partial<AcceptedActivity> & { id: string }): AcceptedActivity {
  return {
    workspaceId: 'w1',
    brandId: null,
    entityType: 'OTHER',
    entityId: 'e1',
    eventKey: 'a.b',
    message: null,
    context: null,
    actorType: 'SYSTEM',
    actorUserId: null,
    actorLabel: 'test',
    payloadText: null,
    visibility: 'INTERNAL',
    severity: 'INFO',
    createdAt: new Date(Date.UTC(2026, 0, 31)),
    idempotencyKey: null,
    ...fields,
  };
}

/**
 * For properties that work on a database: the first counterexample as it is, with its seed, instead of minutes of
 * shrinking. Take it out to see the smallest one.
 */
export const onDatabase = { endOnFailure: true } as const;
