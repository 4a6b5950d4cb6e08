import { once } from 'node:events';
import WebSocket from 'ws';
import type { ServerProcess } from './server-process.ts';

/** For the environment of a server process that is to be measured: its inspector, on a free port. */
export const measurable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

export interface ServerMemory {
  /** What it holds after a garbage collection: the heap, and the buffers outside of it. Bytes. */
  retained: number;
  /** What the operating system has given it, freed or not. Bytes. */
  resident: number;
}

/** Asks a server process that runs with `measurable`. Resident memory alone would show when garbage was last collected. */
export async function serverMemory(server: ServerProcess): Promise<ServerMemory> {
  const address = /Debugger listening on (ws:\S+)/.exec(server.stderr)?.[1];
  if (address === undefined) throw new Error(`The server has no inspector: ${server.stderr}`);
  const inspector = new WebSocket(address);
  await once(inspector, 'open');
  const call = async (method: string, params: object = {}) => {
    inspector.send(JSON.stringify({ id: 1, method, params }));
    for (;;) {
      const [data] = (await once(inspector, 'message')) as [Buffer];
      const { id, result } = JSON.parse(data.toString());
      if (id === 1) return result;
    }
  };
  await call('HeapProfiler.collectGarbage');
  const expression =
    '(({ heapUsed, external, rss }) => ({ retained: heapUsed + external, resident: rss }))(process.memoryUsage())';
  const { result } = await call('Runtime.evaluate', { expression, returnByValue: true });
  inspector.terminate();
  return result.value as ServerMemory;
}
