import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Fault, type FaultPlan, ProxiedConnection } from './proxied-connection.ts';
import type { SeededRandom } from './seeded-random.ts';

export type { FaultPlan } from './proxied-connection.ts';

export interface FaultyProxyOptions {
  /** Of the server, on 127.0.0.1. It may come and go. */
  port: number;
  /** Where the faults of the plan come from: for the n-th connection always the same. */
  random: SeededRandom;
  plan?: FaultPlan;
}

/** A TCP proxy on 127.0.0.1 in front of a server, with faults by chance (a plan) or on command (its connections). */
export async function startFaultyProxy({ port: target, random, plan }: FaultyProxyOptions) {
  const connections = new Set<ProxiedConnection>();
  const faults: Record<Fault, number> = { reset: 0, end: 0, halfClose: 0, stall: 0, delay: 0, split: 0 };
  let current = plan;
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection = new ProxiedConnection({
      client,
      port: target,
      random: random.fork(accepted),
      plan: () => current,
      onFault: (fault) => {
        faults[fault] += 1;
      },
    });
    accepted += 1;
    connections.add(connection);
    void connection.closed.then(() => connections.delete(connection));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    /** Those that are open, the oldest first. */
    connections: connections as ReadonlySet<ProxiedConnection>,
    /** How often each fault of the plan has happened. */
    faults: faults as Readonly<typeof faults>,
    /** From now on this happens by chance. */
    befall: (next: FaultPlan) => {
      current = next;
    },
    /** From now on nothing happens by chance. */
    calm: () => {
      current = undefined;
    },
    /** Cuts every connection and takes no more. */
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.cut('reset');
      await closed;
    },
  };
}

export type FaultyProxy = Awaited<ReturnType<typeof startFaultyProxy>>;
