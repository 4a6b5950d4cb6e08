/**
 * The connection that listens for hints of other servers breaks, again and again: what is committed meanwhile arrives when
 * it is back, and then hints work as before. The poll is a minute away: only a hint explains that anything arrives at all.
 */
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ActivityLogClient, createActivityLogClient } from '../../src/client/client.ts';
import type { Database } from '../../src/storage/database.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import type { ProxiedConnection } from '../support/proxied-connection.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

interface Listener {
  pid: number;
  port: number;
}

describe('the listening connection of a server with a subscriber', () => {
  let postgres: TestDatabase;
  let proxy: FaultyProxy;
  let observer: Database;
  let servers: [TestServer, TestServer];
  let clients: [ActivityLogClient, ActivityLogClient];
  const received: string[] = [];
  let onEntry = () => {};
  let following: Promise<void>;
  const written: string[] = [];

  beforeAll(async () => {
    postgres = await createTestDatabase();
    proxy = await startFaultyProxy({ port: Number(new URL(postgres.url).port), random: new SeededRandom(1) });
    const throughProxy = new URL(postgres.url);
    throughProxy.port = String(proxy.port);
    observer = await openPostgres({ url: postgres.url, applicationName: 'observer' });
    const start = async (url: string, applicationName: string) =>
      await startTestServer(await openPostgres({ url, applicationName }), { pollInterval: 60_000 });
    servers = [await start(throughProxy.href, 'subscribed'), await start(postgres.url, 'other')];
    const clientOf = async (server: TestServer) =>
      createActivityLogClient({ url: server.url, token: await server.token() });
    clients = [await clientOf(servers[0]), await clientOf(servers[1])];
    const { liveCursor } = await clients[0].timeline({ workspaceId: 'w1', first: 0 });
    following = (async () => {
      for await (const { activity } of clients[0].subscribe({ workspaceId: 'w1', after: liveCursor, retries: 0 })) {
        received.push(activity.entityId);
        onEntry();
      }
    })();
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await following;
    for (const server of servers) await server.close();
    await observer.close();
    await proxy.close();
    await postgres.drop();
  });

  /** Writes at the other server. */
  async function write(count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, place) => `e${written.length + place}`);
    written.push(...ids);
    const common = {
      workspaceId: 'w1',
      entityType: 'OTHER',
      eventKey: 'a.b',
      actorType: 'SYSTEM',
      actorLabel: 'x',
    } as const;
    const results = await clients[1].logMany(ids.map((entityId) => ({ ...common, entityId })));
    expect(results.every(({ activity }) => activity != null)).toBe(true);
  }

  /** Everything that was written has come, and nothing else: long before the poll. */
  async function expectAll(): Promise<void> {
    const all = new Promise<void>((resolve) => {
      onEntry = () => {
        if (received.length >= written.length) resolve();
      };
      onEntry();
    });
    await Promise.race([all, following]);
    expect(received).toEqual(written);
  }

  /** The listening backend, another one than `before`, once it is there. */
  async function listener(before?: Listener): Promise<Listener> {
    return await vi.waitFor(
      async () => {
        const rows = await observer.query<Listener>(
          sql`SELECT pid, client_port AS port FROM pg_stat_activity
            WHERE application_name = 'subscribed listener' AND query LIKE 'LISTEN%' AND state = 'idle'`,
        );
        expect(rows).toHaveLength(1);
        expect(rows[0]?.pid).not.toBe(before?.pid);
        return rows[0] as Listener;
      },
      { timeout: 10_000, interval: 20 },
    );
  }

  async function proxied({ port }: Listener): Promise<ProxiedConnection> {
    for (const connection of proxy.connections) {
      if ((await connection.serverSidePort.catch(() => 0)) === port) return connection;
    }
    throw new Error('the listening connection does not go through the proxy');
  }

  const ways: Record<string, (listening: Listener) => Promise<void>> = {
    'its backend is terminated': async ({ pid }) => {
      await observer.query(sql`SELECT pg_terminate_backend(${pid}::int4)`);
    },
    'it is reset': async (listening) => (await proxied(listening)).cut('reset'),
    'it is closed': async (listening) => (await proxied(listening)).cut('end'),
    'the server hears that nothing more comes': async (listening) => (await proxied(listening)).halfClose('toClient'),
    'PostgreSQL hears that nothing more comes': async (listening) => (await proxied(listening)).halfClose('toServer'),
  };

  it.each(Object.keys(ways))('loses and doubles nothing, and hears hints again, where %s', async (way) => {
    let listening = await listener();
    for (let round = 0; round < 3; round += 1) {
      await write(5);
      await expectAll();
      await ways[way]?.(listening);
      // Nobody listens, or will in a moment.
      await write(5);
      await expectAll();
      listening = await listener(listening);
      await write(5);
      await expectAll();
    }
  });
});
