import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { acceptEntry } from '../../src/core/activity/entry-schema.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import type { Database } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { startTestServer } from '../support/server.ts';

/** Opens the same database again and again. */
async function reopenable(kind: Database['kind']): Promise<() => Promise<Database>> {
  if (kind === 'postgres') {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    return async () => await openPostgres({ url, applicationName: 'client restart test' });
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'activity-log-restart-'));
  onTestFinished(async () => await rm(dataDir, { recursive: true }));
  return async () => await openPglite({ dataDir });
}

async function write(database: Database, from: number, to: number): Promise<void> {
  const entries = Array.from({ length: to - from }, (_, i) =>
    acceptEntry({
      workspaceId: 'w1',
      entityType: 'CONTENT',
      entityId: `e${from + i}`,
      eventKey: 'content.created',
      actorType: 'SYSTEM',
      actorLabel: 'Scheduler',
    }),
  );
  await createActivityWriter(database).write(entries);
}

describe.each(['pglite', 'postgres'] as const)('a service that is restarted under a subscriber (%s)', (kind) => {
  it('loses and doubles nothing, through three restarts on the same port', async () => {
    const open = await reopenable(kind);
    let database = await open();
    await migrate(database);
    let server = await startTestServer(database);
    const { port } = new URL(server.url);
    const client = createActivityLogClient({ url: server.url, token: async () => await server.token() });
    try {
      const { liveCursor } = await client.timeline({ workspaceId: 'w1', first: 0 });
      const received: string[] = [];
      const reading = (async () => {
        for await (const { activity } of client.subscribe({ workspaceId: 'w1', after: liveCursor })) {
          received.push(activity.entityId);
          if (received.length === 400) return;
        }
      })();
      for (let round = 0; round < 3; round += 1) {
        await write(database, round * 100, round * 100 + 50);
        await server.close();
        database = await open();
        // Nobody serves while these are committed.
        await write(database, round * 100 + 50, round * 100 + 100);
        server = await startTestServer(database, { port: Number(port) });
      }
      await write(database, 300, 400);
      await reading;
      expect(received).toEqual(Array.from({ length: 400 }, (_, i) => `e${i}`));
    } finally {
      client.close();
      await server.close();
    }
  });
});
