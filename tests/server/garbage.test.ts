/** What a page was made of is gone with it: nothing of it is taken into V8's old generation (docs/decisions/0018-garbage.md). */
import { expect, onTestFinished, test, vi } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { openPostgres } from '@/storage/postgres.ts';
import { createTestDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { ServerProcess } from '../support/server-process.ts';

vi.setConfig({ testTimeout: 120_000 });

const callers = 8;
/** Bytes of a page, of the 40,000 that its rows and texts take. */
const few = 10_000;
const query = `query ($first: Int) { timeline(workspaceId: "w1", first: $first) {
  edges { cursor node { id databaseId entityId eventKey message context actorUserId payload createdAt } } } }`;

async function ask(url: string, token: string, pages: number): Promise<void> {
  let left = pages;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables: { first: 50 } }),
      });
      const { data } = (await answer.json()) as { data: { timeline: { edges: unknown[] } } };
      expect(data.timeline.edges).toHaveLength(50);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Bytes of the old generation, and how often it was collected. */
async function oldGeneration(url: string): Promise<{ bytes: number; collections: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (metric: RegExp) => Number(metric.exec(text)?.[1] ?? 0);
  return {
    bytes: read(/^nodejs_heap_space_size_used_bytes\{space="old"\} (\S+)$/m),
    collections: read(/^nodejs_gc_duration_seconds_count\{kind="major"\} (\S+)$/m),
  };
}

test('pages that are served leave nothing behind in the old generation', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const server = await ServerProcess.start({ DATABASE_URL: url });
  onTestFinished(async () => void (await server.stop()));
  const database = await openPostgres({ url });
  onTestFinished(() => database.close());
  const payloadText = JSON.stringify({ before: { title: 'a' }, after: { title: 'b' } });
  await createActivityWriter(database).write(
    Array.from({ length: 60 }, (_, at) =>
      entryOf({ id: `entry-${at}`, message: `What happened as number ${at}`, payloadText }),
    ),
  );
  const token = await server.token();
  // Until everything is compiled, and V8 has made up its mind.
  await ask(server.url, token, 3_000);
  const left: number[] = [];
  // What was taken there meanwhile keeps others until it is collected; a collection hides what there was.
  while (left.length < 12 && !left.some((bytes) => bytes < few)) {
    const before = await oldGeneration(server.url);
    await ask(server.url, token, 500);
    const after = await oldGeneration(server.url);
    expect(before.bytes).toBeGreaterThan(1_000_000);
    left.push(after.collections > before.collections ? Number.POSITIVE_INFINITY : (after.bytes - before.bytes) / 500);
  }
  expect(Math.min(...left), `bytes left by each page: ${left.join(', ')}`).toBeLessThan(few);
});
