/**
 * The history of eight real repositories, a workspace each, written whole and read back by every kind of timeline, page
 * by page in both directions: each equals what is computed from the file. Where the file is not there, it is skipped.
 */
import { pino } from 'pino';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityInput } from '../../src/core/activity/activity.ts';
import { ActivityLog, type Outcome } from '../../src/core/activity/activity-log.ts';
import { Metrics } from '../../src/metrics.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import type { Database } from '../../src/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { historyFile, historyIsMissing, readHistory, seededRandom } from './repository-history.ts';

const seed = 20_261_123;
const walk = `query ($workspace: String!, $filter: ActivityFilter, $first: Int, $after: String, $last: Int, $before: String) {
  timeline(workspaceId: $workspace, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { databaseId } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`;
const countQuery = `query ($workspace: String!, $filter: ActivityFilter) {
  timeline(workspaceId: $workspace, filter: $filter, first: 0) { all: count(limit: 100000) { value exact } some: count(limit: 3) { value exact } } }`;

interface Row {
  id: string;
  at: number;
  input: ActivityInput;
}
interface Timeline {
  workspace: string;
  filter: object;
  expected: Row[];
}

const title = `the repository history${historyIsMissing ? ` (skipped: no ${historyFile})` : ''}`;

/** Newest first, then by id from the last to the first, byte by byte. */
function sorted(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => b.at - a.at || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)));
}

