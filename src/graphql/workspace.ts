import { acceptName } from '../core/activity/name.ts';
import { checkMayName, readScope } from '../core/activity/visibility.ts';
import { builder } from './builder.ts';
import { findBrand, findWorkspace } from './find.ts';
import { formatBrandId } from './node.ts';
import { shared } from './shared-document.ts';

export const WorkspaceType = builder.prismaNode('Workspace', {
  id: { field: 'id', description: 'The global id, for `node(id:)`.', extensions: shared },
  description: 'A workspace: one tenant and its trail.',
  fields: (t) => ({
    databaseId: t.exposeString('id', {
      description: 'The id that entries carry as `workspaceId`.',
      extensions: shared,
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'The name; null until `workspaceUpsert` gives it one.',
      extensions: shared,
    }),
  }),
});

export const BrandType = builder.prismaNode('Brand', {
  id: { resolve: (brand) => formatBrandId(brand), description: 'The global id, for `node(id:)`.', extensions: shared },
  // Nodes are loaded by node.ts alone; this is how Prisma would find one.
  findUnique: (id) => ({ workspaceId_id: { workspaceId: '', id } }),
  description: 'A brand of a workspace.',
  fields: (t) => ({
    databaseId: t.exposeString('id', { description: 'The id that entries carry as `brandId`.', extensions: shared }),
    workspaceId: t.exposeString('workspaceId', {
      description: 'The workspace that it belongs to.',
      extensions: shared,
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'The name; null until `brandUpsert` gives it one.',
      extensions: shared,
    }),
  }),
});

builder.prismaObjectField(WorkspaceType, 'brands', (t) =>
  t.field({
    type: [BrandType],
    description: 'The brands that have a name and that you may see, by id.',
    args: { first: t.arg.int({ defaultValue: 100, description: 'At most this many, up to 500.' }) },
    complexity: ({ first }) => ({ field: 1, multiplier: first ?? 100 }),
    resolve: async ({ id }, { first }, { viewer, services }) => {
      const scope = readScope(viewer(), id);
      if (scope === undefined) return [];
      return await services.directory.brandsOf(id, scope.brandIds, Math.min(Math.max(first ?? 100, 0), 500));
    },
  }),
);

builder.prismaObjectField(BrandType, 'workspace', (t) =>
  t.field({
    type: WorkspaceType,
    description: 'The workspace that it belongs to.',
    extensions: shared,
    resolve: ({ workspaceId }, _args, context) => context.workspaces.load(workspaceId),
  }),
);

builder.queryFields((t) => ({
  workspace: t.field({
    type: WorkspaceType,
    nullable: true,
    description: 'A workspace by the id that entries carry. Null where there is none that you may see.',
    args: { id: t.arg.string({ required: true, description: 'The `workspaceId` of entries.' }) },
    resolve: (_root, { id }, context) => findWorkspace(context, id),
  }),
  brand: t.field({
    type: BrandType,
    nullable: true,
    description: 'A brand by the ids that entries carry. Null where there is none that you may see.',
    args: {
      workspaceId: t.arg.string({ required: true, description: 'The `workspaceId` of entries.' }),
      id: t.arg.string({ required: true, description: 'The `brandId` of entries.' }),
    },
    resolve: (_root, key, context) => findBrand(context, key),
  }),
}));

const WorkspaceUpsertInput = builder.inputType('WorkspaceUpsertInput', {
  description: 'A name for a workspace.',
  fields: (t) => ({
    id: t.string({ required: true, description: 'The `workspaceId` of entries.' }),
    name: t.string({ required: true, description: 'The name that people know it by. At most 256 characters.' }),
  }),
});

const BrandUpsertInput = builder.inputType('BrandUpsertInput', {
  description: 'A name for a brand.',
  fields: (t) => ({
    workspaceId: t.string({ required: true, description: 'The `workspaceId` of entries.' }),
    id: t.string({ required: true, description: 'The `brandId` of entries.' }),
    name: t.string({ required: true, description: 'The name that people know it by. At most 256 characters.' }),
  }),
});

builder.mutationFields((t) => ({
  workspaceUpsert: t.field({
    type: WorkspaceType,
    description: 'Gives a workspace its name, or another one. For operators, admins and writers.',
    args: { input: t.arg({ type: WorkspaceUpsertInput, required: true, description: 'Its id and name.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      checkMayName(viewer(), input.id);
      return await services.directory.nameWorkspace(acceptName('id', input.id), acceptName('name', input.name));
    },
  }),
  brandUpsert: t.field({
    type: BrandType,
    description: 'Gives a brand its name, or another one. For operators, admins and writers.',
    args: { input: t.arg({ type: BrandUpsertInput, required: true, description: 'Its ids and name.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      checkMayName(viewer(), input.workspaceId);
      const key = { workspaceId: acceptName('workspaceId', input.workspaceId), id: acceptName('id', input.id) };
      return await services.directory.nameBrand(key, acceptName('name', input.name));
    },
  }),
}));
