import { type GraphQLNamedType, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '@/graphql/schema.ts';
import { isSharedField } from '@/graphql/shared-document.ts';

/** Every field that a subscription can come to, with its type. */
function fieldsFrom(start: GraphQLNamedType | undefined): string[] {
  const types = new Set<GraphQLNamedType>();
  const found: string[] = [];
  const look = (type: GraphQLNamedType) => {
    if (types.has(type) || !(isObjectType(type) || isInterfaceType(type))) return;
    types.add(type);
    for (const field of Object.values(type.getFields())) {
      found.push(`${isSharedField(field) ? 'shared' : 'own   '} ${type.name}.${field.name}`);
      look(getNamedType(field.type));
    }
    if (isInterfaceType(type)) for (const one of schema.getPossibleTypes(type)) look(one);
    else for (const one of type.getInterfaces()) look(one);
  };
  if (start !== undefined) look(start);
  return found.toSorted();
}

/**
 * `shared` says that the value depends on the entry and the scope that it was read with alone: nothing of the viewer, and
 * nothing that an argument says. A new field has to be put on one side or the other here; one that is shared is also to be
 * selected in shared-groups.test.ts.
 */
it('each field that a subscription can ask for is shared, or each subscriber has its own: as decided here', () => {
  expect(fieldsFrom(schema.getSubscriptionType() ?? undefined)).toEqual([
    'own    ActivityConnection.count',
    'own    ActivityConnection.edges',
    'own    ActivityConnection.liveCursor',
    'own    ActivityConnection.pageInfo',
    'own    ActivityCount.exact',
    'own    ActivityCount.value',
    'own    ActivityEdge.cursor',
    'own    ActivityEdge.node',
    'own    Brand.timeline',
    'own    Node.id',
    'own    PageInfo.endCursor',
    'own    PageInfo.hasNextPage',
    'own    PageInfo.hasPreviousPage',
    'own    PageInfo.startCursor',
    'own    Workspace.brands',
    'own    Workspace.timeline',
    'shared ActivityAdded.activity',
    'shared ActivityAdded.liveCursor',
    'shared ActivityLog.actorLabel',
    'shared ActivityLog.actorType',
    'shared ActivityLog.actorUserId',
    'shared ActivityLog.brand',
    'shared ActivityLog.brandId',
    'shared ActivityLog.context',
    'shared ActivityLog.createdAt',
    'shared ActivityLog.databaseId',
    'shared ActivityLog.entityId',
    'shared ActivityLog.entityType',
    'shared ActivityLog.eventKey',
    'shared ActivityLog.id',
    'shared ActivityLog.message',
    'shared ActivityLog.payload',
    'shared ActivityLog.severity',
    'shared ActivityLog.visibility',
    'shared ActivityLog.workspace',
    'shared ActivityLog.workspaceId',
    'shared Brand.databaseId',
    'shared Brand.id',
    'shared Brand.name',
    'shared Brand.workspace',
    'shared Brand.workspaceId',
    'shared Subscription.activityAdded',
    'shared Workspace.databaseId',
    'shared Workspace.id',
    'shared Workspace.name',
  ]);
});
