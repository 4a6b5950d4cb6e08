import { encodeGlobalID } from '@pothos/plugin-relay';
import { GraphQLObjectType } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './enums.ts';
import './inputs.ts';
import './viewer.ts';
import './workspace.ts';
import './workspaces.ts';
import './activity.ts';
import './timeline.ts';
import './statistics.ts';
import './activity-mutations.ts';
import './activity-added.ts';
import './retention.ts';
import './activity-export.ts';
import type { BrandKey } from '../storage/directory.ts';
import { formatBrandId } from './node.ts';

/** The whole GraphQL schema; schema.graphql is its text. */
export const schema = builder.toSchema();

// The plugin resolves global ids asynchronously: a promise for each, and for all that is around it.
const ids = {
  ActivityLog: ({ id }: { id: string }) => encodeGlobalID('ActivityLog', id),
  Workspace: ({ id }: { id: string }) => encodeGlobalID('Workspace', id),
  Brand: (brand: BrandKey) => encodeGlobalID('Brand', formatBrandId(brand)),
};
for (const [name, idOf] of Object.entries(ids)) {
  const type = schema.getType(name);
  const field = type instanceof GraphQLObjectType ? type.getFields()['id'] : undefined;
  if (field === undefined) throw new Error(`there is no field ${name}.id`);
  field.resolve = idOf;
}

// What a page's sides have beyond them is a look into the database: only where it is selected (timeline.ts).
const pageInfo = (schema.getType('PageInfo') as GraphQLObjectType).getFields();
for (const name of ['hasPreviousPage', 'hasNextPage']) {
  const field = pageInfo[name];
  if (field === undefined) throw new Error(`there is no field PageInfo.${name}`);
  field.resolve = (page) => page[name]();
}
