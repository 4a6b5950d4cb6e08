import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import WebSocket from 'ws';
import { type Config, readConfig } from '../../src/config.ts';
import type { Role } from '../../src/core/activity/visibility.ts';
import { loggerOptions } from '../../src/log.ts';
import { type ServerOptions, startServer } from '../../src/server/server.ts';
import { signToken } from '../../src/server/token.ts';
import type { Database } from '../../src/storage/database.ts';
import type { AskedFor } from './asked-for.ts';

const secret = new TextEncoder().encode('a secret for tests that is long enough');

export interface TokenGrant {
  workspace?: string;
  role?: Role;
  brands?: string[];
  subject?: string;
  /** Seconds. */
  ttl?: number;
}

export interface GraphqlAnswer {
  status: number;
  data?: Record<string, AskedFor> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; field?: string } }[];
}

/**
 * The real server on a free port over a database that is open; `lines` is what it logged. Close it (it closes the
 * database too) in a hook or at the end of the test.
 */
export async function startTestServer(
  database: Database,
  overrides: Partial<Config> = {},
  { index }: Pick<ServerOptions, 'index'> = {},
) {
  const lines: string[] = [];
  const config = {
    ...readConfig({ PORT: '0', ACTIVITY_POLL_INTERVAL_MS: '20', ACTIVITY_SPOOL_DIR: 'off' }),
    ...overrides,
  };
  const logger = pino({ ...loggerOptions, level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const server = await startServer({ config, database, secret, logger, index });

  const token = ({ workspace = '*', role = 'operator', brands = [], subject = 'u1', ttl = 3600 }: TokenGrant = {}) =>
    signToken(config, secret, { workspaceId: workspace, role, brandIds: brands, subject, ttl });

  /** One GraphQL operation by POST; `as` is a token, null for nobody. */
  async function graphql(query: string, variables: object = {}, as?: string | null): Promise<GraphqlAnswer> {
    const bearer = as === undefined ? await token() : as;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }

  /** A graphql-ws client; dispose it. */
  function socket(bearer: string | (() => Promise<string>)) {
    return createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: async () => ({
        authorization: `Bearer ${typeof bearer === 'string' ? bearer : await bearer()}`,
      }),
    });
  }

  return { url: server.url, close: () => server.close(), config, secret, lines, token, graphql, socket };
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;
