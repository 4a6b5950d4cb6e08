/** `logActivity(entry, { tx })` inside the business transaction of an application, with our generated client. */

import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type ActivityInput,
  buildBrandActivity,
  closeActivityLog,
  configureActivityLog,
  logActivity,
} from '@/core/activity/activity-log.service';
import type { Database } from '../../src/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const entry = (key: string, rest: Partial<ActivityInput> = {}) => ({
  ...buildBrandActivity({
    workspaceId: 'w1',
    brandId: 'b1',
    entityId: key,
    eventKey: 'brand.created',
    message: key,
    actorType: 'USER',
    actorUserId: 'u1',
    payload: { key, list: [1, { deep: 'é"\\' }] },
  }),
  ...rest,
});

describeOnEachDatabase('logActivity in a transaction of Prisma', (open) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    configureActivityLog({ logger: pino({ level: 'silent' }) });
    database = await open();
    server = await startTestServer(database);
  });
  afterAll(async () => {
    await closeActivityLog();
    await server.close();
  });
  beforeEach(async () => {
    await database.prisma.workspace.deleteMany();
  });

  const business = async () => (await database.prisma.workspace.findMany()).map(({ id }) => id);
  const trail = async (entityId: string) => await database.prisma.activityLog.findMany({ where: { entityId } });

  it('commits the entry with the business write', async () => {
    const logged = await database.prisma.$transaction(async (tx) => {
      await tx.workspace.create({ data: { id: 'business' } });
      return await logActivity(entry('committed'), { tx });
    });
    expect(await business()).toEqual(['business']);
    expect(await trail('committed')).toMatchObject([{ id: logged?.id, payload: entry('committed').payload }]);
  });

  it('rolls the entry back with the business write', async () => {
    const failed = database.prisma.$transaction(async (tx) => {
      await tx.workspace.create({ data: { id: 'business' } });
      expect(await logActivity(entry('rolled-back'), { tx })).toMatchObject({ entityId: 'rolled-back' });
      throw new Error('the business changed its mind');
    });
    await expect(failed).rejects.toThrow('the business changed its mind');
    expect(await business()).toEqual([]);
    expect(await trail('rolled-back')).toEqual([]);
  });

  it('leaves the transaction usable where an entry is refused, and swallowed', async () => {
    await database.prisma.$transaction(async (tx) => {
      expect(await logActivity(entry('', {}), { tx })).toBeNull();
      await tx.workspace.create({ data: { id: 'after-refusal' } });
    });
    expect(await business()).toEqual(['after-refusal']);
  });

  it('leaves the transaction usable where the database refuses an entry, and it is swallowed', async () => {
    await database.prisma.$transaction(async (tx) => {
      await tx.workspace.create({ data: { id: 'before' } });
      await tx.$executeRawUnsafe(`ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> 'never')`);
      expect(await logActivity(entry('never'), { tx })).toBeNull();
      expect(await logActivity(entry('still'), { tx })).toMatchObject({ entityId: 'still' });
      await tx.workspace.create({ data: { id: 'behind' } });
      await tx.$executeRawUnsafe(`ALTER TABLE "ActivityLog" DROP CONSTRAINT "never"`);
    });
    expect((await business()).sort()).toEqual(['before', 'behind']);
    expect(await trail('never')).toEqual([]);
    expect(await trail('still')).toHaveLength(1);
  });

  it('keeps the entries that are logged at the same time as one that fails, and is swallowed', async () => {
    const logged = await database.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> 'never')`);
      const all = await Promise.all(['all-1', 'never', 'all-2', 'all-3'].map((key) => logActivity(entry(key), { tx })));
      await tx.$executeRawUnsafe(`ALTER TABLE "ActivityLog" DROP CONSTRAINT "never"`);
      return all;
    });
    expect(logged.map((one) => one?.entityId)).toEqual(['all-1', undefined, 'all-2', 'all-3']);
    const kept = await database.prisma.activityLog.findMany({ where: { entityId: { startsWith: 'all-' } } });
    expect(kept.map(({ entityId }) => entityId).sort()).toEqual(['all-1', 'all-2', 'all-3']);
  });

  it('fails the transaction where the database refuses an entry and swallowErrors is false', async () => {
    const failed = database.prisma.$transaction(async (tx) => {
      await tx.workspace.create({ data: { id: 'before' } });
      await tx.$executeRawUnsafe(`ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> 'never')`);
      await logActivity(entry('never'), { tx, swallowErrors: false });
    });
    await expect(failed).rejects.toThrow();
    expect(await business()).toEqual([]);
  });

  it('gives the entry back that is already there where the idempotency key is', async () => {
    const keyed = (message: string) => entry('keyed', { message, idempotencyKey: 'once' });
    const [first, again, other] = await database.prisma.$transaction(async (tx) => [
      await logActivity(keyed('first'), { tx, swallowErrors: false }),
      await logActivity(keyed('first'), { tx, swallowErrors: false }),
      await logActivity(keyed('second'), { tx }),
    ]);
    for (const found of [again, other]) {
      expect(found?.id).toBe(first?.id);
      expect(found?.message).toBe('first');
      expect(found?.createdAt).toEqual(first?.createdAt);
      expect(found?.payload).toEqual(first?.payload);
      expect([typeof found?.transactionId, typeof found?.sequence]).toEqual(['bigint', 'bigint']);
    }
    expect(await trail('keyed')).toHaveLength(1);
  });

  it('says that a key belongs to another entry where errors are not swallowed, and the transaction goes on', async () => {
    const keyed = (message: string) => entry('taken', { message, idempotencyKey: 'taken' });
    await database.prisma.$transaction(async (tx) => {
      await logActivity(keyed('first'), { tx, swallowErrors: false });
      await expect(logActivity(keyed('second'), { tx, swallowErrors: false })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'idempotencyKey',
      });
      await tx.workspace.create({ data: { id: 'after-taken' } });
    });
    expect(await business()).toEqual(['after-taken']);
    expect(await trail('taken')).toHaveLength(1);
  });

  it('shows an entry to live subscribers when its transaction commits, and never one that is rolled back', async () => {
    const client = server.socket(await server.token());
    const followed = client.iterate<{ activityAdded: { activity: { entityId: string } } }>({
      query: `subscription { activityAdded(workspaceId: "w1", after: "${await liveCursor()}") { activity { entityId } } }`,
    });
    const next = followed.next();
    await database.prisma.$transaction(async (tx) => void (await logActivity(entry('live-1'), { tx })));
    await database.prisma
      .$transaction(async (tx) => {
        await logActivity(entry('live-never'), { tx });
        throw new Error('no');
      })
      .catch(() => undefined);
    await database.prisma.$transaction(async (tx) => void (await logActivity(entry('live-2'), { tx })));
    const received = [await next, await followed.next()].map(
      (result) =>
        (result.value as { data: { activityAdded: { activity: { entityId: string } } } }).data.activityAdded.activity
          .entityId,
    );
    expect(received).toEqual(['live-1', 'live-2']);
    await followed.return?.();
    await client.dispose();
  });

  async function liveCursor(): Promise<string> {
    const answer = await server.graphql('{ timeline(workspaceId: "w1", first: 0) { liveCursor } }');
    return answer.data?.['timeline'].liveCursor;
  }
});
