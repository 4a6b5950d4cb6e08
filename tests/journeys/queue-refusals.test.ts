/** Entries that waited for PostgreSQL and are refused when it is back, and settings that `logActivity` cannot use at all. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flushActivityLog, logActivity } from '@/core/activity/activity-log.service';
import { spoolDirectory } from '../../src/storage/entry-spool.ts';
import { ApplicationProcess } from '../support/application-process.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { entry, temporaryDirectory, useLog } from './away-log.ts';

const refusing = {
  'a constraint': `ALTER TABLE "ActivityLog" ADD CONSTRAINT no_bad CHECK ("entityId" NOT LIKE 'bad%')`,
  'a trigger': `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'nothing bad'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON "ActivityLog" FOR EACH ROW WHEN (NEW."entityId" LIKE 'bad%') EXECUTE FUNCTION refuse()`,
};

describe('entries that the database refuses', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(async () => await server.stop());

  /** Entries of which two are bad wait in files; what refuses them comes before they are delivered. */
  async function leaveWaiting(what: keyof typeof refusing) {
    const log = await useLog(server);
    await logActivity(entry('e0'));
    await log.goAway();
    for (const key of ['e1', 'bad 1', 'e2', 'bad 2', 'e3'])
      expect(await logActivity(entry(key, { payload: { of: key } }))).toBeNull();
    await log.reopen();
    await server.restart();
    await log.run(refusing[what]);
    const spool = spoolDirectory({ databaseUrl: log.url, dataDir: log.dataDir, spoolDir: undefined });
    return { log, refused: join(spool, 'refused.jsonl') };
  }

  it.each(['a constraint', 'a trigger'] as const)(
    'block nobody when they are delivered, where %s forbids them: they are logged, and kept aside',
    async (what) => {
      const { log, refused } = await leaveWaiting(what);
      await logActivity(entry('e4'));
      // Until the server takes connections, which it may refuse for a moment after its start.
      await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
      expect(await log.trail()).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
      expect(log.logged('an entry that was kept has been refused')).toEqual([
        expect.objectContaining({ level: 50, eventKey: 'queue.step', reason: expect.stringContaining('constraint') }),
        expect.objectContaining({ level: 50, eventKey: 'queue.step', reason: expect.stringContaining('constraint') }),
      ]);
      const lines = readFileSync(refused, 'utf8').trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual(
        ['bad 1', 'bad 2'].map((key) => ({
          reason: expect.stringContaining('constraint'),
          entry: expect.objectContaining({ entityId: key, payloadText: `{"of":"${key}"}`, id: expect.any(String) }),
        })),
      );
      // What was refused once is not tried again.
      await log.reopen();
      expect(await logActivity(entry('e5'))).toMatchObject({ entityId: 'e5' });
      expect(log.logged('an entry that was kept has been refused')).toHaveLength(2);
    },
  );

  it('are not counted as delivered', async () => {
    const { log } = await leaveWaiting('a constraint');
    await logActivity(entry('e4'));
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    const writtenAtOnce = (await log.metric('entries_written_total')) as number;
    expect(await log.metric('spool_delivered_total')).toBe((await log.trail()).length - writtenAtOnce);
  });

  it.each(['a constraint', 'a trigger'] as const)(
    'are refused at once where it is there, and nobody beside them is kept, where %s forbids them',
    async (what) => {
      const log = await useLog(server);
      await logActivity(entry('e0'));
      await log.run(refusing[what]);
      const answers = await Promise.all(['e1', 'bad 1', 'e2'].map((key) => logActivity(entry(key))));
      await expect(logActivity(entry('bad 2'), { swallowErrors: false })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
      });
      expect(answers.map((answer) => answer?.entityId)).toEqual(['e1', undefined, 'e2']);
      expect(await log.trail()).toEqual(['e0', 'e1', 'e2']);
      expect(await log.metric('spool_kept_total')).toBe(0);
      // Until the server takes connections, which it may refuse for a moment after its start.
      await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    },
  );

  it('are those whose idempotency key has been taken by another entry meanwhile: the others are delivered', async () => {
    const log = await useLog(server);
    await logActivity(entry('e0'));
    await log.goAway();
    await logActivity(entry('e1', { idempotencyKey: 'k' }));
    await logActivity(entry('e2'));
    await log.reopen();
    await server.restart();
    await log.run(
      `INSERT INTO "ActivityLog" ("id", "workspaceId", "entityType", "entityId", "eventKey", "actorType", "actorLabel", "idempotencyKey")
       VALUES ('theirs', 'w1', 'OTHER', 'theirs', 'a.b', 'SYSTEM', 'x', 'k')`,
    );
    await logActivity(entry('e3'));
    // Until the server takes connections, which it may refuse for a moment after its start.
    await vi.waitFor(flushActivityLog, { timeout: 10_000, interval: 20 });
    expect(await log.trail()).toEqual(['e0', 'theirs', 'e2', 'e3']);
    expect(log.logged('an entry that was kept has been refused')).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('idempotencyKey') }),
    ]);
  });
});

describe('settings that cannot be used', () => {
  const bad: Record<string, [code: string, env: Record<string, string>]> = {
    'a DATABASE_URL that is no URL': ['undefined', { DATABASE_URL: 'nonsense' }],
    'a DATABASE_URL of another database': ['undefined', { DATABASE_URL: 'mysql://root:geheim@localhost/app' }],
    'a DATABASE_URL with a bad escape': ['BAD_USER_INPUT', { DATABASE_URL: 'postgresql://u:geheim%zz@localhost/app' }],
    'a schema that is none': ['BAD_USER_INPUT', { DATABASE_URL: 'postgresql://u:geheim@localhost/app?schema=a%20b' }],
    'a host that does not exist': ['UNAVAILABLE', { DATABASE_URL: 'postgresql://u:geheim@nowhere.invalid/app' }],
    'a port where nobody listens': ['UNAVAILABLE', { DATABASE_URL: 'postgresql://u:geheim@127.0.0.1:1/app' }],
    'an ACTIVITY_SPOOL_BYTES that is too small': ['undefined', { DATABASE_URL: '', ACTIVITY_SPOOL_BYTES: '1' }],
  };

  it.each(Object.keys(bad))(
    'never make logActivity throw while errors are swallowed, but otherwise: %s',
    async (what) => {
      const [code, env] = bad[what] as (typeof bad)[string];
      const directory = temporaryDirectory();
      const application = await ApplicationProcess.start({
        name: 'app',
        callers: 2,
        env: { ACTIVITY_SPOOL_DIR: directory, ACTIVITY_DATA_DIR: directory, ...env },
      });
      // It resolves with null, each time.
      await application.log(3);
      expect(application.kept.size).toBe(6);
      await expect(application.insist()).rejects.toThrow(`insist: ${code} `);
      // It is said, without the password.
      expect(application.stderr).toMatch(/cannot be used|could not be logged|is away/);
      expect(application.stderr).not.toContain('geheim');
      expect(existsSync(join(directory, 'pglite'))).toBe(false);
      await application.close();
    },
  );
});
