import { checkHold, type LegalHold } from '../core/activity/legal-hold.ts';
import { acceptPolicy, decidingOrder, everyWorkspace, type RetentionPolicy } from '../core/activity/retention.ts';
import { viewerAsActor } from '../core/activity/settings-entries.ts';
import { isStorableText } from '../core/activity/text.ts';
import { checkMayGovern } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database } from '../storage/database.ts';
import { tookTooLong } from '../storage/database-errors.ts';
import { previewRetention, type RetentionReport, readRetentionMoment } from '../storage/retention.ts';
import {
  placeHold,
  readHolds,
  readPolicies,
  releaseHold,
  removePolicy,
  setPolicy,
} from '../storage/retention-rules.ts';
import { builder } from './builder.ts';
import type { GraphqlContext } from './context.ts';
import { EntityType, Severity, Visibility } from './enums.ts';

const PolicyType = builder.objectRef<RetentionPolicy>('RetentionPolicy').implement({
  description:
    'How long entries are kept. Of the policies that an entry meets those of its workspace come before those of every workspace, those with conditions before the one without; of these the one that keeps it longest decides.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'For `retentionPolicyRemove`.' }),
    workspaceId: t.exposeString('workspaceId', { description: 'The workspace; `*` for every one.' }),
    visibilities: t.expose('visibilities', {
      type: [Visibility],
      nullable: true,
      description: 'Entries of any of these visibilities; null for all.',
    }),
    severities: t.expose('severities', {
      type: [Severity],
      nullable: true,
      description: 'Entries of any of these severities; null for all.',
    }),
    eventKeys: t.exposeStringList('eventKeys', {
      nullable: true,
      description: 'Entries of any of these event keys or domains (`publication.*`); null for all.',
    }),
    days: t.exposeInt('days', { nullable: true, description: 'Days that they are kept; null for good.' }),
  }),
});

const HoldType = builder.objectRef<LegalHold>('LegalHold').implement({
  description:
    'Entries that nothing deletes while it holds: those of the workspace of which all given conditions hold.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'For `legalHoldRelease`.' }),
    workspaceId: t.exposeString('workspaceId', { description: 'The workspace.' }),
    brandId: t.exposeString('brandId', { nullable: true, description: 'Entries of this brand.' }),
    entityType: t.expose('entityType', { type: EntityType, nullable: true, description: 'Entries about this entity.' }),
    entityId: t.exposeString('entityId', { nullable: true, description: 'Entries about this entity.' }),
    actorUserId: t.exposeString('actorUserId', { nullable: true, description: 'Entries by this user.' }),
    actorLabel: t.exposeString('actorLabel', {
      nullable: true,
      description: 'Entries by this worker, process or service.',
    }),
    reason: t.exposeString('reason', { description: 'Why the entries have to stay.' }),
    placedBy: t.exposeString('placedBy', { description: 'Who has placed it.' }),
    placedAt: t.expose('placedAt', { type: 'DateTime', description: 'When.' }),
    releasedBy: t.exposeString('releasedBy', {
      nullable: true,
      description: 'Who has released it; null while it holds.',
    }),
    releasedAt: t.expose('releasedAt', { type: 'DateTime', nullable: true, description: 'When.' }),
  }),
});

interface Preview {
  asOf: Date;
  report: RetentionReport;
  policies: readonly RetentionPolicy[];
}

const DueType = builder.objectRef<{ policy: RetentionPolicy; entries: number }>('RetentionDue').implement({
  description: 'What a policy would delete.',
  fields: (t) => ({
    policy: t.field({ type: PolicyType, description: 'The policy.', resolve: ({ policy }) => policy }),
    entries: t.exposeInt('entries', { description: 'How many entries.' }),
  }),
});

