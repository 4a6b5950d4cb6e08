/** The audits of graphql-http for GraphQL over HTTP, recommendations included, against the real server. */
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const names = serverAudits({ url: 'http://localhost' }).map(({ id, name }) => [name, id] as const);

describeOnEachDatabase('GraphQL over HTTP', (open) => {
  let server: TestServer;
  let bearer: string;
  beforeAll(async () => {
    server = await startTestServer(await open());
    bearer = await server.token();
  });
  afterAll(async () => await server.close());

  async function audit(id: string, headers: Record<string, string>): Promise<string> {
    const fetchFn = async (input: string, init: RequestInit = {}) =>
      await fetch(input, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } });
    const found = serverAudits({ url: `${server.url}/graphql`, fetchFn }).find((one) => one.id === id);
    const result = await found?.fn();
    return result?.status === 'ok' ? 'ok' : `${result?.status}: ${result?.reason}`;
  }

  it('is audited in 61 points', () => {
    expect(names).toHaveLength(61);
  });

  it.each(names)('passes with a token: %s', async (_, id) => {
    expect(await audit(id, { authorization: `Bearer ${bearer}` })).toBe('ok');
  });

  // The audits ask for __typename only, which says nothing about anybody's data.
  it.each(names)('passes without a token: %s', async (_, id) => {
    expect(await audit(id, {})).toBe('ok');
  });
});
