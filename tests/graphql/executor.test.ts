/** Whatever is executed by compiled code is answered as by graphql-js: random operations over the whole schema. */
import fc from 'fast-check';
import { OperationTypeNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePageCursor } from '@/core/activity/page-cursor.ts';
import type { Viewer } from '@/core/activity/visibility.ts';
import { Executor } from '@/graphql/executor.ts';
import { formatBrandId } from '@/graphql/node.ts';
import { schema } from '@/graphql/schema.ts';
import { brandIds, eventKeys, generatedEntry, onDatabase, traps } from '../support/generated-entries.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { storedEntries } from '../support/stored-entries.ts';
import {
  type Asked,
  compare,
  documentOf,
  expectSame,
  isByCode,
  openWorld,
  operator,
  runsOf,
  viewerOf,
  type World,
} from './compared-executions.ts';
import { type GeneratedOperation, misshapen, operationOf, type Style } from './generated-operations.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => await world.database.close());

const executor = new Executor(schema, { compileFrom: 1 });
const viewers: readonly (Viewer | undefined)[] = [
  ...[operator, operator, operator, viewerOf('w1', 'admin')],
  ...[viewerOf('w1', 'client'), viewerOf('*', 'writer'), undefined],
];

type Make = (random: SeededRandom) => unknown;
const moments = [
  ...['2026-01-31T23:59:59.999Z', '2026-02-01T01:00:00.001+01:00', '2026-02-01T00:00:00Z', '1970-01-01T00:00:00Z'],
];
const json: readonly unknown[] = [
  ...[null, true, 0, -0, 1.5, 1e300, '', '"', 'INFO', '$v1', moments[0], [], {}, [[null]], { a: { b: [1, null] } }],
  ...[JSON.parse('{ "constructor": 1, "toString": { "then": [] } }'), JSON.parse('{ "__proto__": { "a": 1 } }')],
];
/** What graphql-jit writes into its code for values that JSON has not. */
const magic = [
  '__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8',
  '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d0',
];
const globalIds = () => [
  ...world.entries.slice(0, 6).map(({ id }) => `ActivityLog:${id}`),
  ...['Workspace:w1', 'Workspace:w2', 'Workspace:nowhere', 'ActivityLog:nothing', 'ActivityLog:\u0000', 'Nothing:x'],
  ...['b1', 'b2', 'nothing'].map((id) => `Brand:${formatBrandId({ workspaceId: 'w1', id })}`),
];
const workspace: Make = (random) => random.pick(['w1', 'w1', 'w1', 'w2', 'w2', 'nowhere', '\u0000']);
const brand: Make = (random) => random.pick([...brandIds, 'nothing']);

/** An entry to be logged, and with a key: repeated, it is there already. */
const input: Make = (random) => {
  const chosen = Object.entries({
    brandId: brand(random),
    message: random.pick([...traps, ...magic]),
    context: null,
    payload: random.pick(json),
    visibility: random.pick(['CLIENT', 'SYSTEM', null]),
    severity: 'ERROR',
    createdAt: random.pick(moments),
  }).filter(() => random.chance(0.4));
  return {
    workspaceId: random.pick(['m1', 'm1', 'm2', '']),
    entityType: 'CONTENT',
    entityId: random.pick(['e1', 'ö 😀']),
    eventKey: random.chance(0.85) ? random.pick(eventKeys) : 'Bad',
    actorType: 'USER',
    actorUserId: 'u1',
    idempotencyKey: `k${random.whole(0, 2 ** 31)}`,
    ...Object.fromEntries(chosen),
  };
};
const inputs: Make = (random) => Array.from({ length: random.whole(0, 3) }, () => input(random));

const byPlace: Record<string, Make> = {
  'Query.timeline.workspaceId': workspace,
  'Query.workspace.id': workspace,
  'Query.brand.workspaceId': workspace,
  'Query.brand.id': brand,
  'ActivityFilter.brandIds[]': brand,
  'ActivityFilter.eventKeys[]': (random) => random.pick([...eventKeys, 'a.*', 'publication.*', 'Bad']),
  'ActivityFilter.search': (random) => random.pick(['a', 'publication', 'failed', '']),
  'ActivityEntityInput.id': (random) => random.pick(world.entries).entityId,
  'ActivityConnection.count.limit': (random) => random.pick([0, 1, 5, 100, 100, -1, 100_001]),
  'Query.__type.name': (random) => random.pick(['Node', 'ActivityLog', 'ActivityFilter', 'DateTime', 'Nothing']),
  'Mutation.activityLog.input': input,
  'Mutation.activityLogMany.input': inputs,
  String: (random) => random.pick([...traps, ...magic, 'e1', 'u1', 'Worker', 'b1']),
  ID: (random) => (random.chance(0.95) ? btoa(random.pick(globalIds())) : random.pick(['', 'x', 5])),
  Int: (random) => random.whole(-2, 5),
  Boolean: (random) => random.chance(0.5),
  DateTime: (random) => random.pick(moments),
  JSON: (random) => random.pick(json),
};
/** By the last part of the place. */
const byName: Record<string, Make> = {
  first: (random) => (random.chance(0.95) ? random.whole(0, 3) : random.pick([-1, 501])),
  last: (random) => (random.chance(0.95) ? random.whole(0, 3) : random.pick([-1, 501])),
  after: (random) => (random.chance(0.9) ? closePageCursor(random.pick(world.entries)) : random.pick(['', 'é'])),
  before: (random) => (random.chance(0.9) ? closePageCursor(random.pick(world.entries)) : random.pick(['', 'é'])),
};
const makeValue: Style['makeValue'] = (place, random) =>
  (byPlace[place] ?? byName[place.slice(place.lastIndexOf('.') + 1)])?.(random);

