import type { Client } from 'graphql-ws';
import { expect } from 'vitest';
import { errorCatalogue } from '../../src/errors.ts';
import type { GraphqlAnswer, TestServer } from '../support/server.ts';

type Errors = NonNullable<GraphqlAnswer['errors']>;

/** What no message may ever show: a stack, SQL, a path of this machine, a name of a package's file. */
const leaks =
  /\n\s+at |\b(?:SELECT|INSERT|UPDATE|DELETE|FROM)\b.*"|"ActivityLog"|node_modules|\/work\/|\/src\/|\.(?:ts|js|mjs):\d|ECONN/;

/** Every error is of the catalogue, says which field of the input is at fault, and says nothing that it should not. */
export function expectSafeErrors(errors: GraphqlAnswer['errors'], secrets: readonly string[] = []): Errors {
  expect(errors?.length).toBeGreaterThan(0);
  for (const { message, extensions } of errors as Errors) {
    expect(Object.keys(errorCatalogue)).toContain(extensions.code);
    expect(extensions.code, message).not.toBe('INTERNAL');
    if (extensions.code === 'BAD_USER_INPUT') expect(extensions.field, message).toEqual(expect.any(String));
    expect(Object.keys(extensions).filter((key) => key !== 'code' && key !== 'field')).toEqual([]);
    expect(message).not.toMatch(leaks);
    expect(message.length).toBeLessThan(1_000);
    for (const secret of secrets) expect(message).not.toContain(secret);
  }
  return errors as Errors;
}

/** One request as it stands. */
export async function send(server: TestServer, init: RequestInit, path = '/graphql'): Promise<GraphqlAnswer> {
  const response = await fetch(`${server.url}${path}`, init);
  const text = await response.text();
  return { status: response.status, ...(text === '' ? {} : (JSON.parse(text) as object)) };
}

/** The first answer to an operation over WebSocket; the client throws what was refused before it ran. */
export async function overSocket(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<GraphqlAnswer> {
  try {
    const { value } = await client.iterate({ query, variables }).next();
    return { status: 200, ...(value as object) };
  } catch (errors) {
    if (!Array.isArray(errors)) throw errors;
    return { status: 200, errors };
  }
}

/** The first error's code and field. */
export const refusal = ({ errors }: GraphqlAnswer): [string | undefined, string | undefined] => [
  errors?.[0]?.extensions.code,
  errors?.[0]?.extensions.field,
];

/** Nothing of the operation is in the answer: no data, or null for each field. */
export function expectNoData({ data }: GraphqlAnswer): void {
  expect(
    Object.values(data ?? {})
      .flat()
      .filter((value) => value !== null),
  ).toEqual([]);
}

/** The server still does its work, and has not masked anything as unexpected. */
export async function expectStillWell(server: TestServer): Promise<void> {
  const answer = await server.graphql(
    '{ viewer { subject } timeline(workspaceId: "w1", first: 1) { count { value } } }',
  );
  expect(answer).toMatchObject({ status: 200, data: { viewer: { subject: 'u1' } } });
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  expect(server.lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50)).toEqual([]);
}
