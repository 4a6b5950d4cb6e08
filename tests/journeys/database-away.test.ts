/**
 * PostgreSQL is killed (SIGKILL to the postmaster) under two servers with writers and live subscribers, twice, and started
 * again: nothing acknowledged is lost or doubled, nothing is half written, and nobody has to help.
 */
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createDatabaseOn } from '../support/databases-on-server.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { type GraphqlAnswer, startTestServer, type TestServer } from '../support/server.ts';
import { expectSafeErrors, refusal } from './refusals.ts';

const perBatch = 40;
const logMany = `mutation ($input: [ActivityLogInput!]!) {
  activityLogMany(input: $input) { results { duplicate activity { databaseId } } } }`;
const timeline = '{ timeline(workspaceId: "w1", first: 1) { liveCursor edges { node { databaseId } } } }';

/** A promise and what settles it. */
function signal<T = void>() {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

describe('a database that goes away', () => {
  let postgres: PostgresServer;
  let url: string;
  let servers: [TestServer, TestServer];
  let bearer: string;
  const acknowledged: string[] = [];
  const failures: GraphqlAnswer[] = [];

  beforeAll(async () => {
    // What only the WAL writer puts on the disk is lost with certainty.
    postgres = await startPostgresServer(['wal_writer_delay=10s']);
    ({ url } = await createDatabaseOn(postgres.url, 'template1'));
    const start = async (name: string) => await startTestServer(await openPostgres({ url, applicationName: name }));
    servers = [await start('one'), await start('other')];
    bearer = await servers[0].token();
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await postgres.stop();
  });

  const entriesOf = (batch: string) =>
    Array.from({ length: perBatch }, (_, place) => ({
      workspaceId: 'w1',
      entityType: 'OTHER',
      entityId: batch,
      eventKey: 'batch.entry',
      actorType: 'WORKER',
      actorLabel: 'Writer',
      idempotencyKey: `${batch}/${place}`,
    }));

  /** Writes batch after batch until it is stopped, and each as often as it takes, as a good client does. */
  function startWriter(server: TestServer, name: string) {
    let back = Promise.resolve();
    let stopped = false;
    let written = signal();
    const work = (async () => {
      for (let number = 0; !stopped; number++) {
        const input = entriesOf(`${name}-${number}`);
        for (;;) {
          const answer = await server.graphql(logMany, { input }, bearer);
          if (answer.errors === undefined) {
            const results: { activity: { databaseId: string } }[] = answer.data?.['activityLogMany'].results;
            acknowledged.push(...results.map(({ activity }) => activity.databaseId));
            written.settle();
            break;
          }
          failures.push(answer);
          await back;
        }
      }
    })();
    return {
      /** The next batch that is acknowledged. */
      next: async () => {
        written = signal();
        await written.promise;
      },
      pauseUntil: (promise: Promise<void>) => {
        back = promise;
      },
      stop: async () => {
        stopped = true;
        await work;
      },
    };
  }

  /** Follows the workspace over one socket that is never made anew. */
  async function startSubscriber(server: TestServer) {
    const cursor = (await server.graphql(timeline, {}, bearer)).data?.['timeline'].liveCursor as string;
    const client = server.socket(bearer);
    const received: string[] = [];
    const ended: unknown[] = [];
    let wanted: { count: number; settle: () => void } | undefined;
    client.subscribe<{ activityAdded: { activity: { databaseId: string } } }>(
      {
        query: `subscription ($after: String) { activityAdded(workspaceId: "w1", after: $after) { activity { databaseId } } }`,
        variables: { after: cursor },
      },
      {
        next: ({ data, errors }) => {
          if (errors !== undefined) ended.push(errors);
          received.push(data?.activityAdded.activity.databaseId ?? 'nothing');
          if (wanted !== undefined && received.length >= wanted.count) wanted.settle();
        },
        error: (error) => void ended.push(error),
        complete: () => void ended.push('complete'),
      },
    );
    return {
      received,
      ended,
      until: async (count: number) => {
        const reached = signal();
        wanted = { count, settle: reached.settle };
        if (received.length < count) await reached.promise;
      },
      dispose: async () => await client.dispose(),
    };
  }

  const committed = async () => {
    const database = await openPostgres({ url, applicationName: 'committed' });
    try {
      return await database.query<{ id: string; batch: string; key: string }>(
        sql`SELECT "id", "entityId" AS batch, "idempotencyKey" AS key FROM "ActivityLog"`,
      );
    } finally {
      await database.close();
    }
  };
  it('loses nothing, doubles nothing, and works again by itself', { timeout: 90_000 }, async () => {
    const subscribers = [
      await startSubscriber(servers[0]),
      await startSubscriber(servers[0]),
      await startSubscriber(servers[1]),
    ];
    const writers = ['a', 'b', 'c'].map((name, at) => startWriter(servers[at % 2 === 0 ? 0 : 1], name));

    for (const round of [1, 2]) {
      await Promise.all(writers.map((writer) => writer.next()));
      const back = signal();
      for (const writer of writers) writer.pauseUntil(back.promise);
      await postgres.kill();

      for (const server of servers) {
        await expectAway(server);
      }
      await postgres.restart();
      // Before anybody tries again: each batch is there whole, or not at all.
      const sizes = new Map<string, number>();
      for (const { batch } of await committed()) sizes.set(batch, (sizes.get(batch) ?? 0) + 1);
      expect(new Set(sizes.values()), `round ${round}`).toEqual(new Set([perBatch]));
      back.settle();
      await Promise.all(writers.map((writer) => writer.next()));
      for (const server of servers) {
        expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
        expect((await server.graphql(timeline, {}, bearer)).errors).toBeUndefined();
      }
    }
    await Promise.all(writers.map((writer) => writer.stop()));

    const rows = await committed();
    const ids = rows.map(({ id }) => id).sort();
    expect(acknowledged.toSorted()).toEqual(ids);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    for (const subscriber of subscribers) {
      await subscriber.until(ids.length);
      expect(subscriber.received.toSorted()).toEqual(ids);
      expect(subscriber.ended).toEqual([]);
      await subscriber.dispose();
    }
    // Requests did fail meanwhile, and said why.
    expect(failures.length).toBeGreaterThan(0);
    for (const answer of failures) {
      expectSafeErrors(answer.errors, [postgres.url]);
      expect([answer.status, refusal(answer)[0]]).toEqual([503, 'UNAVAILABLE']);
    }
  });

  it('gives transaction ids out again that nobody wrote with, and a live cursor from before misses nothing', async () => {
    const database = await openPostgres({ url, applicationName: 'rolled back' });
    const nextId = async () => {
      const [row] = await database.query<{ id: string }>(
        sql`SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS id`,
      );
      return BigInt(row?.id ?? 0);
    };
    let after = '';
    // A crash forgets them only where nothing else, of the service or of PostgreSQL, was written to disk behind them: until then
    // this shows nothing.
    for (let isForgotten = false, left = 10; !isForgotten; left -= 1) {
      expect(left).toBeGreaterThan(0);
      for (let rolledBack = 0; rolledBack < 50; rolledBack += 1) {
        const work = database.transaction(async (connection) => {
          await connection.query(sql`SELECT pg_current_xact_id()`);
          throw new Error('the business changed its mind');
        });
        await expect(work).rejects.toThrow('the business changed its mind');
      }
      const before = await nextId();
      after = (await servers[0].graphql(timeline, {}, bearer)).data?.['timeline'].liveCursor as string;
      await postgres.kill();
      await postgres.restart();
      isForgotten = (await nextId()) < before;
    }
    await database.close();

    for (const batch of ['late-1', 'late-2']) {
      const { errors } = await servers[1].graphql(logMany, { input: entriesOf(batch) }, bearer);
      expect(errors).toBeUndefined();
    }
    const client = servers[0].socket(bearer);
    const query = `subscription ($after: String) { activityAdded(workspaceId: "w1", after: $after) { activity { entityId } } }`;
    const batches: string[] = [];
    for await (const { data } of client.iterate<{ activityAdded: { activity: { entityId: string } } }>({
      query,
      variables: { after },
    })) {
      if (batches.push(data?.activityAdded.activity.entityId ?? 'nothing') === 2 * perBatch) break;
    }
    expect(batches).toEqual(['late-1', 'late-2'].flatMap((batch) => Array.from({ length: perBatch }, () => batch)));
    await client.dispose();
  });

  /** What everybody is told meanwhile. */
  async function expectAway(server: TestServer) {
    for (const query of [
      timeline,
      '{ workspace(id: "w1") { name } }',
      'mutation { workspaceUpsert(input: { id: "w1", name: "x" }) { id } }',
    ]) {
      const answer = await server.graphql(query, {}, bearer);
      expectSafeErrors(answer.errors, [postgres.url]);
      expect([answer.status, refusal(answer)[0], query]).toEqual([503, 'UNAVAILABLE', query]);
    }
    const ready = await fetch(`${server.url}/health/ready`);
    expect(ready.status).toBe(503);
    expectSafeErrors(((await ready.json()) as GraphqlAnswer).errors, [postgres.url]);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect((await server.graphql('{ viewer { subject } }', {}, bearer)).data).toEqual({ viewer: { subject: 'u1' } });
  }
});
