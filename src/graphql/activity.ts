import type { Activity } from '../core/activity/activity.ts';
import { builder } from './builder.ts';
import { ActorType, EntityType, Severity, Visibility } from './enums.ts';
import { shared } from './shared-document.ts';
import { BrandType, WorkspaceType } from './workspace.ts';

/**
 * An entry. Its relations go through the directory instead of `t.relation`: the trail mentions ids that have no row, and
 * Prisma rejects a required relation without one. Everything that a field needs is in the entry or in the names: no field
 * depends on more of the viewer than the scope that the entry was read with.
 */
export const ActivityLogType = builder.prismaNode('ActivityLog', {
  id: { field: 'id', description: 'The global id, for `node(id:)`.', extensions: shared },
  description: 'One thing that happened. It never changes.',
  fields: (t) => ({
    databaseId: t.exposeString('id', { description: 'The id in the database.', extensions: shared }),
    workspaceId: t.exposeString('workspaceId', {
      description: 'The workspace that it belongs to.',
      extensions: shared,
    }),
    brandId: t.exposeString('brandId', {
      nullable: true,
      description: 'The brand that it concerns.',
      extensions: shared,
    }),
    entityType: t.expose('entityType', {
      type: EntityType,
      description: 'What kind of thing it happened to.',
      extensions: shared,
    }),
    entityId: t.exposeString('entityId', {
      description: 'The id of that thing in the application.',
      extensions: shared,
    }),
    eventKey: t.exposeString('eventKey', {
      description: 'What happened, for example `publication.failed`.',
      extensions: shared,
    }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'What happened, for people.',
      extensions: shared,
    }),
    context: t.exposeString('context', {
      nullable: true,
      description: 'Where in the application it happened. Null for clients.',
      extensions: shared,
    }),
    actorType: t.expose('actorType', { type: ActorType, description: 'Who or what did it.', extensions: shared }),
    actorUserId: t.exposeString('actorUserId', {
      nullable: true,
      description: 'The user who did it. Null for clients.',
      extensions: shared,
    }),
    actorLabel: t.exposeString('actorLabel', {
      nullable: true,
      description: 'The name of what did it.',
      extensions: shared,
    }),
    payload: t.expose('payload', {
      type: 'JSON',
      nullable: true,
      description: 'Details, as they were given.',
      extensions: shared,
    }),
    visibility: t.expose('visibility', { type: Visibility, description: 'Who can see it.', extensions: shared }),
    severity: t.expose('severity', { type: Severity, description: 'How serious it is.', extensions: shared }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.', extensions: shared }),
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
export type ActivityShape = typeof ActivityLogType.$inferType & Activity;