describe.skipIf(historyIsMissing)(title, { timeout: 120_000 }, () => {
  const inputs = historyIsMissing ? [] : readHistory();

  describeOnEachDatabase('on each database', (open) => {
    let database: Database;
    let server: TestServer;
    let bearer: string;
    let rows: Row[];
    let random: () => number;

    async function writeAll(): Promise<Outcome[]> {
      const writer = createActivityWriter(database);
      const log = new ActivityLog({ writer, logger: pino({ level: 'silent' }), metrics: new Metrics() });
      const outcomes: Outcome[] = [];
      for (let from = 0; from < inputs.length; from += 1000) {
        outcomes.push(...(await log.logMany(inputs.slice(from, from + 1000))));
      }
      return outcomes;
    }
    const idOf = (outcome: Outcome | undefined) =>
      outcome !== undefined && 'written' in outcome ? outcome.written.activity.id : 'refused';

    beforeAll(async () => {
      random = seededRandom(seed);
      database = await open();
      const outcomes = await writeAll();
      rows = inputs.map((input, at) => ({ id: idOf(outcomes[at]), at: Number(input.createdAt), input }));
      server = await startTestServer(database);
      bearer = await server.token();
    });
    afterAll(async () => await server.close());

    async function page({ workspace, filter }: Timeline, args: object) {
      const { data, errors } = await server.graphql(walk, { workspace, filter, ...args }, bearer);
      expect(errors).toBeUndefined();
      return data?.['timeline'] as {
        edges: { cursor: string; node: { databaseId: string } }[];
        pageInfo: Record<'startCursor' | 'endCursor', string | null> &
          Record<'hasNextPage' | 'hasPreviousPage', boolean>;
      };
    }

    /** Sizes from 1 to 500, mostly such that a walk takes some pages. */
    const nextSize = (total: number) => Math.min(500, 1 + Math.floor(random() ** 2 * Math.max(total / 2, 10)));

    async function walkForwards(timeline: Timeline): Promise<string[]> {
      const ids: string[] = [];
      for (let after: string | null = null; ; ) {
        const { edges, pageInfo } = await page(timeline, { first: nextSize(timeline.expected.length), after });
        ids.push(...edges.map(({ node }) => node.databaseId));
        const { length } = timeline.expected;
        expect([pageInfo.hasPreviousPage, pageInfo.hasNextPage]).toEqual([
          after !== null && length > 0,
          ids.length < length,
        ]);
        expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([
          edges[0]?.cursor ?? null,
          edges.at(-1)?.cursor ?? null,
        ]);
        if (!pageInfo.hasNextPage) return ids;
        after = pageInfo.endCursor;
      }
    }

    async function walkBackwards(timeline: Timeline): Promise<string[]> {
      const ids: string[] = [];
      for (let before: string | null = null; ; ) {
        const { edges, pageInfo } = await page(timeline, { last: nextSize(timeline.expected.length), before });
        ids.unshift(...edges.map(({ node }) => node.databaseId));
        const { length } = timeline.expected;
        expect([pageInfo.hasPreviousPage, pageInfo.hasNextPage]).toEqual([
          ids.length < length,
          before !== null && length > 0,
        ]);
        if (!pageInfo.hasPreviousPage) return ids;
        before = pageInfo.startCursor;
      }
    }

    async function expectTimeline(timeline: Timeline) {
      const ids = sorted(timeline.expected).map(({ id }) => id);
      const said = JSON.stringify([timeline.workspace, timeline.filter]);
      expect(await walkForwards(timeline), said).toEqual(ids);
      expect(await walkBackwards(timeline), said).toEqual(ids);
      const { data } = await server.graphql(
        countQuery,
        { workspace: timeline.workspace, filter: timeline.filter },
        bearer,
      );
      const few = Math.min(ids.length, 3);
      expect(data?.['timeline'], said).toEqual({
        all: { value: ids.length, exact: true },
        some: { value: few, exact: ids.length <= 3 },
      });
    }

    function groupBy<T>(all: readonly T[], keyOf: (one: T) => string | null): Map<string, T[]> {
      const groups = new Map<string, T[]>();
      for (const one of all) {
        const key = keyOf(one);
        const group = key === null ? undefined : groups.get(key);
        if (group !== undefined) group.push(one);
        else if (key !== null) groups.set(key, [one]);
      }
      return groups;
    }

    /** The largest and the smallest groups, and some between, chosen at random. */
    function choose(keyOf: (row: Row) => string | null, between: number): Row[][] {
      const groups = groupBy(rows, keyOf);
      const bySize = [...groups.values()].sort((a, b) => b.length - a.length);
      const middle = Array.from({ length: between }, () => bySize[Math.floor(random() * bySize.length)] as Row[]);
      return [...new Set([...bySize.slice(0, 4), ...bySize.slice(-4), ...middle])];
    }
    const keyed = (...parts: (string | null | undefined)[]) =>
      parts.includes(null) || parts.includes(undefined) ? null : parts.join('\n');

    it('is written whole', async () => {
      expect(inputs.length).toBeGreaterThan(40_000);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(inputs.length);
      expect(rows.filter(({ id }) => id === 'refused')).toEqual([]);
      const counts = await database.query<{ workspace: string; count: bigint }>(
        sql`SELECT "workspaceId" AS workspace, count(*) FROM "ActivityLog" GROUP BY 1`,
      );
      const expected = groupBy(inputs, ({ workspaceId }) => workspaceId);
      expect(new Map(counts.map(({ workspace, count }) => [workspace, Number(count)]))).toEqual(
        new Map([...expected].map(([workspace, entries]) => [workspace, entries.length])),
      );
    });

    it('has what makes timelines hard: many entries of the very same time', () => {
      const times = groupBy(rows, ({ at, input }) => `${input.workspaceId} ${at}`);
      expect([...times.values()].filter((same) => same.length > 1).length).toBeGreaterThan(10_000);
      expect(Math.max(...[...times.values()].map((same) => same.length))).toBeGreaterThan(20);
    });

    it('is written a second time without writing anything', async () => {
      const again = await writeAll();
      expect(again.filter((outcome) => !('written' in outcome && outcome.written.duplicate))).toEqual([]);
      expect(again.map(idOf)).toEqual(rows.map(({ id }) => id));
      const [row] = await database.query<{ count: bigint }>(sql`SELECT count(*) FROM "ActivityLog"`);
      expect(row?.count).toBe(BigInt(inputs.length));
    });

    it('reads every workspace in both directions', async () => {
      for (const expected of choose(({ input }) => input.workspaceId, 0)) {
        await expectTimeline({ workspace: expected[0]?.input.workspaceId as string, filter: {}, expected });
      }
    });

    it('reads entities in both directions', async () => {
      for (const expected of choose(({ input }) => keyed(input.workspaceId, input.entityType, input.entityId), 30)) {
        const { workspaceId, entityType, entityId } = (expected[0] as Row).input;
        const filter = { entities: [{ type: entityType, id: entityId }] };
        await expectTimeline({ workspace: workspaceId, filter, expected });
      }
    });

    it('reads brands in both directions', async () => {
      for (const expected of choose(({ input }) => keyed(input.workspaceId, input.brandId), 10)) {
        const { workspaceId, brandId } = (expected[0] as Row).input;
        await expectTimeline({ workspace: workspaceId, filter: { brandIds: [brandId] }, expected });
      }
    });

    it('reads users and bots in both directions', async () => {
      for (const expected of choose(({ input }) => keyed(input.workspaceId, input.actorUserId), 15)) {
        const { workspaceId, actorUserId } = (expected[0] as Row).input;
        await expectTimeline({ workspace: workspaceId, filter: { actorUserIds: [actorUserId] }, expected });
      }
      for (const expected of choose(({ input }) => keyed(input.workspaceId, input.actorLabel), 5)) {
        const { workspaceId, actorLabel } = (expected[0] as Row).input;
        await expectTimeline({ workspace: workspaceId, filter: { actorLabels: [actorLabel] }, expected });
      }
    });

    it('reads ranges of time in both directions: from their first millisecond to before their last', async () => {
      for (let left = 20; left > 0; left--) {
        const [one, other] = [0, 1].map(() => rows[Math.floor(random() * rows.length)] as Row) as [Row, Row];
        const { workspaceId } = one.input;
        // Bounds on the very times of entries, and a millisecond beside them.
        const from = Math.min(one.at, other.at) + (left % 3) - 1;
        const to = Math.min(Math.max(one.at, other.at), from + 90 * 86_400_000) + (left % 2);
        const filter = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        const expected = rows.filter(({ at, input }) => input.workspaceId === workspaceId && at >= from && at < to);
        await expectTimeline({ workspace: workspaceId, filter, expected });
      }
    });

    it('reads what several conditions and a search have in common', async () => {
      const filter = { eventKeys: ['commit.*'], actorTypes: ['USER'], search: 'FIX test' };
      const expected = rows.filter(({ input }) => {
        const text = `${input.message}\n${input.entityId}`.toLowerCase();
        const isWanted = input.eventKey === 'commit.created' && input.actorType === 'USER';
        const words: string[] = text.match(/[a-z0-9]+/g) ?? [];
        return input.workspaceId === 'fastify' && isWanted && words.includes('fix') && words.includes('test');
      });
      expect(expected.length).toBeGreaterThan(20);
      await expectTimeline({ workspace: 'fastify', filter, expected });
    });
  });
});