/** By their seeds: they are told in full where they fail. */
function operations(style: Omit<Style, 'makeValue'>): fc.Arbitrary<GeneratedOperation & Asked & { seed: number }> {
  return fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 })).map((seed) => {
    const random = new SeededRandom(seed);
    return { ...operationOf(schema, random, { ...style, makeValue }), viewer: random.pick(viewers), seed };
  });
}
/** Sealed anew each time, or of the moment. */
const sealed = [
  'ActivityConnection.liveCursor',
  'RetentionPreview.asOf',
  'ActivityExportPayload.url',
  'ActivityExportPayload.expiresAt',
];
/** What changes with each entry that is written. */
const changing = [
  ...sealed,
  ...['Node.id', 'ActivityLog.id', 'ActivityLog.databaseId', 'ActivityLog.createdAt'],
  ...['Workspace.timeline', 'Brand.timeline'],
  ...['LegalHold.id', 'LegalHold.placedAt'],
];

/** Compares what is executed for the second time: what has a key is there from the first time on. */
async function compareAgain(asked: Asked): ReturnType<typeof compare> {
  await runsOf(world, executor, asked).plain(documentOf(asked.text));
  return await compare(world, executor, asked);
}

describe('an executor that compiles answers as graphql-js does', () => {
  it.each(['program', 'hand'] as const)('to queries of a %s', async (by) => {
    const count = { all: 0, compiled: 0, withoutErrors: 0 };
    await fc.assert(
      fc.asyncProperty(operations({ root: OperationTypeNode.QUERY, by, without: sealed }), async (asked) => {
        const { answer, compiled } = await compare(world, executor, asked);
        count.all += 1;
        if (compiled) count.compiled += 1;
        if (answer.errors === undefined) count.withoutErrors += 1;
      }),
      { ...onDatabase, numRuns: 300 },
    );
    expect(count.withoutErrors / count.all).toBeGreaterThan(0.4);
    // By hand nearly everything has something that cannot be compiled.
    if (by === 'program') expect(count.compiled / count.all).toBeGreaterThan(0.9);
  });

  it.each([
    [OperationTypeNode.QUERY, sealed],
    [OperationTypeNode.MUTATION, changing],
  ] as const)('to a %s with variables that are wrong', async (root, without) => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(operations({ root, by: 'program', without }), async (asked) => {
        const random = new SeededRandom(asked.seed);
        const names = Object.keys(asked.variables);
        fc.pre(names.length > 0);
        for (let time = 0; time < 3; time += 1) {
          const name = random.pick(names);
          const { [name]: value, ...rest } = asked.variables;
          const wrong = random.chance(0.1) ? {} : { [name]: misshapen(value, random) };
          const { answer } = await compareAgain({ ...asked, variables: { ...rest, ...wrong } });
          if (answer.data === undefined) refused += 1;
        }
      }),
      { ...onDatabase, numRuns: 100 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it.each(['program', 'hand'] as const)('to mutations of a %s', async (by) => {
    let compiled = 0;
    await fc.assert(
      fc.asyncProperty(operations({ root: OperationTypeNode.MUTATION, by, without: changing }), async (asked) => {
        if ((await compareAgain(asked)).compiled) compiled += 1;
      }),
      { ...onDatabase, numRuns: 150 },
    );
    // Those of one field, about every second one.
    if (by === 'program') expect(compiled).toBeGreaterThan(30);
  });

  it('to entries of all kinds, and writes the same', async () => {
    const document = documentOf(`mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results {
      duplicate error { code field message } activity { brandId entityType entityId eventKey message context actorType
      actorUserId actorLabel payload visibility severity createdAt } } } }`);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(generatedEntry(['']), { minLength: 1, maxLength: 10 }), async (generated) => {
        runs += 1;
        const write = async (workspaceId: string, how: 'compiled' | 'plain') => {
          const input = generated.map(({ id, payloadText, ...entry }, at) => ({
            ...entry,
            ...(payloadText === null ? {} : { payload: JSON.parse(payloadText) as unknown }),
            // The last one has the key of the first one, and mostly says something else.
            idempotencyKey: `k${at % Math.max(generated.length - 1, 1)}`,
            createdAt: entry.createdAt.toISOString(),
            workspaceId,
          }));
          const asked = { text: '', variables: { input } };
          const answer = await runsOf(world, executor, asked)[how](document);
          expect(isByCode(answer)).toBe(how === 'compiled');
          const stored = await storedEntries(world.database, workspaceId);
          return {
            answer,
            stored: stored.map(({ id, workspaceId: _, transactionId, sequence, ...entry }) => entry),
          };
        };
        const [one, other] = [await write(`one${runs}`, 'compiled'), await write(`other${runs}`, 'plain')];
        expectSame(one.answer, other.answer);
        expect(one.stored).toEqual(other.stored);
        expect(one.stored).toHaveLength(Math.max(generated.length - 1, 1));
      }),
      { ...onDatabase, numRuns: 60 },
    );
  });
});
