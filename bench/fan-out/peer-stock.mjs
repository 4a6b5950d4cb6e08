// What the usual parts do by themselves: graphql-ws, graphql-js for each subscriber, createPubSub of graphql-yoga.
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { restOf } from './message-template.mjs';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
schema.getType('DateTime').serialize = (value) => value.toISOString();
const eventTarget = new EventTarget();
// It would warn of a leak at the eleventh subscriber.
setMaxListeners(0, eventTarget);
const pubsub = createPubSub({ eventTarget });
const { activityAdded } = schema.getSubscriptionType().getFields();
activityAdded.subscribe = (_root, { workspaceId }) => pubsub.subscribe(`activity:${workspaceId}`);
activityAdded.resolve = (entry) => entry;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/graphql', perMessageDeflate: false });
useServer({ schema }, server);

process.on('message', ({ template, first, count }) => {
  if (template !== undefined) {
    server.rest = restOf(template);
    return;
  }
  for (let number = first; number < first + count; number += 1) {
    const entry = JSON.parse(`{"id":"${server.rest(number)}`).payload.data.activityAdded;
    entry.activity.createdAt = new Date(entry.activity.createdAt);
    pubsub.publish(`activity:${entry.activity.workspaceId}`, entry);
  }
});
process.on('disconnect', () => process.exit());
server.on('listening', () => process.send({ port: server.address().port }));
