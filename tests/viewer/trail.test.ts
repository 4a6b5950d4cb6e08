import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ActivityLogClient, createActivityLogClient } from '../../src/client/client.ts';
import { Trail } from '../../src/viewer/timeline/trail.ts';
import type { TrailState } from '../../src/viewer/timeline/trail-state.ts';
import { watchSockets } from '../client/watched-sockets.ts';
import { logEntries } from '../server/logged-entries.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { signal } from '../support/signal.ts';

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`);
const shown = ({ entries }: TrailState) => entries.map(({ entityId }) => entityId);

describe('a trail', () => {
  let server: TestServer;
  let workspaces = 0;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    return server.close;
  });
  afterEach(() => {
    expect(server.lines.splice(0).filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  /** A trail of a workspace of its own, which has these entries. */
  async function open(
    entityIds: readonly string[],
    {
      webSocket,
      wrap = (client) => client,
    }: { webSocket?: unknown; wrap?: (client: ActivityLogClient) => ActivityLogClient } = {},
  ) {
    workspaces += 1;
    const workspaceId = `trail-${workspaces}`;
    for (let at = 0; at < entityIds.length; at += 1_000)
      await logEntries(server, workspaceId, entityIds.slice(at, at + 1_000));
    const client = createActivityLogClient({ url: server.url, token: await server.token(), webSocket });
    const signedOut: string[] = [];
    const onSignedOut = (reason: string) => void signedOut.push(reason);
    const trail = new Trail({ client: wrap(client), workspaceId, onSignedOut });
    onTestFinished(async () => {
      trail.close();
      await client.close();
    });
    const log = async (ids: readonly string[], fields: object = {}) =>
      await logEntries(server, workspaceId, ids, fields);
    /** The state as soon as it is one like this. */
    const when = (isSo: (state: TrailState) => boolean) =>
      new Promise<TrailState>((resolve) => {
        const look = () => {
          if (!isSo(trail.state)) return;
          leave();
          resolve(trail.state);
        };
        const leave = trail.subscribe(look);
        look();
      });
    return { trail, log, when, signedOut, client };
  }
  const isLive = ({ connection }: TrailState) => connection === 'live';

  it('reads page after page to the beginning, and each entry once', async () => {
    const { trail, when } = await open(names(0, 120));
    void trail.begin();
    expect((await when(({ phase }) => phase === 'ready')).entries).toHaveLength(50);
    await Promise.all([trail.loadOlder(), trail.loadOlder()]);
    expect(trail.state.older).toBe('more');
    await trail.loadOlder();
    expect(trail.state.older).toBe('none');
    await trail.loadOlder();
    expect(new Set(shown(trail.state))).toEqual(new Set(names(0, 120)));
    expect(trail.state.entries).toHaveLength(120);
  });

  it('takes in what is logged, in its place, and says which came live', async () => {
    const { trail, log, when } = await open(['old']);
    void trail.begin();
    await when(isLive);
    await log(['late'], { createdAt: '2020-01-01T00:00:00Z' });
    await log(['new']);
    const state = await when(({ entries }) => entries.length === 3);
    expect(shown(state)).toEqual(['new', 'old', 'late']);
    expect(state.arrived.size).toBe(2);
  });

  it('lets wait what comes while the reader is elsewhere, and shows it when asked', async () => {
    const { trail, log, when } = await open(['old']);
    void trail.begin();
    await when(isLive);
    trail.hold(true);
    await log(['one', 'two']);
    expect(shown(await when(({ waiting }) => waiting === 2))).toEqual(['old']);
    trail.hold(false);
    expect(trail.state.waiting).toBe(0);
    expect(new Set(shown(trail.state))).toEqual(new Set(['one', 'two', 'old']));
  });

  it('begins again where more came than it lets wait', async () => {
    const { trail, log, when } = await open(['old']);
    void trail.begin();
    await when(isLive);
    trail.hold(true);
    await log(names(0, 1_000));
    await log(names(1_000, 1_100));
    await when(({ waiting }) => waiting === 1_100);
    expect(trail.state.newer).toBe('more');
    void trail.goTo(undefined);
    const state = await when(({ waiting, connection }) => waiting === 0 && connection === 'live');
    expect(state.entries).toHaveLength(50);
    expect([state.newer, state.older]).toEqual(['none', 'more']);
  });

  it('leaves older entries to the pages that they are in, also while one of them is read', async () => {
    const gate = signal();
    const reached = signal();
    const { trail, log, when } = await open(names(0, 110), {
      // The real page, given out late: what is logged meanwhile is not in it.
      wrap: (client) => ({
        ...client,
        timeline: async (options) => {
          const page = await client.timeline(options);
          if (options.after !== undefined) {
            reached.fire();
            await gate.fired;
          }
          return page;
        },
      }),
    });
    void trail.begin();
    await when(isLive);
    await log(['back-dated'], { createdAt: '2020-01-01T00:00:00Z' });
    await log(['new']);
    await when(({ entries }) => entries.length === 51);
    const loading = trail.loadOlder();
    await reached.fired;
    const second = trail.state.entries.at(-1)?.createdAt ?? '';
    const between = new Date(new Date(second).getTime() - 1).toISOString();
    await log(['between'], { createdAt: between });
    await log(['newer']);
    await when(({ entries }) => entries.length === 52);
    gate.fire();
    await loading;
    while (trail.state.older === 'more') await trail.loadOlder();
    const ids = shown(trail.state);
    expect(ids.filter((id) => !/^e\d+$/.test(id)).sort()).toEqual(['back-dated', 'between', 'new', 'newer']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.at(-1)).toBe('back-dated');
    const times = trail.state.entries.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('leaves newer entries to the pages that they are in, also while one of them is read', async () => {
    const gate = signal();
    const reached = signal();
    const { trail, log, when } = await open([], {
      // The real page, given out late: what is logged meanwhile is not in it.
      wrap: (client) => ({
        ...client,
        timeline: async (options) => {
          const page = await client.timeline(options);
          if (options.before !== undefined) {
            reached.fire();
            await gate.fired;
          }
          return page;
        },
      }),
    });
    const momentOf = (second: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + second * 1_000).toISOString();
    for (let at = 0; at < 60; at += 1) await log([`e${at}`], { createdAt: momentOf(at) });
    void trail.goTo(momentOf(3));
    await when(isLive);
    expect(shown(trail.state)).toEqual(['e3', 'e2', 'e1', 'e0']);
    const loading = trail.loadNewer();
    await reached.fired;
    await log(['between'], { createdAt: momentOf(10.5) });
    await log(['newest']);
    await when(({ waiting }) => waiting === 2);
    gate.fire();
    await loading;
    while (trail.state.newer === 'more') await trail.loadNewer();
    const { waiting } = await when(({ entries }) => entries.length === 62);
    expect(waiting).toBe(0);
    const expected = [...names(0, 11), 'between', ...names(11, 60), 'newest'].reverse();
    expect(shown(trail.state)).toEqual(expected);
  });

  it('says that it is not live while the connection is cut, and misses nothing', async () => {
    const watched = watchSockets();
    const { trail, log, when } = await open(['old'], { webSocket: watched.webSocket });
    void trail.begin();
    await when(isLive);
    const lost = when(({ connection }) => connection === 'reconnecting');
    watched.cut();
    await lost;
    await log(['meanwhile']);
    const state = await when(({ connection, entries }) => connection === 'live' && entries.length === 2);
    expect(shown(state)).toEqual(['meanwhile', 'old']);
  });

  it('hands on that the token is taken no more', async () => {
    const { signedOut } = await open([], {});
    const client = createActivityLogClient({ url: server.url, token: await server.token({ ttl: -60 }) });
    const trail = new Trail({ client, workspaceId: 'w1', onSignedOut: (reason) => void signedOut.push(reason) });
    await trail.begin();
    expect(signedOut).toEqual(['The token has expired. Get a new one.']);
    trail.close();
    await client.close();
  });
});
