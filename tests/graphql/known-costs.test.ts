/** What is remembered of an operation's cost is true: what costs too much is refused whatever was asked before. */
import {
  type ExecutionResult,
  GraphQLInt,
  type GraphQLObjectType,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Executor } from '@/graphql/executor.ts';
import { schema } from '@/graphql/schema.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { documentOf, openWorld, runsOf, type World } from './compared-executions.ts';

const messagesOf = ({ errors = [] }: ExecutionResult) => errors.map(({ message }) => message).sort();

type Cost = (args: Record<string, unknown>) => unknown;

/** The fields whose cost depends on their arguments. */
const priced = Object.values(schema.getTypeMap())
  .filter((type): type is GraphQLObjectType => isObjectType(type))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })))
  .flatMap(({ name, field }) => {
    const cost = field.extensions['complexity'];
    return typeof cost === 'function' ? [{ name, field, cost: cost as Cost }] : [];
  });

describe('what a field costs', () => {
  it('depends on arguments in more than one place', () => {
    expect(priced.length).toBeGreaterThan(3);
  });

  it.each(priced)('depends on whole numbers and the lengths of lists alone: $name', ({ field, cost }) => {
    const looked: string[] = [];
    const lengthOnly = new Proxy([] as unknown[], {
      get: (_list, property) => {
        looked.push(String(property));
        return property === 'length' ? 3 : undefined;
      },
    });
    const args: Record<string, unknown> = {};
    const forbidden: string[] = [];
    for (const { name, type } of field.args) {
      const bare = getNullableType(type);
      if (bare === GraphQLInt) args[name] = 7;
      else if (isListType(bare)) args[name] = lengthOnly;
      else Object.defineProperty(args, name, { get: () => void forbidden.push(name) });
    }
    expect(JSON.stringify(cost(args))).toContain('multiplier');
    expect([forbidden, looked.filter((property) => property !== 'length')]).toEqual([[], []]);
  });
});

describe('an operation that is executed again and again', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => await world.database.close());

  const text = `query ($w: String!, $first: Int = 400, $inner: Int, $ids: [ID!]!) {
    timeline(workspaceId: $w, first: $first) { edges { node { id workspace { timeline(first: $inner) { edges { cursor } } } } } }
    nodes(ids: $ids) { id ... on ActivityLog { message } } }`;
  const sizes = [undefined, null, 0, 1, 10, 100, 500];
  const lists = [
    'ActivityLog:x',
    [],
    ['ActivityLog:x', 'ActivityLog:y'],
    Array.from({ length: 500 }, () => 'ActivityLog:x'),
  ];
  const all = sizes.flatMap((first) => sizes.flatMap((inner) => lists.map((ids) => ({ first, inner, ids }))));

  it('is refused for its cost as if it came for the first time', async () => {
    const executor = new Executor(schema, { compileFrom: 1 });
    const document = documentOf(text);
    const random = new SeededRandom(1);
    let refused = 0;
    // Each of them twice, in any order.
    const shuffled = [...all, ...all].map((one) => ({ one, place: random.next() })).sort((a, b) => a.place - b.place);
    for (const { one } of shuffled) {
      const { first, ...others } = one;
      const variables = { w: 'nowhere', ...others, ...(first === undefined ? {} : { first }) };
      const { compiled, plain } = runsOf(world, executor, { text, variables });
      const expected = messagesOf(await plain(document));
      expect(messagesOf(await compiled(document)), JSON.stringify(variables)).toEqual(expected);
      if (expected.some((message) => message.includes('complexity'))) refused += 1;
    }
    expect(refused).toBeGreaterThan(20);
    expect(refused).toBeLessThan(all.length);
  });
});
