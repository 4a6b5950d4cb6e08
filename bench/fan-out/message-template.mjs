// A message of ours, taken apart so that peers can send the same bytes with another number inside.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import { entryOf, shownNumber, subscription } from './entries.mjs';
import { problemOf } from './full-socket.mjs';

/** Follows a workspace with a client of its own and returns the text of entry number 1 as it came. */
export async function captureMessage({ port, token, workspaceId, commit }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  await once(socket, 'open');
  const subscriber = { id: randomUUID(), variables: { workspaceId } };
  const received = new Promise((resolve, reject) => {
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString());
      if (message.type === 'connection_ack') {
        const payload = { query: subscription, variables: subscriber.variables };
        send({ id: subscriber.id, type: 'subscribe', payload });
      } else if (message.type === 'next') {
        const problem = problemOf(message, subscriber);
        if (problem === undefined) resolve(data.toString());
        else reject(new Error(`A message has ${problem}`));
      } else if (message.type !== 'ping') reject(new Error(data.toString()));
    });
  });
  send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  const timer = setInterval(() => void commit([entryOf(0, workspaceId)]).catch(() => {}), 200);
  try {
    return await received;
  } finally {
    clearInterval(timer);
    socket.terminate();
  }
}

/** What follows the id in a message, as a function of the entry's number. */
export function restOf(text) {
  const start = '{"id":"'.length + randomUUID().length;
  const parts = text.slice(start).split(shownNumber(0));
  return (number) => parts.join(shownNumber(number));
}

/** The same message with another length, by its cursor: those of ours grow with the transaction ids inside them. */
export function resized(text, bytes) {
  const more = Math.round(bytes) - Buffer.byteLength(text);
  const mark = '"liveCursor":"';
  const at = text.indexOf(mark) + mark.length;
  return more < 0 ? text.slice(0, at) + text.slice(at - more) : text.slice(0, at) + 'x'.repeat(more) + text.slice(at);
}
