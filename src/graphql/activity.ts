import type { ShownActivity } from '../core/activity/activity.ts';
import { builder } from './builder.ts';
import { ActorType, EntityType, Severity, Visibility } from './enums.ts';
import type { JsonBytes } from './json-bytes.ts';
import { entryPrefix } from './node.ts';
import { shared } from './shared-document.ts';
import { BrandType, WorkspaceType } from './workspace.ts';
import { written } from './written-pages.ts';

type NameOf<Value> = {
  [Key in keyof ShownActivity]: ShownActivity[Key] extends Value ? Key : never;
}[keyof ShownActivity];

/** For `extensions` of a field that is a text of the entry. */
const text = (name: NameOf<string | null>) => ({ ...shared, ...written((entry, to) => writeText(entry[name], to)) });
const writeText = (value: string | null, to: JsonBytes): void => (value === null ? to.json('null') : to.text(value));

/** Entries that were read to be shown have it as text alone. */
const payloadOf = ({ payload, payloadText }: Pick<ShownActivity, 'payloadText'> & { payload?: unknown }): unknown =>
  payload === undefined && payloadText !== null ? JSON.parse(payloadText) : payload;

/**
 * An entry. Its relations go through the directory instead of `t.relation`: the trail mentions ids that have no row, and
 * Prisma rejects a required relation without one. Everything that a field needs is in the entry or in the names: no field
 * depends on more of the viewer than the scope that the entry was read with.
 */
export const ActivityLogType = builder.prismaNode('ActivityLog', {
  id: {
    field: 'id',
    description: 'The global id, for `node(id:)`.',
    extensions: { ...shared, ...written(({ id }, to) => to.base64(entryPrefix, id)) },
  },
  description: 'One thing that happened. It never changes.',
  fields: (t) => ({
    databaseId: t.exposeString('id', {
      description: 'The id in the database.',
      extensions: text('id'),
    }),
    workspaceId: t.exposeString('workspaceId', {
      description: 'The workspace that it belongs to.',
      extensions: text('workspaceId'),
    }),
    brandId: t.exposeString('brandId', {
      nullable: true,
      description: 'The brand that it concerns.',
      extensions: text('brandId'),
    }),
    entityType: t.expose('entityType', {
      type: EntityType,
      description: 'What kind of thing it happened to.',
      extensions: text('entityType'),
    }),
    entityId: t.exposeString('entityId', {
      description: 'The id of that thing in the application.',
      extensions: text('entityId'),
    }),
    eventKey: t.exposeString('eventKey', {
      description: 'What happened, for example `publication.failed`.',
      extensions: text('eventKey'),
    }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'What happened, for people.',
      extensions: text('message'),
    }),
    context: t.exposeString('context', {
      nullable: true,
      description: 'Where in the application it happened. Null for clients.',
      extensions: text('context'),
    }),
    actorType: t.expose('actorType', {
      type: ActorType,
      description: 'Who or what did it.',
      extensions: text('actorType'),
    }),
    actorUserId: t.exposeString('actorUserId', {
      nullable: true,
      description: 'The user who did it. Null for clients.',
      extensions: text('actorUserId'),
    }),
    actorLabel: t.exposeString('actorLabel', {
      nullable: true,
      description: 'The name of what did it.',
      extensions: text('actorLabel'),
    }),
    payload: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Details, as they were given.',
      extensions: { ...shared, ...written(({ payloadText }, to) => to.json(payloadText ?? 'null')) },
      resolve: (entry) => payloadOf(entry as typeof entry & ShownActivity),
    }),
    visibility: t.expose('visibility', {
      type: Visibility,
      description: 'Who can see it.',
      extensions: text('visibility'),
    }),
    severity: t.expose('severity', { type: Severity, description: 'How serious it is.', extensions: text('severity') }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it happened.',
      extensions: { ...shared, ...written(({ createdAt }, to) => to.moment(createdAt)) },
    }),
    workspace: t.field({
      type: WorkspaceType,
      description: 'The workspace, with its name where it has been given one.',
      extensions: shared,
      resolve: (entry, _args, context) => context.workspaces.load(entry.workspaceId),
    }),
    brand: t.field({
      type: BrandType,
      nullable: true,
      description: 'The brand, with its name where it has been given one.',
      extensions: shared,
      resolve: ({ workspaceId, brandId }, _args, context) =>
        brandId === null ? null : context.brands.load({ workspaceId, id: brandId }),
    }),
  }),
});

/** An entry as the GraphQL type takes it. */
export type ActivityShape = typeof ActivityLogType.$inferType & ShownActivity;
