// The process that holds the sockets. The driver tells it by messages what to do (crowd.mjs is its other end).
import { BrokerSocket } from './broker-socket.mjs';
import { FullSocket } from './full-socket.mjs';
import { LightSocket } from './light-socket.mjs';
import { Subscriber, Tally } from './tally.mjs';

const tally = new Tally();
let address;
let sockets = [];
let stalled = [];

function open({ kind, full, subscriptions }) {
  const subscribers = subscriptions.map((one) => new Subscriber(one));
  const options = { ...address, kind, subscribers, tally };
  if (kind !== 'graphql') return new BrokerSocket(options);
  return full ? new FullSocket(options) : new LightSocket(options);
}

const commands = {
  /** Opens sockets, no more than `atOnce` at a time, and answers when all have subscribed. */
  async connect({ kind, port, token, plan, atOnce }) {
    address = { port, token };
    const waiting = [...plan];
    const opener = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const socket = open({ kind, ...one });
        sockets.push(socket);
        await socket.ready;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, opener));
    return { sockets: sockets.length, closed: sockets.filter((socket) => socket.closed !== undefined).length };
  },

  when: ({ total }) => new Promise((resolve) => tally.when(total, resolve)),

  timeEvery: ({ every }) => tally.timeEvery(every),

  latency: ({ first, marks }) => marks.map((list) => tally.latency({ first, marks: list })),

  /** Stalls every nth socket after the next message; their subscribers do not count from now on. */
  keepLast: ({ every }) => {
    stalled = sockets.filter((socket, index) => socket instanceof LightSocket && index % every === every - 1);
    for (const socket of stalled) socket.keepLast();
    return stalled.length;
  },
  pause: () => {
    for (const socket of stalled) socket.pause();
  },

  /** Lets the stalled sockets read on; one that was closed comes back with its cursor. Tells how each of them ended. */
  async wakeUp({ until, patience }) {
    const outcomes = await Promise.all(stalled.map((socket) => readOn(socket, until, Date.now() + patience)));
    return countBy(outcomes);
  },

  report: () => tally.report(),

  stop: () => {
    for (const socket of sockets) socket.close();
    sockets = [];
    process.disconnect();
  },
};

function countBy(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** How a stalled socket came to have everything: without being closed, or over which close codes. */
async function readOn(first, until, deadline) {
  const [subscriber] = first.subscribers;
  let socket = first;
  let how = 'whole';
  socket.resume();
  while (subscriber.next <= until && Date.now() < deadline) {
    if (socket.closed !== undefined) {
      how = how === 'whole' ? `closed ${socket.closed}` : `${how}, ${socket.closed}`;
      subscriber.variables = { ...subscriber.variables, after: socket.liveCursor ?? subscriber.variables.after };
      socket = new LightSocket({ ...address, subscribers: [subscriber], tally });
      socket.keepLast();
      sockets.push(socket);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return subscriber.next > until ? how : `${how}, incomplete`;
}

process.on('message', async ({ call, command, ...options }) => {
  try {
    const answer = await commands[command](options);
    if (process.connected) process.send({ call, answer });
  } catch (error) {
    if (process.connected) process.send({ call, error: error.message });
  }
});
// Without the driver there is nothing to do.
process.on('disconnect', () => process.exit());
process.send('ready');
