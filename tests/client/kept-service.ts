import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type ActivityLogClientOptions,
  type ActivityLogInput,
  type ClientProblem,
  createActivityLogClient,
} from '../../src/client/client.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { readTrail } from '../support/trail.ts';

export const entry = (entityId: string, rest: object = {}): ActivityLogInput => ({
  workspaceId: 'w1',
  entityType: 'CONTENT',
  entityId,
  eventKey: 'content.created',
  actorType: 'SYSTEM',
  actorLabel: 'Scheduler',
  ...rest,
});

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'activity-log-client-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A service that can be stopped and started again at its address, over a database of its own. */
export async function startService(overrides: Parameters<typeof startTestServer>[1] = {}) {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  let server: TestServer;
  const start = async (port: number) => {
    const database = await openPostgres({ url, applicationName: 'service', statementTimeout: 500 });
    server = await startTestServer(database, { port, ...overrides });
    return server;
  };
  const first = await start(0);
  const port = Number(new URL(first.url).port);
  onTestFinished(async () => await server.close());
  return {
    url: first.url,
    databaseUrl: url,
    token: first.token,
    stop: async () => await server.close(),
    startAgain: async () => void (await start(port)),
    trail: async () => (await readTrail(url)).map(({ key }) => key),
  };
}

/** A client of the test that runs, with what it was told and the requests that it made. */
export function startClient(options: Omit<ActivityLogClientOptions, 'fetch' | 'onProblem'>) {
  const problems: ClientProblem[] = [];
  const requests: string[] = [];
  const client = createActivityLogClient({
    ...options,
    fetch: (input, init) => {
      requests.push(String(init?.body));
      return fetch(input, init);
    },
    onProblem: (problem) => void problems.push(problem),
  });
  onTestFinished(async () => await client.close({ timeout: 100 }));
  return { client, problems, requests, kinds: () => problems.map(({ kind }) => kind) };
}
