// Fastify with Mercurius, operations compiled (jit: 1): a schema in SDL with resolvers over the same statement.
import Fastify from 'fastify';
import { GraphQLScalarType } from 'graphql';
import mercurius from 'mercurius';
import pg from 'pg';
import { closeCursor, globalId, openCursor } from './page-cursor.mjs';
import { pageStatement } from './page-statement.mjs';

// As the service has it: left to itself PostgreSQL plans this statement anew each time over a large table.
const options = '-c plan_cache_mode=force_generic_plan';
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10, options });
const timestamp = 1114;
const types = {
  // A stamp without a zone is UTC: pg would take it for a local time.
  getTypeParser: (type) => (type === timestamp ? (text) => new Date(`${text.replace(' ', 'T')}Z`) : (text) => text),
};

const schema = /* GraphQL */ `
  scalar DateTime
  scalar JSON
  enum ActivityEntityType { WORKSPACE BRAND SOCIAL_ACCOUNT CONTENT PUBLICATION MEDIA USER SETTINGS OTHER }
  enum ActivityActorType { USER SYSTEM WORKER INTEGRATION }
  enum ActivityVisibility { INTERNAL CLIENT SYSTEM }
  enum ActivitySeverity { INFO WARNING ERROR }
  type ActivityLog {
    id: ID!
    databaseId: String!
    workspaceId: String!
    brandId: String
    entityType: ActivityEntityType!
    entityId: String!
    eventKey: String!
    message: String
    context: String
    actorType: ActivityActorType!
    actorUserId: String
    actorLabel: String
    payload: JSON
    visibility: ActivityVisibility!
    severity: ActivitySeverity!
    createdAt: DateTime!
  }
  type ActivityEdge { cursor: String! node: ActivityLog! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type ActivityConnection { edges: [ActivityEdge!]! pageInfo: PageInfo! }
  type Query { timeline(workspaceId: String!, first: Int = 50, after: String): ActivityConnection! }
`;

const edgeOf = (row) => ({ cursor: closeCursor(row.createdAt.getTime(), row.id), node: row });

async function timeline(_root, { workspaceId, first, after }) {
  const { name, text, values } = pageStatement({
    workspaceId,
    first,
    after: after == null ? undefined : openCursor(after),
  });
  const { rows } = await pool.query({ name, text, values, types });
  const edges = rows[0].id === null ? [] : rows.slice(0, first).map(edgeOf);
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() }),
  JSON: new GraphQLScalarType({ name: 'JSON', serialize: (value) => value }),
  Query: { timeline },
  ActivityLog: {
    id: ({ id }) => globalId(id),
    databaseId: ({ id }) => id,
    payload: ({ payloadText }) => (payloadText === null ? null : JSON.parse(payloadText)),
  },
};

const app = Fastify();
await app.register(mercurius, { schema, resolvers, jit: 1 });
await app.listen({ host: '127.0.0.1', port: 0 });
process.send({ port: app.server.address().port });
process.on('disconnect', () => process.exit());
