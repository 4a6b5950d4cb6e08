/** The seed's model as the database has it: enums, defaults, indexes, and relations that hold nothing back. */
import { ActivityActorType, ActivityEntityType, ActivitySeverity, ActivityVisibility } from '@prisma/client';
import sql from 'sql-template-tag';
import { beforeAll, expect, it } from 'vitest';
import * as service from '@/core/activity/activity-log.service';
import { acceptEntry } from '../../src/core/activity/entry-schema.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import type { Database } from '../../src/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { allWritten } from '../support/written.ts';

const enums = {
  ActivityEntityType: [
    'WORKSPACE',
    'BRAND',
    'SOCIAL_ACCOUNT',
    'CONTENT',
    'PUBLICATION',
    'MEDIA',
    'USER',
    'SETTINGS',
    'OTHER',
  ],
  ActivityActorType: ['USER', 'SYSTEM', 'WORKER', 'INTEGRATION'],
  ActivityVisibility: ['INTERNAL', 'CLIENT', 'SYSTEM'],
  ActivitySeverity: ['INFO', 'WARNING', 'ERROR'],
} as const;

/** The same, as the two modules of the seed give them to applications. */
const inModules: Record<string, object[]> = {
  ActivityEntityType: [ActivityEntityType, service.ActivityEntityType],
  ActivityActorType: [ActivityActorType, service.ActivityActorType],
  ActivityVisibility: [ActivityVisibility, service.ActivityVisibility],
  ActivitySeverity: [ActivitySeverity, service.ActivitySeverity],
};

const indexes = [
  ['workspaceId', 'createdAt'],
  ['brandId', 'createdAt'],
  ['entityType', 'entityId', 'createdAt'],
  ['eventKey', 'createdAt'],
];

const nullable = ['brandId', 'message', 'context', 'actorUserId', 'actorLabel', 'payload'];

describeOnEachDatabase('the model of the seed', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  it.each(Object.entries(enums))('has the values of %s, in the database and in both modules', async (name, values) => {
    const rows = await database.query<{ value: string }>(
      sql`SELECT enumlabel AS value FROM pg_enum WHERE enumtypid = ${`"${name}"`}::text::regtype ORDER BY enumsortorder`,
    );
    expect(rows.map((row) => row.value)).toEqual(values);
    const expected = Object.fromEntries(values.map((value) => [value, value]));
    expect(inModules[name]).toEqual([expected, expected]);
  });

  it.each(indexes)('has an index that begins with %s, %s', async (...columns: string[]) => {
    const rows = await database.query<{ indexdef: string }>(
      sql`SELECT indexdef FROM pg_indexes WHERE tablename = 'ActivityLog' AND schemaname = current_schema()`,
    );
    const keys = rows.map(({ indexdef }) =>
      /USING btree \((.*)\)$/.exec(indexdef)?.[1]?.replaceAll('"', '').split(', '),
    );
    const fitting = keys.filter((key) => columns.every((column, place) => key?.[place] === column));
    expect(fitting).toHaveLength(1);
    // An index of part of the rows, or with another direction, would not serve the seed's queries.
    expect(fitting[0]?.join(' ')).not.toMatch(/WHERE|DESC|INCLUDE/);
  });

  it('has the columns of the seed, null where the seed has a question mark', async () => {
    const rows = await database.query<{ name: string; nullable: boolean }>(
      sql`SELECT column_name AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns
        WHERE table_name = 'ActivityLog' AND table_schema = current_schema()`,
    );
    const ofSeed = rows.filter((row) => !['idempotencyKey', 'transactionId', 'sequence'].includes(row.name));
    expect(ofSeed.map((row) => row.name).sort()).toEqual(
      [
        ...[
          'id',
          'workspaceId',
          'entityType',
          'entityId',
          'eventKey',
          'actorType',
          'visibility',
          'severity',
          'createdAt',
        ],
        ...nullable,
      ].sort(),
    );
    expect(
      ofSeed
        .filter((row) => row.nullable)
        .map((row) => row.name)
        .sort(),
    ).toEqual([...nullable].sort());
  });

  it('completes a row that Prisma creates with the defaults, without a row of its workspace or brand', async () => {
    const before = Date.now();
    const row = await database.prisma.activityLog.create({
      data: {
        workspaceId: 'nowhere',
        brandId: 'nobody',
        entityType: 'BRAND',
        entityId: 'nobody',
        eventKey: 'brand.created',
        actorType: 'SYSTEM',
        actorLabel: 'Scheduler',
      },
    });
    expect(row).toMatchObject({ visibility: 'INTERNAL', severity: 'INFO', message: null, payload: null });
    expect(row.id).toMatch(/^c[a-z0-9]{20,}$/);
    expect(Math.abs(row.createdAt.getTime() - before)).toBeLessThan(60_000);
  });

  it('completes a row that SQL inserts with the defaults', async () => {
    const [row] = await database.query(
      sql`INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType")
        VALUES ('by-sql', 'w', 'OTHER', 'e', 'a.b', 'SYSTEM') RETURNING "visibility"::text, "severity"::text, "brandId"`,
    );
    expect(row).toEqual({ visibility: 'INTERNAL', severity: 'INFO', brandId: null });
  });

  it('keeps every entry when the rows of its workspace and brand are deleted', async () => {
    const { prisma } = database;
    await prisma.workspace.create({ data: { id: 'w1', name: 'One' } });
    await prisma.brand.create({ data: { workspaceId: 'w1', id: 'b1', name: 'Nike' } });
    const input = service.buildBrandActivity({
      workspaceId: 'w1',
      brandId: 'b1',
      entityId: 'b1',
      eventKey: 'brand.created',
      actorType: 'USER',
      actorUserId: 'u1',
    });
    const [written] = allWritten(await createActivityWriter(database).write([acceptEntry(input)]));
    const find = () => prisma.activityLog.findUnique({ where: { id: written?.activity.id as string } });
    const before = await find();
    expect(before).not.toBeNull();
    await database.query(sql`DELETE FROM "Brand" WHERE "id" = 'b1'`);
    await database.query(sql`DELETE FROM "Workspace" WHERE "id" = 'w1'`);
    expect(await prisma.workspace.count()).toBe(0);
    expect(await find()).toEqual(before);
  });
});
