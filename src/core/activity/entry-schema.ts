import cuid from '@bugsnag/cuid';
import { z } from 'zod';
import { ActivityLogError, shorten } from '../../errors.ts';
import {
  type AcceptedActivity,
  ActivityActorType,
  ActivityEntityType,
  type ActivityInput,
  ActivitySeverity,
  ActivityVisibility,
} from './activity.ts';
import { eventKeyPattern } from './event-key.ts';
import { payloadToText } from './payload.ts';
import { isLongerThan, isStorableText } from './text.ts';

/** The limits of an entry, in characters. Described in the GraphQL schema from here. */
export const entryLimits = { eventKey: 128, id: 256, label: 256, message: 4096 } as const;

function text(most: number, least = 0) {
  return z.string().superRefine((value, context) => {
    if (value.length < least) context.addIssue({ code: 'custom', message: 'must not be empty' });
    else if (isLongerThan(value, most)) {
      context.addIssue({ code: 'custom', message: `takes at most ${most} characters, got ${shorten(value)}` });
    } else if (!isStorableText(value)) {
      context.addIssue({ code: 'custom', message: 'must not contain U+0000 or a lone surrogate' });
    }
  });
}

const id = text(entryLimits.id, 1);

function instant(value: Date | string): Date {
  return value instanceof Date ? value : new Date(value);
}

/** RFC 3339 with a time zone: what the GraphQL scalar takes, for entries that come as JSON lines. */
const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-\d\d[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Date itself would take 30 February for 2 March. */
function isMoment(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (typeof value !== 'string' || !rfc3339.test(value)) return false;
  const day = new Date(value.slice(0, 10));
  return day.getUTCDate() === Number(value.slice(8, 10));
}

/** The one definition of a valid entry, for the library, GraphQL, import and the client alike. */
export const entrySchema = z
  .strictObject({
    workspaceId: id,
    brandId: id.nullish(),
    entityType: z.enum(ActivityEntityType),
    entityId: id,
    eventKey: text(entryLimits.eventKey, 1).refine((value) => eventKeyPattern.test(value), {
      error: (issue) =>
        `must be {domain}.{action} in lower snake case, like "brand.created", got ${shorten(issue.input)}`,
    }),
    message: text(entryLimits.message).nullish(),
    context: text(entryLimits.label).nullish(),
    actorType: z.enum(ActivityActorType),
    actorUserId: id.nullish(),
    actorLabel: text(entryLimits.label, 1).nullish(),
    payload: z.unknown().optional(),
    visibility: z.enum(ActivityVisibility).nullish(),
    severity: z.enum(ActivitySeverity).nullish(),
    createdAt: z
      .custom<Date | string>(isMoment, {
        error: () => 'must be a Date or an RFC 3339 time with a zone, like "2026-01-31T12:00:00Z"',
      })
      .refine((value) => isStorableInstant(instant(value)), { error: 'must be a time in the years 0001 to 9999' })
      .nullish(),
    idempotencyKey: id.nullish(),
  })
  .superRefine((entry, context) => {
    if (entry.actorType === 'USER' && entry.actorUserId == null) {
      context.addIssue({ code: 'custom', path: ['actorUserId'], message: 'is needed where actorType is USER' });
    }
    if (entry.actorType !== 'USER' && entry.actorLabel == null) {
      context.addIssue({
        code: 'custom',
        path: ['actorLabel'],
        message: `is needed where actorType is ${entry.actorType}`,
      });
    }
  });

function isStorableInstant(value: Date): boolean {
  const year = value.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

function describe(issue: z.core.$ZodIssue, input: unknown): { field: string; message: string } {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return { field: key, message: `${shorten(key)} is not a field of an entry` };
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  if (field === '') return { field: 'entry', message: `an entry must be an object, got ${shorten(value)}` };
  if (issue.code === 'custom') return { field, message: `${field} ${issue.message}` };
  if (value === undefined || value === null) return { field, message: `${field} is needed` };
  if (issue.code === 'invalid_value') {
    return { field, message: `${field} takes one of ${issue.values.join(', ')}, got ${shorten(value)}` };
  }
  if (issue.code === 'invalid_type')
    return { field, message: `${field} must be ${issue.expected}, got ${shorten(value)}` };
  return { field, message: `${field} ${issue.message}` };
}

/**
 * Checks an entry and completes it: an id, the defaults, the time it was accepted, the payload as text.
 * @param now the time given to an entry that has none.
 * @throws ActivityLogError BAD_USER_INPUT naming the field, the rule and the value (shortened).
 */
export function acceptEntry(input: ActivityInput, now: Date = new Date()): AcceptedActivity {
  const parsed = entrySchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    const { field, message } = describe(issue, input);
    throw new ActivityLogError('BAD_USER_INPUT', message, { field });
  }
  const entry = parsed.data;
  return {
    id: cuid(),
    workspaceId: entry.workspaceId,
    brandId: entry.brandId ?? null,
    entityType: entry.entityType,
    entityId: entry.entityId,
    eventKey: entry.eventKey,
    message: entry.message ?? null,
    context: entry.context ?? null,
    actorType: entry.actorType,
    actorUserId: entry.actorUserId ?? null,
    actorLabel: entry.actorLabel ?? null,
    payloadText: payloadToText(entry.payload),
    visibility: entry.visibility ?? 'INTERNAL',
    severity: entry.severity ?? 'INFO',
    createdAt: entry.createdAt == null ? now : instant(entry.createdAt),
    idempotencyKey: entry.idempotencyKey ?? null,
  };
}
