/** A server is killed (SIGKILL) in the middle of an export: that somebody looked is in the trail all the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AskedFor } from '../support/asked-for.ts';
import { createTestDatabase } from '../support/databases.ts';
import { ServerProcess } from '../support/server-process.ts';

/** More than sockets take that nobody reads from. */
const [batches, batch] = [20, 500];

const settings = {
  pglite: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'activity-log-export-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return { ACTIVITY_DATA_DIR: directory };
  },
  postgres: async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    return { DATABASE_URL: url };
  },
};

async function graphql(server: ServerProcess, query: string, variables: object = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await server.token()}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: AskedFor; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

test.each(['pglite', 'postgres'] as const)('who looked is known after it (%s)', async (kind) => {
  const server = await ServerProcess.start(await settings[kind]());
  onTestFinished(async () => void (await server.stop()));
  for (let turn = 0; turn < batches; turn += 1) {
    const input = Array.from({ length: batch }, (_, place) => ({
      workspaceId: 'w1',
      entityType: 'CONTENT',
      entityId: `c${turn * batch + place}`,
      eventKey: 'content.created',
      actorType: 'SYSTEM',
      actorLabel: 'test',
      payload: 'x'.repeat(2_000),
    }));
    const mutation =
      'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate } } }';
    await graphql(server, mutation, { input });
  }
  const filter = { eventKeys: ['content.*'] };
  const query = new URLSearchParams({ workspaceId: 'w1', format: 'jsonl', filter: JSON.stringify(filter) });
  const headers = { authorization: `Bearer ${await server.token({ subject: 'the-one-who-looked' })}` };
  const response = await fetch(`${server.url}/export?${query}`, { headers });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect((await reader.read()).value?.length).toBeGreaterThan(0);
  await server.crash();
  const readOn = async () => {
    while (!(await reader.read()).done);
  };
  await expect(readOn()).rejects.toThrow();

  const entries =
    '{ timeline(workspaceId: "w1", filter: { eventKeys: ["settings.*"] }) { edges { node { eventKey actorUserId payload } } } }';
  const { timeline } = await graphql(server, entries);
  expect(timeline.edges.map(({ node }: { node: object }) => node)).toEqual([
    {
      eventKey: 'settings.exported',
      actorUserId: 'the-one-who-looked',
      payload: { format: 'jsonl', filter, moment: expect.any(String), by: 'token' },
    },
  ]);
});
