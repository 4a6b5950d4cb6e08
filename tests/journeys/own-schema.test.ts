/**
 * An application with a Prisma client of its own, generated from the seed's model without our columns: it writes entries
 * itself, and gives its transaction to logActivity. On PostgreSQL only: no second process can open the embedded database.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildContentActivity,
  closeActivityLog,
  configureActivityLog,
  logActivity,
  type PrismaTransaction,
} from '@/core/activity/activity-log.service';
import type { PrismaClient as OurClient } from '../../src/storage/generated/prisma/client.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { generateClient, ownSchema } from './own-schema.ts';

/** The part of the application's client that these tests use; the real types exist once it is generated. */
interface OwnClient {
  activityLog: Pick<OurClient['activityLog'], 'create' | 'findMany' | 'createMany'>;
  workspace: Pick<OurClient['workspace'], 'create' | 'findMany'>;
  $transaction<T>(work: (tx: OwnClient & PrismaTransaction) => Promise<T>): Promise<T>;
  $disconnect(): Promise<void>;
}
interface Added {
  activityAdded: { activity: { entityId: string; message: string | null; payload: unknown } };
}

const content = (entityId: string, rest: object = {}) => ({
  ...buildContentActivity({
    workspaceId: 'w1',
    brandId: 'b1',
    entityId,
    eventKey: 'content.scheduled',
    message: 'Content scheduled for publication',
    actorType: 'SYSTEM',
    actorLabel: 'Scheduler',
    payload: { platforms: ['instagram', 'facebook'], b: 1, a: null },
  }),
  ...rest,
});

describe('an application with a Prisma client of its own', () => {
  const endings: (() => unknown)[] = [];
  let own: OwnClient;
  let server: TestServer;

  beforeAll(async () => {
    configureActivityLog({ logger: pino({ level: 'silent' }) });
    endings.unshift(closeActivityLog);
    const database = await createTestDatabase();
    endings.unshift(database.drop);
    server = await startTestServer(await openPostgres({ url: database.url, applicationName: 'own schema test' }));
    endings.unshift(server.close);
    const generated = await generateClient(ownSchema);
    endings.unshift(generated.remove);
    const { PrismaClient } = (await import(generated.url)) as { PrismaClient: new (options: object) => OwnClient };
    own = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url }) });
    endings.unshift(() => own.$disconnect());
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });

  async function follow() {
    const client = server.socket(await server.token());
    const { data } = await server.graphql('{ timeline(workspaceId: "w1", first: 0) { liveCursor } }');
    const entries = client.iterate<Added>({
      query: `subscription ($after: String) { activityAdded(workspaceId: "w1", after: $after) {
        activity { entityId message payload } } }`,
      variables: { after: data?.['timeline'].liveCursor },
    });
    return {
      next: async () => {
        const { value } = await entries.next();
        return (value as { data: Added }).data.activityAdded.activity;
      },
      end: async () => {
        await entries.return?.();
        await client.dispose();
      },
    };
  }

  it('creates entries with `create`, which timelines and live subscribers get', async () => {
    const feed = await follow();
    const created = await own.activityLog.create({ data: content('by-create') as never });
    expect(created).toMatchObject({ visibility: 'INTERNAL', severity: 'INFO', payload: content('').payload });
    expect(await feed.next()).toEqual({
      entityId: 'by-create',
      message: 'Content scheduled for publication',
      payload: content('').payload,
    });
    await feed.end();
    const { data } = await server.graphql(
      `{ timeline(workspaceId: "w1", filter: { entities: [{ type: CONTENT, id: "by-create" }] }) {
        edges { node { databaseId payload } } } }`,
    );
    expect(data?.['timeline'].edges).toEqual([{ node: { databaseId: created.id, payload: content('').payload } }]);
  });

  it('creates many at once, which live subscribers get in their order', async () => {
    const feed = await follow();
    const ids = ['many-3', 'many-1', 'many-2'];
    await own.activityLog.createMany({ data: ids.map((id) => content(id)) as never });
    expect([await feed.next(), await feed.next(), await feed.next()].map(({ entityId }) => entityId)).toEqual(ids);
    await feed.end();
  });

  it('gives its transaction to logActivity: the entry commits with the business write, and is live then', async () => {
    const feed = await follow();
    const logged = await own.$transaction(async (tx) => {
      await tx.workspace.create({ data: { id: 'own-business' } });
      const entry = await logActivity(content('by-tx'), { tx, swallowErrors: false });
      expect((await own.activityLog.findMany({ where: { entityId: 'by-tx' } })).length).toBe(0);
      return entry;
    });
    expect(await feed.next()).toMatchObject({ entityId: 'by-tx', payload: content('').payload });
    await feed.end();
    const [row] = await own.activityLog.findMany({ where: { entityId: 'by-tx' } });
    expect(row).toMatchObject({ id: logged?.id, createdAt: logged?.createdAt, payload: content('').payload });
    expect((await own.workspace.findMany()).map(({ id }) => id)).toContain('own-business');
  });

  it('rolls both back together', async () => {
    const failed = own.$transaction(async (tx) => {
      await tx.workspace.create({ data: { id: 'own-never' } });
      await logActivity(content('never'), { tx, swallowErrors: false });
      throw new Error('the business changed its mind');
    });
    await expect(failed).rejects.toThrow('the business changed its mind');
    expect(await own.activityLog.findMany({ where: { entityId: 'never' } })).toEqual([]);
    expect((await own.workspace.findMany()).map(({ id }) => id)).not.toContain('own-never');
  });

  it('goes on with its transaction after an entry that was refused or failed, and swallowed', async () => {
    await own.$transaction(async (tx) => {
      expect(await logActivity(content('x', { workspaceId: '' }), { tx })).toBeNull();
      await tx.$executeRawUnsafe(`ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> 'never')`);
      expect(await logActivity(content('y', { message: 'never' }), { tx })).toBeNull();
      await tx.workspace.create({ data: { id: 'own-after' } });
      await tx.$executeRawUnsafe(`ALTER TABLE "ActivityLog" DROP CONSTRAINT "never"`);
    });
    expect((await own.workspace.findMany()).map(({ id }) => id)).toContain('own-after');
    expect(await own.activityLog.findMany({ where: { entityId: { in: ['x', 'y'] } } })).toEqual([]);
  });
});
