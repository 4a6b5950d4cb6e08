/** A trail on a real server is a part of its timeline without a gap, whatever is done to it. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Activity, createActivityLogClient } from '../../src/client/client.ts';
import { Trail } from '../../src/viewer/timeline/trail.ts';
import type { TrailState } from '../../src/viewer/timeline/trail-state.ts';
import { watchSockets } from '../client/watched-sockets.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const sizes = { pageSize: 5, mostHeld: 20 };
/** The first entry of a timeline, and a second for each after it. */
const firstMoment = Date.parse('2026-03-01T12:00:00Z');
const momentOf = (at: number) => new Date(firstMoment + at * 1_000).toISOString();
const length = 60;

interface Jump {
  kind: 'jump';
  at: number;
}
interface Log {
  kind: 'log';
  times: readonly number[];
}
interface Other {
  kind: 'older' | 'newer' | 'hold' | 'release' | 'pause' | 'resume' | 'now' | 'cut';
}
type Step = Jump | Log | Other;

const always = fc.constantFrom<Other['kind'][]>('older', 'older', 'newer', 'newer', 'hold', 'release', 'now');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: always.map((kind): Step => ({ kind })) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'pause' }, { kind: 'resume' }, { kind: 'cut' }) },
  { weight: 2, arbitrary: fc.integer({ min: -5, max: length + 30 }).map((at): Step => ({ kind: 'jump', at })) },
  {
    weight: 4,
    // Also of the same millisecond as others, and before everything.
    arbitrary: fc
      .array(fc.integer({ min: -5, max: length + 20 }), { minLength: 1, maxLength: 12 })
      .map((times): Step => ({ kind: 'log', times })),
  },
);

const idsOf = (entries: readonly Activity[]) => entries.map(({ id }) => id);

/** What is wrong about what is shown of a timeline; undefined where nothing is. */
function wrong(state: TrailState, timeline: readonly string[]): string | undefined {
  const shown = idsOf(state.entries);
  if (state.phase !== 'ready') return `it is ${state.phase}: ${state.failure?.message}`;
  const from = shown[0] === undefined ? 0 : timeline.indexOf(shown[0]);
  if (JSON.stringify(timeline.slice(from, from + shown.length)) !== JSON.stringify(shown)) return 'there is a gap';
  if (state.older === 'none' && from + shown.length !== timeline.length) return 'the oldest are missing';
  if (state.newer === 'none' && from !== state.waiting) return `${from} are ahead, ${state.waiting} wait`;
  // A page, and what came in at the same time, may be on top.
  if (shown.length > sizes.mostHeld + sizes.pageSize + 12) return `it holds ${shown.length}`;
  return undefined;
}

describe('a trail, whatever is done to it', { timeout: 120_000 }, () => {
  let server: TestServer;
  let workspaces = 0;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    return server.close;
  });

  async function run(steps: readonly Step[]) {
    workspaces += 1;
    const workspaceId = `model-${workspaces}`;
    const watched = watchSockets();
    const client = createActivityLogClient({
      url: server.url,
      token: await server.token(),
      webSocket: watched.webSocket,
    });
    const log = async (times: readonly number[]) => {
      const results = await client.logMany(
        times.map((at) => ({
          ...{ workspaceId, entityType: 'CONTENT', entityId: `at-${at}`, eventKey: 'content.created' },
          ...{ actorType: 'SYSTEM', actorLabel: 'Scheduler', createdAt: momentOf(at) },
        })),
      );
      expect(results.filter(({ error }) => error !== null)).toEqual([]);
    };
    const trail = new Trail({ client, workspaceId, ...sizes, onSignedOut: (reason) => expect.unreachable(reason) });
    const others: Record<Other['kind'], () => unknown> = {
      older: trail.loadOlder,
      newer: trail.loadNewer,
      hold: () => trail.hold(true),
      release: () => trail.hold(false),
      pause: () => trail.pause(),
      resume: () => trail.resume(),
      // Not waited for: it ends when it is begun anew.
      now: () => void trail.goTo(undefined),
      cut: watched.cut,
    };
    try {
      await log(Array.from({ length }, (_, at) => at));
      void trail.goTo(undefined);
      for (const one of steps) {
        if (one.kind === 'log') await Promise.all([log(one.times), trail.loadNewer(), trail.loadOlder()]);
        else if (one.kind === 'jump') void trail.goTo(momentOf(one.at));
        else await others[one.kind]();
      }
      if (trail.state.isPaused) trail.resume();
      const timeline = idsOf((await client.timeline({ workspaceId, first: 500 })).activities);
      const isRight = () =>
        expect.poll(() => wrong(trail.state, timeline), { timeout: 10_000, interval: 5 }).toBeUndefined();
      await isRight();
      // Nothing is lost for good: both ends can be reached.
      const reach = async (side: 'newer' | 'older') =>
        await expect
          .poll(
            async () => {
              await (side === 'newer' ? trail.loadNewer() : trail.loadOlder());
              return trail.state[side];
            },
            { timeout: 10_000, interval: 1 },
          )
          .toBe('none');
      await reach('newer');
      await isRight();
      await reach('older');
      await isRight();
    } finally {
      trail.close();
      await client.close();
    }
  }

  it('shows a part of the timeline without a gap, nothing twice, and no more than it may hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => await run(steps)),
      { numRuns: 15, endOnFailure: true },
    );
  });
});
