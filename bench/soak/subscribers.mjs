// Those who follow: one from the beginning to the end, and guests that come for a while and go, one way or the other.
import { setTimeout as delay } from 'node:timers/promises';
import { ofDist } from '../support/dist.mjs';
import { atRate } from './pace.mjs';
import { workspaceId } from './writers.mjs';

/** Milliseconds that a guest stays, at most. */
const longestVisit = 40_000;

const clientOf = async ({ port, token }) => {
  const { createActivityLogClient } = await import(ofDist('client/client.js'));
  return createActivityLogClient({ url: `http://127.0.0.1:${port}`, token });
};

/** Follows the workspace from now on. `end` waits until everything acknowledged has come, for a minute at most. */
export async function followSteadily(service, ledger) {
  const client = await clientOf(service);
  const { liveCursor: after } = await client.timeline({ workspaceId, first: 0 });
  const onRetry = ({ error }) => ledger.fail('the steady subscriber was cut', error);
  const following = (async () => {
    for await (const { activity } of client.subscribe({ workspaceId, after, onRetry }))
      ledger.receive(Number(activity.entityId));
  })();
  return {
    end: async () => {
      for (const deadline = Date.now() + 60_000; ledger.missing().length > 0 && Date.now() < deadline; )
        await delay(100);
      await client.close();
      await following;
    },
  };
}

/** Reads events until the signal, and goes without a word. */
async function visitByEvents({ port, token }, signal) {
  const query = `subscription { activityAdded(workspaceId: "${workspaceId}") { liveCursor activity { databaseId } } }`;
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
    signal,
  });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  for await (const _ of response.body) if (signal.aborted) break;
}

async function visitBySocket(service, signal) {
  const client = await clientOf(service);
  // Some ask for little, some for everything; those who ask for the same share their executions.
  const filter = [{}, { brandIds: ['brand-2'] }, { eventKeys: ['sign.in'] }][Math.floor(Math.random() * 3)];
  for await (const _ of client.subscribe({ workspaceId, filter, signal, retries: 0 }));
  await client.close();
}

/** Guests come so many times a second until the signal, with which those who are there go too. */
export async function visit({ service, ledger, signal, rate }) {
  let number = 0;
  await atRate(rate, signal, async () => {
    number += 1;
    // Not AbortSignal.any() of AbortSignal.timeout(): Node 20 may collect that one before it fires.
    const leaving = new AbortController();
    const leave = () => leaving.abort();
    const timer = setTimeout(leave, Math.random() * longestVisit);
    signal.addEventListener('abort', leave);
    try {
      await (number % 2 === 0 ? visitByEvents : visitBySocket)(service, leaving.signal);
      ledger.done.visits += 1;
    } catch (error) {
      if (leaving.signal.aborted) ledger.done.visits += 1;
      else ledger.fail('a guest', error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    }
  });
}