const PreviewType = builder.objectRef<Preview>('RetentionPreview').implement({
  description: 'What a run of retention would delete now.',
  fields: (t) => ({
    asOf: t.expose('asOf', { type: 'DateTime', description: 'The moment.' }),
    entries: t.int({ description: 'How many entries.', resolve: ({ report }) => report.due }),
    held: t.int({
      description: 'Entries that are due, and kept by a legal hold.',
      resolve: ({ report }) => report.held,
    }),
    policies: t.field({
      type: [DueType],
      description: 'The same by policy.',
      resolve: ({ report, policies }) =>
        policies.flatMap((policy) => {
          const entries = report.workspaces[0]?.byPolicy.get(policy.id);
          return entries === undefined ? [] : [{ policy, entries }];
        }),
    }),
  }),
});

/** The policies that entries of a workspace can meet, in the order in which they decide. */
async function policiesFor(database: Database, workspaceId: string): Promise<RetentionPolicy[]> {
  return decidingOrder(await readPolicies(database, [workspaceId, everyWorkspace]));
}

async function preview(database: Database, workspaceId: string): Promise<Preview> {
  const { statementTimeout } = database;
  const policies = await policiesFor(database, workspaceId);
  const moment = await readRetentionMoment(database);
  const signal = statementTimeout === 0 ? undefined : AbortSignal.timeout(statementTimeout);
  try {
    const report = await previewRetention(database, { ...moment, workspaceId, rest: 0, signal });
    return { asOf: moment.asOf, report, policies };
  } catch (error) {
    if (signal?.aborted === true) throw tookTooLong(statementTimeout);
    throw error;
  }
}

const RetentionType = builder.objectRef<{ workspaceId: string }>('Retention').implement({
  description: 'What of a workspace is kept, and for how long.',
  fields: (t) => ({
    workspaceId: t.exposeString('workspaceId', { description: 'The workspace; `*` for every one.' }),
    policies: t.field({
      type: [PolicyType],
      description: "The workspace's policies and those of every workspace; the first that an entry meets decides.",
      resolve: ({ workspaceId }, _args, { services }) => policiesFor(services.database, workspaceId),
    }),
    holds: t.field({
      type: [HoldType],
      description: 'Legal holds, latest first.',
      args: { released: t.arg.boolean({ defaultValue: false, description: 'With those that were released.' }) },
      resolve: ({ workspaceId }, { released }, { services }) =>
        readHolds(services.database, workspaceId, released ?? false),
    }),
    preview: t.field({
      type: PreviewType,
      description:
        'What a run would delete now. Walks all old entries: for large workspaces `activity-log retention run --dry-run`.',
      complexity: { field: 1_000, multiplier: 1 },
      resolve: ({ workspaceId }, _args, { services }) => preview(services.database, workspaceId),
    }),
  }),
});

builder.queryField('retention', (t) =>
  t.field({
    type: RetentionType,
    description: 'Retention policies and legal holds of a workspace. For operators.',
    args: { workspaceId: t.arg.string({ required: true, description: 'The workspace; `*` for every one.' }) },
    resolve: (_root, { workspaceId }, { viewer }) => {
      checkMayGovern(viewer(), workspaceId);
      return { workspaceId };
    },
  }),
);

const PolicyInput = builder.inputType('RetentionPolicyInput', {
  description: 'For how long entries are kept that meet all given conditions.',
  fields: (t) => ({
    workspaceId: t.string({ required: true, description: 'The workspace; `*` for every one.' }),
    visibilities: t.field({ type: [Visibility], description: 'Entries of any of these visibilities.' }),
    severities: t.field({ type: [Severity], description: 'Entries of any of these severities.' }),
    eventKeys: t.stringList({ description: 'Entries of any of these event keys or domains (`publication.*`).' }),
    days: t.int({ description: 'Days of 24 hours after `createdAt`; null, or left out, to keep them for good.' }),
  }),
});

const HoldInput = builder.inputType('LegalHoldInput', {
  description: 'On which entries of a workspace a legal hold is: those of which all given conditions hold.',
  fields: (t) => ({
    workspaceId: t.string({ required: true, description: 'The workspace; all of it where nothing else is given.' }),
    brandId: t.string({ description: 'Entries of this brand.' }),
    entityType: t.field({ type: EntityType, description: 'Entries about this entity; with `entityId`.' }),
    entityId: t.string({ description: 'Entries about this entity; with `entityType`.' }),
    actorUserId: t.string({ description: 'Entries by this user.' }),
    actorLabel: t.string({ description: 'Entries by this worker, process or service.' }),
    reason: t.string({ required: true, description: 'Why the entries have to stay. At most 1,000 characters.' }),
  }),
});

