/** What is compiled, and when. */
import { type DefinitionNode, visit } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Executor } from '@/graphql/executor.ts';
import { schema } from '@/graphql/schema.ts';
import {
  type Asked,
  atOnce,
  compare,
  documentOf,
  expectSame,
  isByCode,
  isCompiled,
  openWorld,
  runsOf,
  type World,
} from './compared-executions.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => await world.database.close());

describe('an executor', () => {
  const text = 'query A { viewer { subject } } query B { viewer { ...F } } fragment F on Viewer { expiresAt }';

  it('compiles an operation when it comes for the third time, each of a document for itself', async () => {
    const document = documentOf(text);
    const executor = new Executor(schema);
    const asked: string[] = [];
    for (const operationName of ['A', 'B', 'A', 'B', 'A', 'A', 'B']) {
      const { compiled, plain } = runsOf(world, executor, { text, operationName });
      const answer = await compiled(document);
      expectSame(answer, await plain(document));
      asked.push(`${operationName}${isByCode(answer) ? ' by code' : ''}`);
    }
    expect(asked).toEqual(['A', 'B', 'A', 'B', 'A by code', 'A by code', 'B by code']);
  });

  /** A definition without the compiler's notes. */
  const forget = (node: DefinitionNode) =>
    visit(node, { Field: (field) => void Reflect.deleteProperty(field, '__internalShouldInclude') });

  it('compiles an operation once, as long as it keeps it, and it keeps 200', async () => {
    const document = documentOf(text);
    const executor = atOnce();
    const ask = async (one: string, operationName?: string, of = documentOf(one)) =>
      await runsOf(world, executor, { text: one, ...(operationName === undefined ? {} : { operationName }) }).compiled(
        of,
      );
    const compiledAgain = async () => {
      document.definitions.map(forget);
      await ask(text, 'A', document);
      return isCompiled(document);
    };
    expect([await compiledAgain(), await compiledAgain(), await compiledAgain()]).toEqual([true, false, false]);
    for (let number = 0; number < 199; number += 1) await ask('{ __typename }');
    expect(await compiledAgain()).toBe(false);
    for (let number = 0; number < 200; number += 1) await ask('{ __typename }');
    expect(await compiledAgain()).toBe(true);
  });

  it.each([
    ['that is not there', text, 'C'],
    ['that is empty', text, ''],
    ['that is empty, where there is one operation', '{ viewer { subject } }', ''],
    ['where there is one operation of another', 'query A { viewer { subject } }', 'B'],
    ['that is left out where there are several', text, undefined],
    ['like a method', text, 'toString'],
  ])('says as graphql-js does that a name of an operation is wrong: one %s', async (_what, one, operationName) => {
    const asked: Asked = { text: one, ...(operationName === undefined ? {} : { operationName }) };
    const { answer, compiled } = await compare(world, atOnce(), asked);
    expect([answer.data, answer.errors?.length, compiled]).toEqual([undefined, 1, false]);
  });

  it('compiles no subscription', async () => {
    const document = documentOf('subscription ($w: String!) { activityAdded(workspaceId: $w) { activity { id } } }');
    await runsOf(world, atOnce(), { text: '', variables: { w: 'w1' } }).compiled(document);
    expect(isCompiled(document)).toBe(false);
  });

  it.each<[string, string, Record<string, unknown>?]>([
    [
      'arguments that are variables',
      'query ($w: String!, $n: Int, $f: ActivityFilter) { timeline(workspaceId: $w, first: $n, filter: $f) { edges { cursor } } }',
      { w: 'w1', f: { eventKeys: 'a.*', from: '2026-01-01T00:00:00Z', severities: ['INFO', 'ERROR'] } },
    ],
    [
      'numbers, names and null',
      'query ($w: String!) { timeline(workspaceId: $w, first: 2, filter: null) { count(limit: 3) { value exact } } }',
      { w: 'w1' },
    ],
    [
      'numbers as defaults of variables',
      'query ($w: String!, $n: Int = 2) { timeline(workspaceId: $w, first: $n) { edges { cursor } } }',
      { w: 'w1' },
    ],
    [
      'fragments',
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ...N ... on Workspace { name ...N } ... { __typename } } }
       fragment N on Node { id ... on Workspace { brands(first: 1) { ...B } } } fragment B on Brand { name workspace { id } }`,
      { ids: [btoa('Workspace:w1'), btoa('Workspace:nowhere')] },
    ],
    ['what the schema says of itself', '{ __schema { types { name fields { name type { kind name } } } } }'],
    [
      'a mutation',
      'mutation ($input: WorkspaceUpsertInput!) { workspaceUpsert(input: $input) { name brands { name } } }',
      { input: { id: 'named', name: 'Name' } },
    ],
  ])('compiles %s', async (_what, one, variables = {}) => {
    const { answer } = await compare(world, atOnce(), { text: one, variables });
    expect([answer.errors, isByCode(answer)]).toEqual([undefined, true]);
  });

  it('compiles cursors that are sealed anew each time', async () => {
    const document = documentOf('query ($w: String!) { timeline(workspaceId: $w) { liveCursor } }');
    const { compiled } = runsOf(world, atOnce(), { text: '', variables: { w: 'w1' } });
    const { timeline } = JSON.parse(JSON.stringify((await compiled(document)).data)) as {
      timeline: { liveCursor: string };
    };
    expect(isCompiled(document)).toBe(true);
    expect(world.services.liveCursors.open(timeline.liveCursor).seen).toBeDefined();
  });

  it('compiles what has 300 selections, written out, and no more', async () => {
    const fields = (count: number) => '__typename '.repeat(count);
    const fragments = `fragment F on Query { ...G ...G } fragment G on Query { ${fields(99)} }`;
    for (const [one, isSmall] of [
      [`{ ${fields(300)} }`, true],
      [`{ ${fields(301)} }`, false],
      [`{ ...F ${fields(99)} } ${fragments}`, true],
      [`{ ...F ${fields(100)} } ${fragments}`, false],
    ] as const) {
      expect((await compare(world, atOnce(), { text: one })).compiled).toBe(isSmall);
    }
  });
});
