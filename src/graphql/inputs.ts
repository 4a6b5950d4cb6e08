import { entryLimits } from '../core/activity/entry-schema.ts';
import { builder } from './builder.ts';
import { ActorType, EntityType, Severity, Visibility } from './enums.ts';

const id = `At most ${entryLimits.id} characters.`;

export const ActivityLogInput = builder.inputType('ActivityLogInput', {
  description: 'An entry to be logged.',
  fields: (t) => ({
    workspaceId: t.string({ required: true, description: `The workspace (tenant) that it belongs to. ${id}` }),
    brandId: t.string({ description: `The brand that it concerns. Clients see only entries of their brands. ${id}` }),
    entityType: t.field({ type: EntityType, required: true, description: 'What kind of thing it happened to.' }),
    entityId: t.string({ required: true, description: `The id of that thing in your application. ${id}` }),
    eventKey: t.string({
      required: true,
      description: `What happened: \`{domain}.{action}\` in lower snake case, for example \`brand.created\` or \`social_account.token_refreshed\`. At most ${entryLimits.eventKey} characters.`,
    }),
    message: t.string({ description: `What happened, for people. At most ${entryLimits.message} characters.` }),
    context: t.string({
      description: 'Where in the application it happened, for example `publication_worker`. Never shown to clients.',
    }),
    actorType: t.field({ type: ActorType, required: true, description: 'Who or what did it.' }),
    actorUserId: t.string({
      description: 'The user who did it: needed where `actorType` is `USER`. Never shown to clients.',
    }),
    actorLabel: t.string({ description: 'The name of what did it: needed where `actorType` is not `USER`.' }),
    payload: t.field({
      type: 'JSON',
      description: 'Details, as any JSON value of at most 64 KiB. It comes back as it was given.',
    }),
    visibility: t.field({ type: Visibility, defaultValue: 'INTERNAL', description: 'Who can see it.' }),
    severity: t.field({ type: Severity, defaultValue: 'INFO', description: 'How serious it is.' }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it happened; now by default. Only operators may set it, to fill in the past.',
    }),
    idempotencyKey: t.string({
      description:
        'Makes repeating the call harmless: an entry whose key the workspace already has is not written again. At most 256 characters.',
    }),
  }),
});

const EntityInput = builder.inputType('ActivityEntityInput', {
  description: 'One entity, or all of a type.',
  fields: (t) => ({
    type: t.field({ type: EntityType, required: true, description: 'The type.' }),
    id: t.string({ description: 'The id; every entity of the type where it is left out.' }),
  }),
});

export const FilterInput = builder.inputType('ActivityFilter', {
  description:
    'Which entries. All given conditions hold; each list means any of its values (an empty list: none). Lists take at most 100 values.',
  fields: (t) => ({
    brandIds: t.stringList({ description: 'Entries of any of these brands.' }),
    entities: t.field({ type: [EntityInput], description: 'Entries about any of these entities.' }),
    eventKeys: t.stringList({
      description: 'Event keys: `publication.failed`, or `publication.*` for everything under a domain.',
    }),
    actorTypes: t.field({ type: [ActorType], description: 'Entries by any of these kinds of actor.' }),
    actorUserIds: t.stringList({ description: 'Entries by any of these users. Refused for clients.' }),
    actorLabels: t.stringList({ description: 'Entries by any of these workers, processes or services.' }),
    contexts: t.stringList({ description: 'Entries from any of these contexts. Refused for clients.' }),
    severities: t.field({ type: [Severity], description: 'Entries of any of these severities.' }),
    visibilities: t.field({
      type: [Visibility],
      description: 'Entries of any of these visibilities, as far as you may see them.',
    }),
    from: t.field({ type: 'DateTime', description: 'Entries from this moment on: `from <= createdAt`.' }),
    to: t.field({ type: 'DateTime', description: 'Entries before this moment: `createdAt < to`.' }),
    search: t.string({
      description:
        'Words that all stand in message, event key, actor label, entity id or values of the payload, whatever their case and accents: `word`, `"a phrase"`, `begin*`, `-without`. What is written together, like `RATE_LIMIT`, is a phrase.',
    }),
  }),
});
