import { getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '@/graphql/schema.ts';
import { shareDocument } from '@/graphql/shared-document.ts';

function formOf(text: string, operationName?: string) {
  const document = parse(text);
  expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
  const operation = getOperationAST(document, operationName);
  if (operation == null) throw new Error('there is no such operation');
  return shareDocument(schema, document, operation);
}

const plain = 'subscription { activityAdded(workspaceId: "w1") { activity { id message } liveCursor } }';
const fragmented = `subscription { activityAdded(workspaceId: "w1") { ...A ...B } }
  fragment A on ActivityAdded { activity { ...C } }
  fragment B on ActivityAdded { liveCursor }
  fragment C on ActivityLog { id message }`;
const switched = `subscription ($w: String!, $x: Boolean!, $y: Boolean!) {
  activityAdded(workspaceId: $w) { activity { id message @include(if: $x) @skip(if: $y) } } }`;

describe('the text of a shared document', () => {
  it.each([
    ['white space', plain, plain.replaceAll(' ', '\n\t, ')],
    ['comments', plain, `# hello\n${plain.replace('id', 'id # this\n')}# bye`],
    ['the name', plain, plain.replace('subscription', 'subscription Feed')],
    ['arguments of the field', plain, plain.replace('"w1"', '"w2", filter: { severities: [ERROR] }, after: "x"')],
    [
      'the order of arguments and of the fields of objects',
      'subscription { activityAdded(workspaceId: "w1", filter: { search: "a", entities: [{ id: "a", type: OTHER }] }, after: "x") { liveCursor } }',
      'subscription { activityAdded(after: "x", filter: { entities: [{ type: OTHER, id: "a" }], search: "a" }, workspaceId: "w1") { liveCursor } }',
    ],
    [
      'variables of the arguments',
      plain,
      plain
        .replace('subscription', 'subscription ($w: String!, $f: ActivityFilter, $a: String = "x")')
        .replace('"w1"', '$w, filter: $f, after: $a'),
    ],
    [
      'the order of fragments',
      fragmented,
      fragmented
        .split('\n')
        .toSorted((a, b) => (b.trim() < a.trim() ? -1 : 1))
        .join('\n'),
    ],
    [
      'fragments and operations that nobody uses',
      plain,
      `query Q { viewer { subject } } ${plain.replace('subscription', 'subscription S')}`,
    ],
    [
      'the order of variables',
      switched,
      switched.replace('$w: String!, $x: Boolean!, $y: Boolean!', '$y: Boolean!, $x: Boolean!, $w: String!'),
    ],
  ])('does not depend on %s', (_what, one, other) => {
    const name = /subscription (S|Feed)/.exec(other)?.[1];
    const [form, otherForm] = [formOf(one), formOf(other, name)];
    expect(otherForm.text).toBe(formOf(one).text);
    expect([form.isShared, otherForm.isShared]).toEqual([true, true]);
    expect(otherForm.variables).toEqual(form.variables);
  });

  it.each([
    ['the fields', plain, plain.replace('message', 'message severity')],
    ['the order of fields', plain, plain.replace('id message', 'message id')],
    ['aliases', plain, plain.replace('id message', 'id m: message')],
    ['an alias of the subscription itself', plain, plain.replace('activityAdded(', 'a: activityAdded(')],
    ['type names', plain, plain.replace('id message', 'id message __typename')],
    ['directives', plain, plain.replace('message', 'message @skip(if: true)')],
    [
      'the value of a directive',
      plain.replace('message', 'message @skip(if: false)'),
      plain.replace('message', 'message @skip(if: true)'),
    ],
    [
      'which variable is used where',
      switched,
      switched.replace('@include(if: $x) @skip(if: $y)', '@include(if: $y) @skip(if: $x)'),
    ],
    [
      'the default of a variable',
      switched.replace('$x: Boolean!', '$x: Boolean! = true'),
      switched.replace('$x: Boolean!', '$x: Boolean! = false'),
    ],
  ])('depends on %s', (_what, one, other) => {
    expect(formOf(other).text).not.toBe(formOf(one).text);
  });

  it('names the variables that matter, and only those', () => {
    expect(formOf(switched).variables).toEqual(['x', 'y']);
    expect(formOf(plain.replace('subscription', 'subscription ($w: String!)').replace('"w1"', '$w')).variables).toEqual(
      [],
    );
    const inFragment = `subscription ($w: String!, $x: Boolean!) { activityAdded(workspaceId: $w) { ...A @include(if: true) } }
      fragment A on ActivityAdded { liveCursor activity @include(if: $x) { id } }`;
    expect(formOf(inFragment).variables).toEqual(['x']);
  });

  it('is that of the operation which is asked for, of several in one document', () => {
    const two = `subscription A { activityAdded(workspaceId: "w1") { ...F } }
      subscription B { activityAdded(workspaceId: "w1") { liveCursor ...F } }
      fragment F on ActivityAdded { activity { id } }`;
    const [document, ...names] = [parse(two), 'A', 'B'];
    const [a, b] = names.map((name) => {
      const operation = getOperationAST(document, name);
      if (operation == null) throw new Error(name);
      return shareDocument(schema, document, operation);
    });
    expect(a?.text).not.toBe(b?.text);
    expect(a?.text).toBe(formOf(two, 'A').text);
    expect(b?.text).toBe(formOf(two, 'B').text);
  });
});

describe('a document', () => {
  const asking = (fields: string) => `subscription { activityAdded(workspaceId: "w1") { ${fields} } }`;
  it.each([
    'activity { workspace { brands { name } } }',
    'activity { workspace { timeline { liveCursor } } }',
    'activity { brand { timeline { count { value } } } }',
    'activity { brand { workspace { brands { id } } } }',
    'activity { id workspace { ... on Workspace { brands @skip(if: true) { id } } } }',
  ])('with a field that is not marked is not shared: %s', (fields) => {
    expect(formOf(asking(fields)).isShared).toBe(false);
    const inFragment = `subscription { activityAdded(workspaceId: "w1") { liveCursor ...F } } fragment F on ActivityAdded { ${fields} }`;
    expect(formOf(inFragment).isShared).toBe(false);
  });

  it('of marked fields alone is shared', () => {
    expect(formOf(asking('__typename activity { brand { workspace { __typename name } } }')).isShared).toBe(true);
  });
});
