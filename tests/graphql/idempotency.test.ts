/** A call that is repeated is harmless, and a key that belongs to another entry is told: over HTTP, by the real servers. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Activity } from '@/core/activity/activity.ts';
import type { Database } from '@/storage/database.ts';
import { describeOnInstances } from '../support/instances.ts';
import { readMetrics } from '../support/prometheus.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { signal } from '../support/signal.ts';
import { runScript, storedEntries, until } from '../support/stored-entries.ts';

const shown = 'activity { databaseId message } duplicate error { code field message }';
const single = `mutation ($input: ActivityLogInput!) { activityLog(input: $input) { ${shown} } }`;
const several = `mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { ${shown} } } }`;

let names = 0;
const fresh = (prefix: string) => `${prefix}${++names}`;
const inputOf = (workspaceId: string, fields: object = {}) => ({
  workspaceId,
  entityType: 'CONTENT',
  entityId: 'c1',
  eventKey: 'content.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
  idempotencyKey: 'k',
  ...fields,
});
const taken = {
  code: 'BAD_USER_INPUT',
  field: 'idempotencyKey',
  message: 'idempotencyKey is already used for a different entry',
};
const told = (activity: Activity | undefined, duplicate: boolean, error: object | null = null) => ({
  activity: { databaseId: activity?.id, message: activity?.message },
  duplicate,
  error,
});

describeOnInstances('idempotency keys through the API', (open, kind) => {
  let databases: [Database, Database];
  let servers: [TestServer, TestServer];
  beforeAll(async () => {
    databases = await open();
    const one = await startTestServer(databases[0]);
    servers = [one, kind === 'pglite' ? one : await startTestServer(databases[1])];
  });
  afterAll(async () => {
    for (const server of new Set(servers)) await server.close();
  });

  /** One call of the n-th server, which must not fail as a whole. */
  async function ask(at: number, query: string, input: unknown, token?: string) {
    const { data, errors } = await (servers[at % 2] as TestServer).graphql(query, { input }, token);
    expect(errors).toBeUndefined();
    return data?.['activityLog'] ?? data?.['activityLogMany'].results;
  }

  it.each(['activityLog', 'activityLogMany'])('writes one entry for 50 callers at once of %s', async (mutation) => {
    for (let round = 0; round < 3; round++) {
      const workspaceId = fresh('callers');
      const input = inputOf(workspaceId, { message: 'once', payload: { b: [1, { d: 1, c: 2 }], a: 'é' } });
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, at) =>
          mutation === 'activityLog' ? await ask(at, single, input) : (await ask(at, several, [input]))[0],
        ),
      );
      const [activity, ...more] = await storedEntries(databases[0], workspaceId);
      expect(more).toEqual([]);
      expect(answers.filter(({ duplicate }) => !duplicate)).toEqual([told(activity, false)]);
      expect(answers.filter(({ duplicate }) => duplicate)).toEqual(Array(49).fill(told(activity, true)));
    }
  });

  it('takes a key once in a call of activityLogMany, and tells of each entry what became of it', async () => {
    const workspaceId = fresh('many');
    const input = [
      inputOf(workspaceId, { message: 'first' }),
      inputOf(workspaceId, { message: 'other key', idempotencyKey: 'k2' }),
      inputOf(workspaceId, { message: 'first' }),
      inputOf(workspaceId, { message: 'second' }),
      inputOf(workspaceId, { message: 'no key', idempotencyKey: null }),
    ];
    const first = await ask(0, several, input);
    const again = await ask(1, several, input);
    const trail = await storedEntries(databases[0], workspaceId);
    expect(trail.map(({ message }) => message)).toEqual(['first', 'other key', 'no key', 'no key']);
    const [one, other, plain, repeated] = trail;
    const behind = [told(one, true), told(one, true, taken)];
    expect(first).toEqual([told(one, false), told(other, false), ...behind, told(plain, false)]);
    expect(again).toEqual([told(one, true), told(other, true), ...behind, told(repeated, false)]);
  });

  it('tells by both mutations that a key belongs to another entry, and gives that entry to who may read it', async () => {
    const workspaceId = fresh('other');
    await ask(0, single, inputOf(workspaceId, { message: 'first' }));
    const [activity] = await storedEntries(databases[0], workspaceId);
    const admin = await servers[1].token({ role: 'admin', subject: 'u1' });
    const own = inputOf(workspaceId, { actorType: 'USER', actorUserId: 'u1', message: 'second' });
    expect(await ask(1, single, inputOf(workspaceId, { message: 'second' }))).toEqual(told(activity, true, taken));
    expect(await ask(1, several, [inputOf(workspaceId, { message: 'second' })])).toEqual([told(activity, true, taken)]);
    expect(await ask(1, single, own, admin)).toEqual(told(activity, true, taken));
    expect(await storedEntries(databases[0], workspaceId)).toEqual([activity]);
    // A key is a workspace's own.
    expect((await ask(1, single, inputOf(fresh('elsewhere'), { message: 'second' }))).duplicate).toBe(false);
  });

  it('tells nothing of the other entry to who may not read it, but gives it back to who sent the same', async () => {
    const workspaceId = fresh('hidden');
    const secret = { message: 'a secret', visibility: 'SYSTEM' };
    await ask(0, single, inputOf(workspaceId, secret));
    const [activity] = await storedEntries(databases[0], workspaceId);
    const writer = await servers[1].token({ role: 'writer' });
    const admin = await servers[1].token({ role: 'admin', subject: 'u1' });
    const byUser = { actorType: 'USER', actorUserId: 'u1' };
    for (const [token, fields] of [
      [writer, { message: 'mine' }],
      // What is hidden from a writer is hidden whoever could see it.
      [writer, { visibility: 'SYSTEM' }],
      [admin, byUser],
    ] as const) {
      const input = inputOf(workspaceId, fields);
      const answer = await servers[1].graphql(single, { input }, token);
      expect(answer.data).toBeNull();
      expect(answer.errors).toMatchObject([
        { message: taken.message, extensions: { code: 'BAD_USER_INPUT', field: 'input.idempotencyKey' } },
      ]);
      const many = await ask(1, several, [input, { ...input, idempotencyKey: null }], token);
      expect(many).toEqual([
        { activity: null, duplicate: false, error: taken },
        { activity: expect.objectContaining({}), duplicate: false, error: null },
      ]);
      for (const text of [JSON.stringify(answer), JSON.stringify(many)]) {
        expect(text).not.toContain(activity?.id);
        expect(text).not.toContain('secret');
      }
    }
    expect(await ask(1, single, inputOf(workspaceId, secret), writer)).toEqual(told(activity, true));
  });

  it('counts what was written, what was there, what said something else, and what was refused by code and field', async () => {
    const workspaceId = fresh('counted');
    const server = servers[0];
    const before = await readMetrics(server);
    await ask(0, several, [
      inputOf(workspaceId, { message: 'first' }),
      inputOf(workspaceId, { message: 'first' }),
      inputOf(workspaceId, { message: 'second' }),
      inputOf(workspaceId, { message: 'third' }),
      inputOf(workspaceId, { eventKey: 'Nope' }),
      inputOf(workspaceId, { message: 'x'.repeat(5_000) }),
      inputOf(workspaceId, { message: 'y'.repeat(5_000) }),
    ]);
    const writer = await server.token({ role: 'writer' });
    await ask(0, several, [inputOf(workspaceId, { createdAt: '2026-01-01T00:00:00Z' })], writer);
    await runScript(databases[0], `ALTER TABLE "ActivityLog" ADD CONSTRAINT "never" CHECK ("message" <> 'never')`);
    const refused = await ask(0, several, [inputOf(workspaceId, { message: 'never', idempotencyKey: null })]);
    await runScript(databases[0], 'ALTER TABLE "ActivityLog" DROP CONSTRAINT "never"');
    expect(refused).toMatchObject([{ activity: null, error: { code: 'BAD_USER_INPUT', field: 'entry' } }]);
    const after = await readMetrics(server);
    const counted = (name: string) => after(name) - before(name);
    expect(counted('entries_written_total')).toBe(1);
    expect(counted('entries_duplicate_total')).toBe(3);
    expect(counted('entries_differing_total')).toBe(2);
    expect(counted('entries_refused_total{code="BAD_USER_INPUT",field="eventKey"}')).toBe(1);
    expect(counted('entries_refused_total{code="BAD_USER_INPUT",field="message"}')).toBe(2);
    expect(counted('entries_refused_total{code="FORBIDDEN",field="createdAt"}')).toBe(1);
    // Names of fields that are no field of an entry are not made into labels.
    expect(counted('entries_refused_total{code="BAD_USER_INPUT",field="other"}')).toBe(1);
  });

  it('shows how many entries wait, how large batches are, how long calls wait and commits take', async () => {
    const workspaceId = fresh('measured');
    const server = servers[0];
    const [held, go] = [signal(), signal()];
    // Nobody else gets the embedded database's one connection before the transaction ends.
    const holding = databases[1].transaction(async (connection) => {
      if (kind === 'postgres') await connection.script('LOCK TABLE "ActivityLog" IN SHARE MODE');
      held.fire();
      await go.fired;
    });
    onTestFinished(go.fire);
    await held.fired;
    const now = () => performance.now() / 1_000;
    const started = now();
    const before = await readMetrics(server);
    const call = (count: number) =>
      ask(0, several, Array(count).fill(inputOf(workspaceId, { idempotencyKey: null })) as object[]);
    const underWay = call(3);
    await until(
      () => readMetrics(server),
      (metric) => metric('write_batch_entries_count') > before('write_batch_entries_count'),
    );
    const begun = now();
    const waiting = [call(2), call(4)];
    await until(
      () => readMetrics(server),
      (metric) => metric('write_queue_entries') === 6,
    );
    const waited = now();
    const during = await readMetrics(server);
    expect(during('write_batch_entries_sum') - before('write_batch_entries_sum')).toBe(3);
    expect(during('write_commit_seconds_count')).toBe(before('write_commit_seconds_count'));
    const ended = now();
    go.fire();
    await holding;
    await Promise.all([underWay, ...waiting]);
    const after = await readMetrics(server);
    const counted = (name: string) => after(name) - before(name);
    expect(after('write_queue_entries')).toBe(0);
    expect(['count', 'sum'].map((part) => counted(`write_batch_entries_${part}`))).toEqual([2, 9]);
    expect(['2', '5', '10'].map((most) => counted(`write_batch_entries_bucket{le="${most}"}`))).toEqual([0, 1, 2]);
    expect(counted('write_wait_seconds_count')).toBe(3);
    expect(counted('write_commit_seconds_count')).toBe(2);
    // Two calls waited at least from when they were seen to wait, and the first batch took at least as long.
    expect(counted('write_wait_seconds_sum')).toBeGreaterThanOrEqual(2 * (ended - waited));
    expect(counted('write_commit_seconds_sum')).toBeGreaterThanOrEqual(ended - begun);
    // Of three calls and two batches none was longer than all of this.
    expect(counted('write_wait_seconds_sum')).toBeLessThanOrEqual(3 * (now() - started));
    expect(counted('write_commit_seconds_sum')).toBeLessThanOrEqual(2 * (now() - started));
  });
});
