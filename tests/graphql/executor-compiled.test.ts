/** What must not be compiled, where compiled code would answer in another way or never be done, and what it answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActivityLogError } from '@/errors.ts';
import { numberOf, runScript, storedEntries } from '../support/stored-entries.ts';
import {
  type Asked,
  atOnce,
  compare,
  documentOf,
  expectSame,
  openWorld,
  runsOf,
  viewerOf,
  type World,
} from './compared-executions.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => await world.database.close());

const inputOf = (workspaceId: string, more = '') =>
  `{ workspaceId: "${workspaceId}", entityType: OTHER, entityId: "e1", eventKey: "a.b", actorType: SYSTEM, actorLabel: "test" ${more} }`;

describe('an executor that compiles at once', () => {
  it.each<[string, string, Record<string, unknown>[]]>([
    [
      'texts: the compiler takes some of them for numbers',
      `mutation { activityLog(input: ${inputOf('texts', ', idempotencyKey: "k", message: "__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8"')}) { activity { message } } }`,
      [{}],
    ],
    [
      'objects that have a prototype',
      `mutation { activityLog(input: ${inputOf('prototypes', ', idempotencyKey: "k", payload: { __proto__: { a: 1 } }')}) { activity { payload } } }`,
      [{}],
    ],
    [
      'variables inside of JSON',
      `mutation ($p: JSON) { activityLog(input: ${inputOf('json', ', idempotencyKey: "k", payload: { a: $p, b: [$p] }')}) { activity { payload } error { code } } }`,
      [{ p: 1 }, {}, { p: null }],
    ],
    [
      'variables inside of objects',
      `query ($w: String!, $from: DateTime, $b: String = "b1") { timeline(workspaceId: $w, filter: { from: $from, brandIds: [$b] }) { edges { cursor } } }`,
      [{ w: 'w1' }, { w: 'w1', from: '2026-02-01T00:00:00Z', b: 'b2' }, { w: 'w1', from: null, b: null }],
    ],
    [
      'variables inside of lists',
      'query ($a: ID!, $b: ID = 5) { nodes(ids: [$a, $b]) { id } }',
      [
        { a: btoa('Workspace:w1'), b: btoa('Brand:x') },
        { a: btoa('Workspace:w1'), b: null },
      ],
    ],
    [
      'defaults of variables that are objects: times would be texts',
      'query ($w: String!, $f: ActivityFilter = { from: "2026-02-01T00:00:00Z" }) { timeline(workspaceId: $w, filter: $f) { edges { cursor } } }',
      [{ w: 'w1' }, { w: 'w1', f: {} }],
    ],
    [
      'directives on one of two places of a fragment',
      `query ($w: String!, $x: Boolean!) { a: workspace(id: $w) { ...F @include(if: $x) } b: workspace(id: $w) { ...F } }
       fragment F on Workspace { name }`,
      [
        { w: 'w1', x: false },
        { w: 'w1', x: true },
      ],
    ],
    [
      'directives on one of two equal fragments',
      'query ($w: String!, $x: Boolean!) { workspace(id: $w) { ...F @skip(if: $x) ...F } } fragment F on Workspace { name }',
      [{ w: 'w1', x: true }],
    ],
    [
      'directives whose condition may be null',
      'query ($w: String!, $x: Boolean = true) { workspace(id: $w) { name @include(if: $x) } }',
      [{ w: 'w1', x: null }],
    ],
    ['an alias that is no name in JavaScript', '{ viewer { __proto__: subject subject } }', [{}]],
    [
      'a variable that is no name in JavaScript',
      'query ($w: String!, $__proto__: ActivityFilter) { timeline(workspaceId: $w, filter: $__proto__) { edges { cursor } } }',
      [{ w: 'w1' }],
    ],
    [
      'two fields of a mutation',
      `mutation ($i: WorkspaceUpsertInput!) { a: workspaceUpsert(input: $i) { name } b: workspaceUpsert(input: $i) { id } }`,
      [{ i: { id: 'two', name: 'Name' } }],
    ],
    [
      'a mutation in a fragment: it could have two fields',
      `mutation ($i: WorkspaceUpsertInput!) { ... { a: workspaceUpsert(input: $i) { name } b: workspaceUpsert(input: $i) { id } } }`,
      [{ i: { id: 'two', name: 'Name' } }],
    ],
  ])('does not compile %s', async (_what, text, all) => {
    for (const variables of all) {
      const { answer, compiled } = await compare(world, atOnce(), { text, variables });
      expect(compiled).toBe(false);
      if (!Object.values(variables).includes(null)) expect(answer.errors).toBeUndefined();
    }
  });

  it('does not compile one operation for the directives of another', async () => {
    const text = `query A($x: Boolean!) { viewer { ...F @include(if: $x) } } query B { viewer { ...F } }
      fragment F on Viewer { subject }`;
    const document = documentOf(text);
    const executor = atOnce();
    for (const operationName of ['A', 'B', 'A', 'B']) {
      const { compiled, plain } = runsOf(world, executor, { text, operationName, variables: { x: false } });
      expectSame(await compiled(document), await plain(documentOf(text)));
    }
  });

  it('runs nothing that stands in a text', async () => {
    const code = `__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d0)+(globalThis.taken=true)+(0`;
    for (const [text, variables] of [
      [`{ workspace(id: "${code}") { id } }`, {}],
      [`{ workspace(id: """${code}""") { id } }`, {}],
      [`{ nodes(ids: ["${code}"]) { id } }`, {}],
      [`query ($id: String! = "${code}") { workspace(id: $id) { id } }`, {}],
      [
        `query ($f: ActivityFilter = { search: "${code}" }) { timeline(workspaceId: "w1", filter: $f) { edges { cursor } } }`,
        {},
      ],
      ['query ($id: String!) { workspace(id: $id) { id } }', { id: code }],
      [
        'query ($w: String!, $f: ActivityFilter) { timeline(workspaceId: $w, filter: $f) { edges { cursor } } }',
        { w: code, f: { search: code } },
      ],
    ] as const) {
      await compare(world, atOnce(), { text, variables });
      expect(globalThis).not.toHaveProperty('taken');
    }
  });

  it('is done with fragments that multiply', async () => {
    const levels = Array.from({ length: 24 }, (_, level) => level);
    const fragments = levels.map((level) => {
      const next = level === 23 ? 'name' : `...F${level + 1}`;
      return `fragment F${level} on Workspace { a: brands { workspace { ${next} } } b: brands { workspace { ${next} } } }`;
    });
    const text = `query ($w: String!) { workspace(id: $w) { ...F0 } } ${fragments.join(' ')}`;
    const { answer, compiled } = await compare(world, atOnce(), { text, variables: { w: 'w1' } });
    expect(answer.errors?.map(({ originalError }) => originalError)).toMatchObject([{ code: 'LIMIT_EXCEEDED' }]);
    expect(compiled).toBe(false);
  });

  it('takes no list for an object', async () => {
    const text =
      'query ($w: String!, $f: ActivityFilter) { timeline(workspaceId: $w, filter: $f) { edges { cursor } } }';
    const { answer } = await compare(world, atOnce(), { text, variables: { w: 'w1', f: [] } });
    expect(answer.data).toBeUndefined();
    expect((await compare(world, atOnce(), { text, variables: { w: 'w1', f: {} } })).compiled).toBe(true);
  });

  it('writes nothing behind a field of a mutation that has failed', async () => {
    const log = (name: string) => `${name}: activityLog(input: $${name}) { duplicate }`;
    const input = { workspaceId: 'behind', entityType: 'OTHER', entityId: 'e1', actorType: 'USER', actorUserId: 'u1' };
    const variables = { a: { ...input, eventKey: 'Bad' }, b: { ...input, eventKey: 'a.b' } };
    for (const fields of [`${log('a')} ${log('b')}`, `... { ${log('a')} ${log('b')} }`]) {
      const text = `mutation ($a: ActivityLogInput!, $b: ActivityLogInput!) { ${fields} }`;
      expect((await compare(world, atOnce(), { text, variables })).answer.data).toBeNull();
      expect(await storedEntries(world.database, 'behind')).toEqual([]);
    }
  });

  it('gives nodes at their places where some cannot be read', async () => {
    // The first one is looked for in two tables, one after the other.
    const ids = ['Workspace:unnamed', 'Workspace:w1', 'ActivityLog:a', 'Workspace:w1'].map((id) => btoa(id));
    const text = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
    await runScript(world.database, 'ALTER TABLE "ActivityLog" RENAME TO "Elsewhere"');
    try {
      const { answer, compiled } = await compare(world, atOnce(), { text, variables: { ids } });
      expect(compiled).toBe(true);
      const found = { __typename: 'Workspace', id: btoa('Workspace:w1') };
      expect(answer.data).toEqual({ nodes: [null, found, null, found] });
      expect(answer.errors?.map(({ path }) => path).sort()).toEqual([
        ['nodes', 0],
        ['nodes', 2],
      ]);
    } finally {
      await runScript(world.database, 'ALTER TABLE "Elsewhere" RENAME TO "ActivityLog"');
    }
    expect(await numberOf(world.database, 'SELECT count(*) FROM "ActivityLog"')).toBeGreaterThan(0);
  });

  const page =
    'query ($w: String!, $n: Int) {\r\n  timeline(workspaceId: $w, first: $n) {\r  edges {\n\n cursor } count(limit: $n) { value } } }';
  it.each<[string, string, Record<string, unknown>, Partial<Asked>, { code: string; field?: string }]>([
    ['a value that is refused', page, { w: 'w1', n: -1 }, {}, { code: 'BAD_USER_INPUT', field: 'first' }],
    ['a limit', page, { w: 'w1', n: 501 }, {}, { code: 'LIMIT_EXCEEDED', field: 'first' }],
    [
      'a workspace of others',
      page,
      { w: 'w2' },
      { viewer: viewerOf('w1', 'admin') },
      { code: 'FORBIDDEN', field: 'workspaceId' },
    ],
    ['nobody who asks', page, { w: 'w1' }, { viewer: undefined }, { code: 'UNAUTHENTICATED' }],
    [
      'an error deep inside',
      'query ($w: String!, $n: Int) { timeline(workspaceId: $w, first: 1) {\n# ö 😀\r\n edges { node { id workspace { timeline { count(limit: $n) { value } } } } } } }',
      { w: 'w1', n: -1 },
      {},
      { code: 'BAD_USER_INPUT', field: 'limit' },
    ],
    [
      'a node by what is no id',
      'query ($id: ID!) { node(id: $id) { id } viewer { subject } }',
      { id: 'x' },
      {},
      { code: 'BAD_USER_INPUT', field: 'id' },
    ],
    [
      'an entry that is refused',
      'mutation ($i: ActivityLogInput!) { activityLog(input: $i) { duplicate } }',
      { i: { workspaceId: 'w1', entityType: 'OTHER', entityId: 'e1', eventKey: 'Bad', actorType: 'USER' } },
      {},
      { code: 'BAD_USER_INPUT', field: 'input.eventKey' },
    ],
  ])('keeps the error and its place: %s', async (_what, text, variables, more, expected) => {
    const { answer, compiled } = await compare(world, atOnce(), { text, variables, ...more });
    expect(compiled).toBe(true);
    const [error, ...others] = answer.errors ?? [];
    expect(others).toEqual([]);
    expect(error?.originalError).toBeInstanceOf(ActivityLogError);
    expect(error?.originalError).toMatchObject(expected);
    expect([error?.locations?.length, error?.path?.length]).toEqual([1, expect.any(Number)]);
  });
});
