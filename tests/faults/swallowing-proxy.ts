import { onTestFinished } from 'vitest';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import type { ProxiedConnection } from '../support/proxied-connection.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** A proxy in front of a port, for the test that runs. */
export async function proxyOf(port: number): Promise<FaultyProxy> {
  const proxy = await startFaultyProxy({ port, random: new SeededRandom(1) });
  onTestFinished(async () => await proxy.close());
  return proxy;
}

/** From now on nothing goes through the connections that are open; those that are made later work. */
export function swallow(proxy: FaultyProxy): ProxiedConnection[] {
  const open = [...proxy.connections];
  for (const connection of open) connection.swallow();
  return open;
}
