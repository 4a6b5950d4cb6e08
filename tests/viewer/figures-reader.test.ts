import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { totalOf } from '../../src/viewer/picture/bars.ts';
import { FiguresReader, type FiguresState } from '../../src/viewer/picture/figures-reader.ts';
import { logEntries } from '../server/logged-entries.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('the figures of a picture', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    return server.close;
  });

  /** Reads the figures of a workspace that has these entries. */
  async function open(workspaceId: string, entityIds: readonly string[], pause: number) {
    await logEntries(server, workspaceId, entityIds);
    const client = createActivityLogClient({ url: server.url, token: await server.token() });
    const questions: string[] = [];
    /** Called when the service has answered, before the reader knows of it. */
    const onAnswer = { current: () => undefined as unknown };
    const request: typeof client.request = async (document, variables, signal) => {
      questions.push(String(document));
      const answer = await client.request(document, variables, signal);
      if (String(document).includes('query Statistics')) onAnswer.current();
      return answer;
    };
    const options = { client: { request }, workspaceId, filter: {}, timeZone: 'UTC', pause };
    const reader = new FiguresReader(options);
    onTestFinished(async () => {
      reader.close();
      await client.close();
    });
    /** The state as soon as it is one like this. */
    const when = (isSo: (state: FiguresState) => boolean) =>
      new Promise<FiguresState>((resolve) => {
        const look = () => {
          if (!isSo(reader.state)) return;
          leave();
          resolve(reader.state);
        };
        const leave = reader.subscribe(look);
        look();
      });
    const readings = () => questions.filter((text) => text.includes('query Statistics')).length;
    const newest = async () => (await client.timeline({ workspaceId, first: 1 })).activities;
    return { reader, options, when, readings, newest, onAnswer, client };
  }
  const totals = ({ figures }: FiguresState) =>
    figures && [figures.total, figures.bars.reduce((sum, { counts }) => sum + totalOf(counts), 0)];

  it('are raised at once, and read again in their time while something comes in', async () => {
    const { reader, when, readings, newest } = await open('raised', ['a', 'b'], 30);
    await reader.read();
    expect(totals(reader.state)).toEqual([2, 2]);
    await logEntries(server, 'raised', ['c', 'd']);
    reader.take(await newest());
    expect([totals(reader.state), readings()]).toEqual([[3, 3], 1]);
    // The service knows of one that did not come.
    await when((state) => state.figures?.total === 4);
    expect(readings()).toBe(2);
    // What may have been missed is looked for, too.
    await logEntries(server, 'raised', ['e']);
    reader.take([]);
    await when((state) => state.figures?.total === 5);
    expect(readings()).toBe(3);
  });

  it('have what came in while they were read, and are read again to be sure', async () => {
    const { reader, when, readings, newest, onAnswer } = await open('meanwhile', ['a'], 30);
    const known = await newest();
    onAnswer.current = () => {
      onAnswer.current = () => undefined;
      reader.take(known);
    };
    await reader.read();
    expect(totals(reader.state)).toEqual([2, 2]);
    await when((state) => state.figures?.total === 1);
    expect(readings()).toBe(2);
  });

  it('stay while others are on their way, and where these cannot be had', async () => {
    const { reader, options } = await open('kept', ['a'], 30);
    await reader.read();
    const { figures } = reader.state;
    const other = new FiguresReader({ ...options, before: figures, filter: { contexts: ['\u0000'] } });
    expect(other.state).toEqual({ figures, isOutdated: true, failure: undefined });
    await other.read();
    expect(other.state).toMatchObject({ figures, isOutdated: true, failure: { code: 'BAD_USER_INPUT' } });
    other.close();
  });

  it('begin an hour ago where the trail has just begun, and are empty where it has not', async () => {
    const { reader } = await open('empty', [], 30);
    await reader.read();
    expect([totals(reader.state), reader.state.failure]).toEqual([[0, 0], undefined]);
    expect(reader.state.figures?.bars.length).toBeGreaterThanOrEqual(60);
  });
});