const PolicyPayload = builder.objectRef<RetentionPolicy>('RetentionPolicyPayload').implement({
  description: 'A policy that was set or removed.',
  fields: (t) => ({ policy: t.field({ type: PolicyType, description: 'The policy.', resolve: (policy) => policy }) }),
});

const HoldPayload = builder.objectRef<LegalHold>('LegalHoldPayload').implement({
  description: 'A hold that was placed or released.',
  fields: (t) => ({ hold: t.field({ type: HoldType, description: 'The hold.', resolve: (hold) => hold }) }),
});

/**
 * What `find` gives for an id; text that no database can keep is nobody's id.
 * @throws ActivityLogError BAD_USER_INPUT where there is none
 */
async function found<T>(id: string, what: string, find: () => Promise<T | undefined>): Promise<T> {
  const one = isStorableText(id) ? await find() : undefined;
  if (one === undefined)
    throw new ActivityLogError('BAD_USER_INPUT', `The workspace has no ${what} of this id.`, { field: 'id' });
  return one;
}

/** Who asks, once it is checked that they may. */
function governor({ viewer }: GraphqlContext, workspaceId: string) {
  checkMayGovern(viewer(), workspaceId);
  return viewerAsActor(viewer());
}

const byId = { workspaceId: 'The workspace.', id: 'The id, as `retention` gives it.' };

builder.mutationFields((t) => ({
  retentionPolicySet: t.field({
    type: PolicyPayload,
    description: 'Sets for how long entries are kept. A policy of the workspace with the same conditions is changed.',
    args: { input: t.arg({ type: PolicyInput, required: true, description: 'The policy.' }) },
    resolve: async (_root, { input: { workspaceId, ...given } }, context) => {
      const by = governor(context, workspaceId);
      const { visibilities = null, severities = null, eventKeys = null, days = null } = given;
      const policy = acceptPolicy({ visibilities, severities, eventKeys, days });
      return await setPolicy(context.services.database, workspaceId, policy, by);
    },
  }),
  retentionPolicyRemove: t.field({
    type: PolicyPayload,
    description: 'Removes a policy.',
    args: {
      workspaceId: t.arg.string({ required: true, description: byId.workspaceId }),
      id: t.arg.string({ required: true, description: byId.id }),
    },
    resolve: async (_root, { workspaceId, id }, context) => {
      const by = governor(context, workspaceId);
      const { database } = context.services;
      return await found(id, 'retention policy', () => removePolicy(database, workspaceId, id, by));
    },
  }),
  legalHoldPlace: t.field({
    type: HoldPayload,
    description: 'Places a legal hold. Once this answers, nothing that it is on is deleted any more.',
    args: { input: t.arg({ type: HoldInput, required: true, description: 'The hold.' }) },
    resolve: async (_root, { input: { reason, workspaceId, ...given } }, context) => {
      const by = governor(context, workspaceId);
      const { brandId = null, entityType = null, entityId = null, actorUserId = null, actorLabel = null } = given;
      const target = { workspaceId, brandId, entityType, entityId, actorUserId, actorLabel };
      checkHold({ ...target, reason });
      return await placeHold(context.services.database, target, reason, by);
    },
  }),
  legalHoldRelease: t.field({
    type: HoldPayload,
    description: 'Releases a legal hold. One that was released before is returned as it is.',
    args: {
      workspaceId: t.arg.string({ required: true, description: byId.workspaceId }),
      id: t.arg.string({ required: true, description: byId.id }),
    },
    resolve: async (_root, { workspaceId, id }, context) => {
      const by = governor(context, workspaceId);
      const { database } = context.services;
      return await found(id, 'legal hold', () => releaseHold(database, workspaceId, id, by));
    },
  }),
}));
