// A client as applications have them: the package ws and JSON.parse. It checks everything that it gets.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import WebSocket from 'ws';
import { entryOf, subscription } from './entries.mjs';
import { numberIn } from './light-socket.mjs';

const given = {
  id: /^\S{10,}$/,
  databaseId: /^\w{20,}$/,
  createdAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  visibility: /^INTERNAL$/,
  severity: /^INFO$/,
};

/** What is wrong with a message; undefined where nothing is. */
export function problemOf({ id, payload, ...rest }, subscriber) {
  if (id !== subscriber.id) return `the id ${id} of another subscription`;
  if (!isDeepStrictEqual(rest, { type: 'next' })) return `more than there should be: ${JSON.stringify(rest)}`;
  if (!isDeepStrictEqual(Object.keys(payload), ['data'])) return `a payload with ${Object.keys(payload)}`;
  const { activity, liveCursor, ...others } = payload.data.activityAdded;
  if (Object.keys(others).length > 0 || !/^[\w-]{40,}$/.test(liveCursor)) return `the cursor ${liveCursor}`;
  for (const [field, pattern] of Object.entries(given)) {
    if (!pattern.test(activity[field])) return `${field} ${activity[field]}`;
  }
  const { workspaceId } = subscriber.variables;
  const number = Number(/^Entry (\d+) /.exec(activity.message)?.[1]);
  const sent = entryOf(number, workspaceId, activity.entityId);
  const got = Object.fromEntries(Object.entries(activity).filter(([field]) => !(field in given)));
  return isDeepStrictEqual(got, sent) ? undefined : `entry ${number} as ${JSON.stringify(got)}`;
}

export class FullSocket {
  #socket;
  closed;

  constructor({ port, token, subscribers, tally }) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    const send = (message) => this.#socket.send(JSON.stringify(message));
    const byId = new Map();
    this.ready = new Promise((resolve) => {
      this.#socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      this.#socket.on('close', (code) => {
        this.closed = code;
        resolve();
      });
      this.#socket.on('message', (data) => {
        tally.arrived();
        const text = data.toString();
        const message = JSON.parse(text);
        if (message.type === 'next') {
          const subscriber = byId.get(message.id);
          const problem = subscriber === undefined ? `the id ${message.id}` : problemOf(message, subscriber);
          if (problem === undefined) tally.receive(subscriber, numberIn(text), data.length);
          else tally.fail(`A message has ${problem}`);
        } else if (message.type === 'connection_ack') {
          for (const subscriber of subscribers) {
            subscriber.id = randomUUID();
            byId.set(subscriber.id, subscriber);
            send({
              id: subscriber.id,
              type: 'subscribe',
              payload: { query: subscription, variables: subscriber.variables },
            });
          }
          resolve();
        } else if (message.type === 'ping') send({ type: 'pong' });
        else tally.fail(`Not expected: ${text.slice(0, 300)}`);
      });
    });
    this.#socket.on('error', () => {});
  }

  close() {
    this.#socket.terminate();
  }
}
