import type { ActivityInput } from '../core/activity/activity.ts';
import type { Outcome } from '../core/activity/activity-log.ts';
import { keyIsTaken } from '../core/activity/same-entry.ts';
import { checkMayWrite, revealWritten, type Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import { ActivityLogType, type ActivityShape } from './activity.ts';
import { builder } from './builder.ts';
import type { GraphqlContext } from './context.ts';
import { ActivityLogInput } from './inputs.ts';
import { mostEntries } from './limits.ts';

/** An entry's error as data: an Error as the value of a field would fail the field. */
type Refusal = Pick<ActivityLogError, 'code' | 'message' | 'field'>;

interface Result {
  activity: ActivityShape | null;
  duplicate: boolean;
  error: Refusal | null;
}

const InputError = builder.objectRef<Refusal>('ActivityInputError').implement({
  description: 'Why an entry was refused.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'For example `BAD_USER_INPUT` or `FORBIDDEN`.' }),
    message: t.exposeString('message', { description: 'What was wrong, and what would be right.' }),
    field: t.string({ nullable: true, description: 'The field at fault.', resolve: (error) => error.field ?? null }),
  }),
});

/** What a key that belongs to another entry means, for the descriptions of both payloads. */
const takenKey = 'with `duplicate`: the key belongs to an entry that says something else, and yours was not written';

const Payload = builder.objectRef<Result & { activity: ActivityShape }>('ActivityLogPayload').implement({
  description: 'What logging an entry came to.',
  fields: (t) => ({
    activity: t.field({
      type: ActivityLogType,
      description: 'The entry as it stands in the trail.',
      resolve: ({ activity }) => activity,
    }),
    duplicate: t.exposeBoolean('duplicate', {
      description:
        'True where the workspace already had an entry with this `idempotencyKey`: that one is returned, nothing was written.',
    }),
    error: t.field({
      type: InputError,
      nullable: true,
      description: `Null, or, ${takenKey}.`,
      resolve: ({ error }) => error,
    }),
  }),
});

const ManyResult = builder.objectRef<Result>('ActivityLogManyResult').implement({
  description: 'What became of one entry.',
  fields: (t) => ({
    activity: t.field({
      type: ActivityLogType,
      nullable: true,
      description: 'The entry as it stands in the trail; null where it was refused.',
      resolve: ({ activity }) => activity,
    }),
    duplicate: t.exposeBoolean('duplicate', {
      description: 'True where the workspace already had an entry with this `idempotencyKey`: `activity` is that one.',
    }),
    error: t.field({
      type: InputError,
      nullable: true,
      description: `Why it was refused; or, ${takenKey}.`,
      resolve: ({ error }) => error,
    }),
  }),
});

const ManyPayload = builder.objectRef<{ results: Result[] }>('ActivityLogManyPayload').implement({
  description: 'What logging many entries came to.',
  fields: (t) => ({
    results: t.field({
      type: [ManyResult],
      description: 'One each, in the order of the input.',
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ results }) => results,
    }),
  }),
});

const toRefusal = ({ code, message, field }: ActivityLogError): Refusal => ({ code, message, field });

function toResult(viewer: Viewer, outcome: Outcome): Result {
  try {
    if ('error' in outcome) throw outcome.error;
    const { sent, written } = outcome;
    const activity = revealWritten(viewer, sent, written.activity, written.duplicate);
    return { activity, duplicate: written.duplicate, error: written.differs ? toRefusal(keyIsTaken()) : null };
  } catch (error) {
    if (!(error instanceof ActivityLogError)) throw error;
    return { activity: null, duplicate: false, error: toRefusal(error) };
  }
}

async function logMany(context: GraphqlContext, inputs: readonly ActivityInput[]): Promise<Result[]> {
  const viewer = context.viewer();
  const outcomes = await context.services.activityLog.logMany(inputs, (input) => checkMayWrite(viewer, input));
  return outcomes.map((outcome) => toResult(viewer, outcome));
}

builder.mutationFields((t) => ({
  activityLog: t.field({
    type: Payload,
    description: 'Logs one entry. Answers once it is committed.',
    args: { input: t.arg({ type: ActivityLogInput, required: true, description: 'The entry.' }) },
    resolve: async (_root, { input }, context) => {
      const [result] = (await logMany(context, [input])) as [Result];
      const { activity, duplicate, error } = result;
      if (activity === null) {
        const { code, message, field } = error as Refusal;
        throw new ActivityLogError(code, message, { field: field === undefined ? 'input' : `input.${field}` });
      }
      return { activity, duplicate, error };
    },
  }),
  activityLogMany: t.field({
    type: ManyPayload,
    description: `Logs up to ${mostEntries} entries, in their order. Valid ones are written together, refused ones are reported at their place.`,
    args: { input: t.arg({ type: [ActivityLogInput], required: true, description: 'The entries.' }) },
    complexity: ({ input }) => ({ field: 1, multiplier: input.length }),
    resolve: async (_root, { input }, context) => {
      if (input.length > mostEntries) {
        throw new ActivityLogError(
          'LIMIT_EXCEEDED',
          `activityLogMany takes at most ${mostEntries} entries, got ${input.length}`,
          { field: 'input' },
        );
      }
      return { results: await logMany(context, input) };
    },
  }),
}));
