/** How the viewer receives exports: from a real server, through a proxy that cuts. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ActivityExportFormat, createActivityLogClient } from '../../src/client/client.ts';
import { checkReceived } from '../../src/viewer/export/check-received.ts';
import { exportFormatNames, exportFormats } from '../../src/viewer/export/export-formats.ts';
import { ExportJob } from '../../src/viewer/export/export-job.ts';
import { type ExportProgress, ExportReceipt } from '../../src/viewer/export/export-receipt.ts';
import { pageTarget } from '../../src/viewer/export/export-target.ts';
import { openTestPglite } from '../support/databases.ts';
import { type FaultPlan, startFaultyProxy } from '../support/faulty-proxy.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const many = 3_000;
const filter = { eventKeys: ['content.*'] };
const cuts: FaultPlan = {
  rates: { reset: 0.06, end: 0.04, halfClose: 0, stall: 0, delay: 0, split: 0.2 },
  longestStall: 0,
  longestDelay: 0,
};

describe('an export in the viewer', { timeout: 60_000 }, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(await openTestPglite());
    const client = createActivityLogClient({ url: server.url, token: await server.token() });
    const text = (n: number) => createHash('sha512').update(`${n}`).digest('base64');
    await client.logMany(
      Array.from({ length: many }, (_, n) => ({
        ...{ workspaceId: 'w1', entityType: 'CONTENT', entityId: `c${n}`, eventKey: 'content.updated' },
        // Of line breaks in quotes, and of what no compression makes small.
        ...{
          actorType: 'SYSTEM',
          actorLabel: 'test',
          message: `=1, "${n}"\r\n“é”`,
          payload: [text(n), text(-n), '\n'],
        },
      })),
    );
    await client.close();
  });
  afterAll(() => server.close());

  async function behindProxy(format: ActivityExportFormat, pauses: readonly number[], seed = 7) {
    const proxy = await startFaultyProxy({ port: Number(new URL(server.url).port), random: new SeededRandom(seed) });
    const client = createActivityLogClient({ url: proxy.url, token: await server.token() });
    onTestFinished(async () => {
      await client.close();
      await proxy.close();
    });
    const taken: Uint8Array[] = [];
    const said: ExportProgress[] = [];
    let onProgress = (_: ExportProgress): void => undefined;
    const order = { workspaceId: 'w1', filter, format };
    const receipt = new ExportReceipt({
      ...{ client, order, pauses },
      write: async (bytes) => void taken.push(bytes),
      onProgress: (progress) => {
        said.push(progress);
        onProgress(progress);
      },
    });
    const whenSaid = (listener: typeof onProgress) => {
      onProgress = listener;
    };
    return { proxy, client, order, receipt, said, whenSaid, received: () => Buffer.concat(taken) };
  }

  async function whole(format: ActivityExportFormat): Promise<Buffer> {
    const query = new URLSearchParams({
      ...{ workspaceId: 'w1', format: exportFormats[format].name, filter: JSON.stringify(filter) },
    });
    const headers = { authorization: `Bearer ${await server.token()}` };
    return Buffer.from(await (await fetch(`${server.url}/export?${query}`, { headers })).arrayBuffer());
  }

  it.each(exportFormatNames)('has the bytes of one export, wherever it is cut (%s)', async (format) => {
    const { proxy, client, order, receipt, said, whenSaid, received } = await behindProxy(format, Array(200).fill(1));
    let next = 200;
    whenSaid(({ count }) => {
      proxy.befall(cuts);
      if (count < next) return;
      next += 600;
      for (const connection of proxy.connections) connection.cut('reset');
    });
    const { signal } = new AbortController();
    const result = await receipt.run(signal);
    proxy.calm();
    const expected = await whole(format);
    expect(received().equals(expected)).toBe(true);
    const sha256 = createHash('sha256').update(expected).digest('hex');
    expect(result).toMatchObject({ count: many, bytes: expected.length, sha256 });
    expect(said.at(-1)).toEqual({ count: many, bytes: expected.length, isCut: false });
    expect(said.some(({ isCut }) => isCut)).toBe(true);
    expect(await checkReceived(client, order, result, signal)).toBe('same');
    expect(await checkReceived(client, order, { ...result, sha256: '00' }, signal)).toBe('other');
  });

  it('gives up after some tries, and goes on where it was when it is asked to', async () => {
    const { proxy, receipt, whenSaid, received } = await behindProxy('JSON', [1, 1]);
    const always: FaultPlan = { ...cuts, rates: { ...cuts.rates, reset: 1, end: 0, split: 0 } };
    whenSaid(({ count }) => count > 0 && proxy.befall(always));
    const { signal } = new AbortController();
    await expect(receipt.run(signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const before = received().length;
    expect(before).toBeGreaterThan(0);
    whenSaid(() => undefined);
    proxy.calm();
    expect(await receipt.run(signal)).toMatchObject({ count: many });
    expect(received().length).toBeGreaterThan(before);
    expect(received().equals(await whole('JSON'))).toBe(true);
  });

  it('ends at once when nobody wants it any more, also between two tries', async () => {
    const { proxy, receipt, whenSaid } = await behindProxy('CSV', [60_000]);
    const leaving = new AbortController();
    whenSaid(({ count, isCut }) => {
      if (isCut) leaving.abort(new Error('not wanted'));
      else if (count > 0) for (const connection of proxy.connections) connection.cut('reset');
    });
    await expect(receipt.run(leaving.signal)).rejects.toThrow('not wanted');
    const again = await behindProxy('CSV', []);
    const meanwhile = new AbortController();
    again.whenSaid(({ count }) => count > 0 && meanwhile.abort(new Error('not wanted either')));
    await expect(again.receipt.run(meanwhile.signal)).rejects.toThrow('not wanted either');
  });

  it('says when it is too large for the page', async () => {
    const { client, order } = await behindProxy('CSV', []);
    const job = new ExportJob({ client, order, target: pageTarget('large.csv', 'CSV', 100_000) });
    await job.run();
    expect(job.state).toMatchObject({ phase: 'tooLarge', failure: undefined });
    expect(job.state.progress.bytes).toBeLessThanOrEqual(100_000);
  });

  it('says what is refused, and by whom', async () => {
    const client = createActivityLogClient({
      ...{ url: server.url, token: await server.token({ workspace: 'w2', role: 'admin' }) },
    });
    onTestFinished(() => client.close());
    const order = { workspaceId: 'w1', filter, format: 'CSV' } as const;
    const refused = new ExportReceipt({ client, order, write: async () => undefined, onProgress: () => undefined });
    await expect(refused.run(new AbortController().signal)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
