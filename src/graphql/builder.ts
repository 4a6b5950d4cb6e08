import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin, { decodeGlobalID, encodeGlobalID } from '@pothos/plugin-relay';
import { ActivityLogError, shorten } from '../errors.ts';
import type PrismaTypes from '../storage/generated/pothos/pothos-types.ts';
import { getDatamodel } from '../storage/generated/pothos/pothos-types.ts';
import { complexityError, limitsOf } from './complexity.ts';
import type { GraphqlContext } from './context.ts';
import { loadNode } from './node.ts';

/** Nodes that one `nodes` field takes. */
const mostNodes = 500;

export const builder = new SchemaBuilder<{
  PrismaTypes: PrismaTypes;
  Context: GraphqlContext;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
    ID: { Input: string; Output: string };
  };
}>({
  plugins: [ComplexityPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  complexity: {
    defaultComplexity: 1,
    defaultListMultiplier: 10,
    limit: limitsOf,
    complexityError,
  },
  prisma: {
    client: (context) => context.services.database.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    filterConnectionTotalCount: true,
  },
  relay: {
    cursorType: 'String',
    encodeGlobalID: (typename, id) => encodeGlobalID(typename, String(id)),
    decodeGlobalID: (globalId) => {
      try {
        const decoded = decodeGlobalID(globalId);
        if (encodeGlobalID(decoded.typename, decoded.id) === globalId) return decoded;
      } catch {
        // Said below.
      }
      throw new ActivityLogError(
        'BAD_USER_INPUT',
        `id takes a global id that this API gave, got ${shorten(globalId)}`,
        { field: 'id' },
      );
    },
    nodeTypeOptions: { description: 'Anything that has a global id and can be fetched by it.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its connection (Relay).' },
    nodeQueryOptions: {
      description: 'Fetches anything by its global id. Null where there is nothing by that id that you may see.',
      args: { id: { description: 'A global id, as the `id` fields give it.' } },
      resolve: (_root, { id }, context) => loadNode(id, context),
    },
    nodesQueryOptions: {
      description: 'Fetches several things by their global ids, one each in the order of the ids.',
      args: { ids: { description: `At most ${mostNodes} global ids.` } },
      complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
      resolve: (_root, { ids }, context) => {
        if (ids.length > mostNodes) {
          throw new ActivityLogError('LIMIT_EXCEEDED', `nodes takes at most ${mostNodes} ids, got ${ids.length}`, {
            field: 'ids',
          });
        }
        // Compiled code loses the place in the list of a promise that is rejected: what failed is there as a value.
        return Promise.all(ids.map((id) => loadNode(id, context).catch((error: object) => error)));
      },
    },
  },
});

builder.queryType({ description: 'Reading the trail.' });
builder.mutationType({ description: 'Writing to the trail.' });
builder.subscriptionType({ description: 'The trail, live.' });
