import { GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { FeedEntry } from '@/core/activity/feed.ts';
import { createSharedContext, type GraphqlContext, type Services } from '@/graphql/context.ts';
import { shared } from '@/graphql/shared-document.ts';
import { Subscriptions } from '@/graphql/subscriptions.ts';
import { EntryStream } from '@/live/entry-stream.ts';
import { Feed } from '@/live/feed.ts';
import { Subscription } from '@/live/subscription.ts';
import { Metrics } from '@/metrics.ts';
import { BoundedOutlet } from '../live/bounded-outlet.ts';
import { ModelSource, operatorScope } from '../live/model-source.ts';

/** A schema with one field that has no business to be marked. */
function schemaOf(services: Services): GraphQLSchema {
  const Added = new GraphQLObjectType<unknown, GraphqlContext>({
    name: 'Added',
    fields: {
      entity: { type: GraphQLString, extensions: shared, resolve: (entry) => (entry as FeedEntry).activity.entityId },
      mine: { type: GraphQLString, extensions: shared, resolve: (_entry, _args, { viewer }) => viewer().subject },
    },
  });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { nothing: { type: GraphQLString } } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        added: {
          type: Added,
          extensions: shared,
          subscribe: () => new EntryStream(services.live, { selection: { scope: operatorScope, filter: {} } }),
          resolve: (entry) => entry,
        },
      },
    }),
  });
}

it('the context of shared executions has no viewer to ask for', () => {
  const context = createSharedContext({} as Services);
  expect(() => context.viewer()).toThrow('a field that is marked as shared depends on the viewer');
});

it('a field that is marked as shared and asks for the viewer fails loudly, and shows nobody to anybody', async () => {
  const source = new ModelSource();
  const metrics = new Metrics();
  const logger = pino({ level: 'silent' });
  const feed = new Feed({ source, logger, metrics, pollInterval: 1_000, queueLimit: 10 });
  const live: Partial<Services> = { live: { feed, source, metrics, queueLimit: 10 } };
  const services = live as Services;
  const errors: string[] = [];
  const subscriptions = new Subscriptions({
    schema: schemaOf(services),
    services,
    toSafeError: (error) => {
      errors.push((error as Error).message);
      return new Error('masked');
    },
  });
  const document = parse('subscription { added { entity mine } }');
  const opened = await Promise.all(
    ['u1', 'u2'].map(async (subject) => {
      const outlet = new BoundedOutlet(10);
      const viewer = { subject, grants: new Map(), expiresAt: new Date(8.64e15) };
      const subscription = await subscriptions.open({ document, viewer }, { outlet, fail: () => {} });
      if (!(subscription instanceof Subscription)) throw new Error(JSON.stringify(subscription));
      const written = new Promise<void>((resolve) => {
        outlet.onWrite = resolve;
      });
      subscription.start();
      return { outlet, subscription, written };
    }),
  );
  // Both are in the hub once somebody who came after them is.
  const late = { topic: { key: 'late', selection: { scope: operatorScope, filter: {} }, render: () => '' } };
  const member = { ...late, take: () => {}, fallBehind: () => {} };
  await feed.join(member);
  source.write(1);
  source.hint();
  for (const { outlet, subscription, written } of opened) {
    await written;
    const [text] = outlet.texts;
    expect(JSON.parse(text as string)).toMatchObject({ data: { added: { entity: 'e1', mine: null } }, errors: [{}] });
    subscription.close();
  }
  expect(errors).toEqual(['a field that is marked as shared depends on the viewer']);
  feed.leave(member);
  await feed.close();
});
