/** Requests of somebody who wants to do harm: each is refused in words of the catalogue or bounded, and the service goes on. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { EventReader } from '../server/event-reader.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type GraphqlAnswer, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/stored-entries.ts';
import { hostileBodies } from './hostile-bodies.ts';
import { hostileDocuments, inlineFragments } from './hostile-documents.ts';
import { hostileExports } from './hostile-exports.ts';
import { added, asked, entry, type HostileRequest, logMany, logOne, many, texts } from './hostile-request.ts';
import { hostileRetention } from './hostile-retention.ts';
import { hostileValues } from './hostile-values.ts';
import { expectNoData, expectSafeErrors, refusal } from './refusals.ts';

/** Characters of an answer: of a refusal, and of anything at all. */
const [longestRefusal, longestAnswer] = [64_000, 1_000_000];
/** Bytes that two more rounds of all of it may leave behind. */
const mostLeftBehind = 32 * 1024 * 1024;

/** What every object has: as long as nobody adds to it. */
const everyObject = Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).sort();

/** What the process holds after a garbage collection. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // Buffers are let go of only after what held them.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What the service has logged of faults of its own. */
const faultsLogged = (lines: string[]) => lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50);

/** The result in an answer, of whichever kind it is; of an export that it is there. */
function resultOf({ headers }: Response, text: string): Omit<GraphqlAnswer, 'status'> {
  if (headers.has('activity-log-export')) return { data: {} };
  const [, event] = /^event: next\ndata: (.*)$/m.exec(text) ?? [];
  return text === '' ? {} : (JSON.parse(event ?? text) as Omit<GraphqlAnswer, 'status'>);
}

/** What came of a request, in the words of the tables. */
function outcomeOf(answer: GraphqlAnswer): string {
  const status = answer.status === 200 ? '' : `${answer.status} `;
  if (answer.errors === undefined) return answer.data === undefined ? status.trim() : `${status}answered`;
  const [code, field] = refusal(answer);
  return `${status}${code} ${/^x+$/.test(field ?? '') ? 'xxx' : field}`;
}

/** So many at once as a busy machine still has connections for in time. */
const atOnce = 32;

describeOnEachDatabase('a hostile request', (open, kind) => {
  let database: Database;
  let server: TestServer;
  let tokens: Record<'operator' | 'client', string>;
  /** What came of each request when it was alone. */
  const outcomes = new Map<HostileRequest, string>();
  beforeAll(async () => {
    database = await open();
    // As many exports as come at once below.
    server = await startTestServer(database, { exportsAtOnce: atOnce });
    const client = await server.token({ workspace: 'w1', role: 'client', brands: ['b1'] });
    tokens = { operator: await server.token(), client };
    const input = many(1_000, (number) => ({ ...entry, entityId: `e${number}`, message: texts(20, (n) => `w${n}`) }));
    await server.graphql(logMany, { input });
    await server.graphql(logOne, { input: { ...entry, workspaceId: 'w2' } });
  });
  afterAll(async () => await server.close());

  const send = async ({ path = '/graphql', search = '', headers, body, as = 'operator' }: HostileRequest) => {
    const response = await fetch(`${server.url}${path}${search}`, {
      method: body === undefined ? 'GET' : 'POST',
      // A connection each: one that is kept may be ended as idle in the very moment in which it is used again, where the
      // event loop of both sides has stood still for longer than that.
      headers: {
        connection: 'close',
        ...headers,
        ...(as === 'nobody' ? {} : { authorization: `Bearer ${tokens[as]}` }),
      },
      body: body ?? null,
    });
    const text = await response.text();
    return { text, answer: { status: response.status, ...resultOf(response, text) } };
  };

  /** Nothing of the process is in an answer, and of the request only a little. */
  function expectHarmless(text: string, { errors }: GraphqlAnswer): void {
    const password = new URL(inject('postgresUrl')).password;
    const secrets = [Buffer.from(server.secret).toString(), password, ...Object.values(tokens)];
    for (const secret of secrets) expect(text.includes(secret)).toBe(false);
    expect(text.length).toBeLessThan(errors === undefined ? longestAnswer : longestRefusal);
    if (errors !== undefined) expectSafeErrors(errors, secrets);
  }

  it('comes to nothing: braces that take about as much stack as there is', async () => {
    // First of all: code that has not run yet takes the most.
    for (let levels = 1_500; levels < 4_500; levels += 50) {
      const { text, answer } = await send(asked(inlineFragments(levels)));
      expect(['answered', 'LIMIT_EXCEEDED query'], `${levels} levels`).toContain(outcomeOf(answer));
      expectHarmless(text, answer);
    }
  });

  describe.each([
    ['document', hostileDocuments],
    ['value', hostileValues],
    ['body', hostileBodies],
    ['export', hostileExports],
    ['retention', hostileRetention],
  ])('by its %s', (_, requests) => {
    it.each(requests)('comes to nothing: %s', async (_name, request, expected) => {
      const linesBefore = server.lines.length;
      const { text, answer } = await send(request);
      outcomes.set(request, outcomeOf(answer));
      expect(outcomeOf(answer)).toBe(expected);
      expectHarmless(text, answer);
      // What clients ask for in the tables is others'.
      if (request.as === 'client') expectNoData(answer);
      expect(faultsLogged(server.lines.slice(linesBefore))).toEqual([]);
    });
  });

  it('comes to nothing: 20 subscriptions to all that a filter takes, left without a word', async () => {
    const list = (value: string) => many(100, (number) => `${value}${number}`);
    const filter = {
      brandIds: list('b'),
      actorLabels: list('l'),
      contexts: list('c'),
      search: texts(64, (n) => `-w${n}`),
    };
    const body = JSON.stringify({ query: added, variables: { filter: { ...filter, eventKeys: list('a.b') } } });
    const readers = await Promise.all(
      many(20, () => EventReader.open({ url: `${server.url}/graphql`, token: tokens.operator, body })),
    );
    expect(readers.map(({ contentType }) => contentType)).toEqual(many(20, () => 'text/event-stream'));
    for (const reader of readers) reader.leave();
  });

  const allAtOnce = async () => {
    const all = [...outcomes];
    for (let first = 0; first < all.length; first += atOnce) {
      const some = all.slice(first, first + atOnce);
      const work = some.map(async ([request]) => outcomeOf((await send(request)).answer));
      expect(await Promise.all(work)).toEqual(some.map(([, outcome]) => outcome));
    }
  };

  it('comes to the same, and holds no more memory, when many of them come at once, again and again', async () => {
    // What is kept within bounds (documents, the memory of the embedded database) is there after a first round.
    await allAtOnce();
    const held = await heldBytes();
    for (let round = 0; round < 2; round += 1) await allAtOnce();
    expect((await heldBytes()) - held).toBeLessThan(mostLeftBehind);
  }, 90_000);

  it('leaves a service that answers and is ready', async () => {
    const { answer } = await send(asked('{ viewer { subject } }'));
    expect(answer).toEqual({ status: 200, data: { viewer: { subject: 'u1' } } });
    const ready = await fetch(`${server.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ok', checks: { process: 'ok', database: 'ok', migrations: 'ok', feed: 'idle' } },
    ]);
    expect(Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).sort()).toEqual(everyObject);
  });

  it.runIf(kind === 'postgres')('leaves no connection of the database busy', async () => {
    const busy = sql`SELECT "state", "query" FROM pg_stat_activity WHERE datname = current_database()
      AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND "state" <> 'idle'`;
    // The indexer looks for work now and then.
    await until(
      async () => await database.query(busy),
      (rows) => rows.length === 0,
    );
  });
});
