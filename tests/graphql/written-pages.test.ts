/** Pages that write themselves into the answer (tests/graphql/executor.test.ts holds them against graphql-js). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Executor } from '@/graphql/executor.ts';
import { JsonValueWriter } from '@/graphql/json-bytes.ts';
import { schema } from '@/graphql/schema.ts';
import { type Asked, compare, openWorld, type World } from './compared-executions.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => await world.database.close());

const executor = new Executor(schema, { compileFrom: 1 });

function count(value: unknown): number {
  if (value instanceof JsonValueWriter) return 1;
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum, one) => sum + count(one), 0)
    : 0;
}
/** How many of the answer's pages wrote themselves; it says what graphql-js says. */
async function pagesOf(asked: Asked): Promise<number> {
  const { answer, compiled } = await compare(world, executor, asked);
  expect(compiled).toBe(true);
  return count(answer.data);
}

const ask = (selection: string, rest = '') =>
  `query ($w: String!) { timeline(workspaceId: $w, first: 7) { ${selection} } } ${rest}`.replace(' = W', '');
const variables = { w: 'w1' };
const all = `id databaseId workspaceId brandId entityType entityId eventKey message context actorType actorUserId actorLabel
  payload visibility severity createdAt __typename`;

describe('a page of an operation that comes again', () => {
  it.each([
    ['all fields', `edges { __typename cursor node { ${all} } } pageInfo { hasNextPage endCursor }`, ''],
    ['one field', 'edges { cursor }', ''],
    ['other names', 'entries: edges { at: cursor entry: node { key: eventKey a: message, b: message } }', ''],
    ['the same field twice', 'edges { node { id } cursor } edges { node { id eventKey } }', ''],
    [
      'fragments',
      'edges { ...E ... on ActivityEdge { node { ...N ... on Node { id } ... { severity } } } }',
      'fragment E on ActivityEdge { cursor node { message } } fragment N on ActivityLog { eventKey payload }',
    ],
  ])('writes itself: %s', async (_what, selection, rest) => {
    expect(await pagesOf({ text: ask(selection, rest), variables })).toBe(1);
  });

  it.each([
    ['a workspace', 'edges { node { id workspace { name } } }'],
    ['a brand', 'edges { cursor node { brand { name workspace { id } } } }'],
  ])('does not where a field needs more than the entry: %s', async (_what, selection) => {
    expect(await pagesOf({ text: ask(selection), variables })).toBe(0);
  });

  it('does so in each of several, wherever it stands, and for an empty one', async () => {
    const text = `query ($a: String!, $b: String!) {
      one: timeline(workspaceId: $a, first: 3) { edges { cursor node { id } } }
      other: workspace(id: $a) { name timeline(first: 2) { edges { node { message payload } } } }
      empty: timeline(workspaceId: $b) { edges { cursor } }
    }`;
    expect(await pagesOf({ text, variables: { a: 'w1', b: 'nowhere' } })).toBe(3);
  });

  it('does not where an error has left a null above it', async () => {
    const text = `query ($w: String!, $limit: Int!) { timeline(workspaceId: $w) { edges { cursor } count(limit: $limit) { value } } }`;
    const { answer } = await compare(world, executor, { text, variables: { w: 'w1', limit: -1 } });
    expect(answer.errors).toHaveLength(1);
    expect(count(answer.data)).toBe(0);
  });
});
