import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import sql from 'sql-template-tag';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { ActivityLogError } from '@/errors.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { createBulkLoader } from '@/storage/bulk-loader.ts';
import type { Database } from '@/storage/database.ts';
import { createDirectory } from '@/storage/directory.ts';
import { migrate } from '@/storage/migrate.ts';
import { readMigrations } from '@/storage/migrations.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { clearTermIndex, TermIndexer } from '@/storage/term-index/indexer.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { distinct, entryOf } from '../support/generated-entries.ts';
import { startTestServer } from '../support/server.ts';

const grants = readFileSync(new URL('../../deploy/grants.sql', import.meta.url), 'utf8');
const isDenied = expect.objectContaining({ code: '42501' });

/** A database of an owner who is no superuser, and the way in for a service with the rights of deploy/grants.sql. */
async function openWithRoles() {
  const server = inject('postgresUrl');
  const name = `role_${randomBytes(6).toString('hex')}`;
  const asSuperuser = async (url: string, ...texts: string[]) => {
    const client = new pg.Client({ connectionString: url, application_name: 'roles' });
    await client.connect();
    for (const text of texts) await client.query(text);
    await client.end();
  };
  await asSuperuser(
    server,
    `CREATE ROLE ${name}_owner LOGIN PASSWORD 'owner'`,
    `CREATE ROLE ${name}_service LOGIN PASSWORD 'service'`,
  );
  onTestFinished(async () => await asSuperuser(server, `DROP ROLE ${name}_owner`, `DROP ROLE ${name}_service`));
  const { url, drop } = await createDatabaseOn(server, 'template0');
  onTestFinished(drop);
  await asSuperuser(url, `GRANT CREATE, USAGE ON SCHEMA public TO ${name}_owner`);
  const open = async (role: 'owner' | 'service') => {
    const own = new URL(url);
    [own.username, own.password] = [`${name}_${role}`, role];
    const database = await openPostgres({ url: own.href, applicationName: role });
    onTestFinished(async () => await database.close());
    return database;
  };
  const grant = async (owner: Database) =>
    await owner.transaction((connection) =>
      connection.script(
        grants.replaceAll('activity_log_service', `${name}_service`).replaceAll(/^(BEGIN|COMMIT);/gm, ''),
      ),
    );
  return { open, grant };
}

const fails = async (database: Database, text: string) => {
  await expect(database.query({ text, values: [] }), text).rejects.toEqual(isDenied);
};

describe('with the rights of deploy/grants.sql', () => {
  it('serves: starts, writes, imports, names, pages, searches, indexes and follows', async () => {
    const { open, grant } = await openWithRoles();
    const owner = await open('owner');
    await migrate(owner);
    await grant(owner);
    const database = await open('service');
    const { graphql, close, lines, socket, token } = await startTestServer(database);
    onTestFinished(close);
    const live = socket(await token());
    // Behind a cursor: when it begins is not known here.
    const { data } = await graphql('{ timeline(workspaceId: "w1", first: 0) { liveCursor } }');
    const received = live.iterate({
      query:
        'subscription ($after: String) { activityAdded(workspaceId: "w1", after: $after) { activity { entityId } } }',
      variables: { after: data?.['timeline'].liveCursor },
    });
    const first = received.next();

    const entries = Array.from({ length: 600 }, (_, n) =>
      entryOf({ id: '', entityId: `e${n}`, message: `needle ${n}`, idempotencyKey: `k${n}` }),
    );
    await createBulkLoader(database, createActivityWriter(database)).load(distinct(entries));
    const written = await graphql(
      `mutation { workspaceUpsert(input: { id: "w1", name: "One" }) { name }
        activityLog(input: { workspaceId: "w1", entityType: OTHER, entityId: "last", eventKey: "a.b",
          actorType: SYSTEM, actorLabel: "t", idempotencyKey: "k1" }) { duplicate } }`,
    );
    expect(written.data?.['activityLog']).toEqual({ duplicate: true });
    const indexer = new TermIndexer({ database, least: 1, grace: 0 });
    await indexer.catchUp();
    const page = await graphql(
      '{ timeline(workspaceId: "w1", filter: { search: "needle" }, first: 2) { edges { cursor } } }',
    );
    expect(page.data?.['timeline'].edges).toHaveLength(2);
    expect((await first).value?.data).toMatchObject({ activityAdded: { activity: { entityId: expect.any(String) } } });
    await live.dispose();
    // As a build with other terms does.
    await database.transaction((connection) => clearTermIndex(connection));
    await createDirectory(database).nameBrand({ workspaceId: 'w1', id: 'b1' }, 'Brand');
    expect(lines.filter((line) => /"level":[456]0/.test(line))).toEqual([]);
  });

  it('changes no entry, no key of cursors and no table', async () => {
    const { open, grant } = await openWithRoles();
    const owner = await open('owner');
    await migrate(owner);
    await grant(owner);
    const service = await open('service');
    await fails(service, `UPDATE "ActivityLog" SET "message" = 'changed'`);
    await fails(service, `UPDATE "FeedEpoch" SET "epoch" = 'changed'`);
    await fails(service, 'DELETE FROM "_prisma_migrations"');
    await fails(service, 'TRUNCATE "ActivityLog"');
    await fails(service, 'CREATE TABLE another ()');
    await fails(service, 'ALTER TABLE "ActivityLog" ADD COLUMN another int');
  });

  it('is told whom to ask where the database is not up to date', async () => {
    const { open, grant } = await openWithRoles();
    const owner = await open('owner');
    const service = await open('service');
    const refused = async (work: Promise<unknown>) => {
      const error = await work.then(String, (thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ActivityLogError);
      expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/DATABASE_URL of the owner/) });
    };
    await refused(migrate(service));
    await migrate(owner);
    await grant(owner);
    expect((await migrate(service)).applied).toEqual([]);
    const later = {
      name: '90000000000000_later',
      sql: 'ALTER TABLE "ActivityLog" ADD COLUMN later int',
      checksum: 'c',
    };
    await refused(migrate(service, [...readMigrations(), later]));
    await migrate(owner, [...readMigrations(), later]);
    expect((await migrate(service, [...readMigrations(), later])).applied).toEqual([]);
    // A restore into another cluster, too, is the owner's to settle.
    await owner.query(sql`UPDATE "FeedEpoch" SET "systemIdentifier" = '1'`);
    await refused(migrate(service));
    expect((await migrate(owner)).restored).toBe(true);
    expect((await migrate(service)).restored).toBe(false);
  });
});
