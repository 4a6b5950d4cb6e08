// The stack that the service is made of, without what the service does about it: Pothos, GraphQL Yoga and Prisma's
// findMany as their documentations show them, in the versions of the project.
import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import { PrismaPg } from '@prisma/adapter-pg';
import { DateTimeResolver, JSONResolver } from 'graphql-scalars';
import { createYoga } from 'graphql-yoga';
import { ofDist } from '../support/dist.mjs';
import { listen } from './listen.mjs';
import { closeCursor, globalId, openCursor } from './page-cursor.mjs';

const { PrismaClient, ...enums } = await import(ofDist('storage/generated/prisma/client.js'));
const { getDatamodel } = await import(ofDist('storage/generated/pothos/pothos-types.js'));

const adapter = new PrismaPg({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 });
const prisma = new PrismaClient({ adapter });

const builder = new SchemaBuilder({
  plugins: [PrismaPlugin],
  prisma: { client: prisma, dmmf: getDatamodel() },
  defaultFieldNullability: false,
});
builder.addScalarType('DateTime', DateTimeResolver);
builder.addScalarType('JSON', JSONResolver);
const enumOf = (name) => builder.enumType(enums[name], { name });
const EntityType = enumOf('ActivityEntityType');
const ActorType = enumOf('ActivityActorType');
const Visibility = enumOf('ActivityVisibility');
const Severity = enumOf('ActivitySeverity');

const ActivityLog = builder.prismaObject('ActivityLog', {
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => globalId(id) }),
    databaseId: t.exposeString('id'),
    workspaceId: t.exposeString('workspaceId'),
    brandId: t.exposeString('brandId', { nullable: true }),
    entityType: t.expose('entityType', { type: EntityType }),
    entityId: t.exposeString('entityId'),
    eventKey: t.exposeString('eventKey'),
    message: t.exposeString('message', { nullable: true }),
    context: t.exposeString('context', { nullable: true }),
    actorType: t.expose('actorType', { type: ActorType }),
    actorUserId: t.exposeString('actorUserId', { nullable: true }),
    actorLabel: t.exposeString('actorLabel', { nullable: true }),
    payload: t.expose('payload', { type: 'JSON', nullable: true }),
    visibility: t.expose('visibility', { type: Visibility }),
    severity: t.expose('severity', { type: Severity }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});

const cursorOf = ({ createdAt, id }) => closeCursor(createdAt.getTime(), id);

const PageInfo = builder.objectRef('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    endCursor: t.exposeString('endCursor', { nullable: true }),
  }),
});
const ActivityEdge = builder.objectRef('ActivityEdge').implement({
  fields: (t) => ({
    cursor: t.string({ resolve: cursorOf }),
    node: t.field({ type: ActivityLog, resolve: (entry) => entry }),
  }),
});
const ActivityConnection = builder.objectRef('ActivityConnection').implement({
  fields: (t) => ({
    edges: t.field({ type: [ActivityEdge], resolve: ({ entries }) => entries }),
    pageInfo: t.field({ type: PageInfo, resolve: ({ pageInfo }) => pageInfo }),
  }),
});

/** `lte` says again what follows from the rest: with it the index is used. */
function olderThan(cursor) {
  const { createdAt, id } = openCursor(cursor);
  return { createdAt: { lte: createdAt }, OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}

builder.queryType({
  fields: (t) => ({
    timeline: t.field({
      type: ActivityConnection,
      args: {
        workspaceId: t.arg.string({ required: true }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, { workspaceId, first, after }) => {
        const found = await prisma.activityLog.findMany({
          where: { workspaceId, ...(after == null ? {} : olderThan(after)) },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          take: first + 1,
        });
        const entries = found.slice(0, first);
        const last = entries.at(-1);
        return {
          entries,
          pageInfo: { hasNextPage: found.length > first, endCursor: last === undefined ? null : cursorOf(last) },
        };
      },
    }),
  }),
});

const yoga = createYoga({ schema: builder.toSchema(), graphiql: false, landingPage: false, logging: false });
listen(createServer(yoga));
