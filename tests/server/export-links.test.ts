import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExportOrder, ExportSeals, linkLife } from '@/core/activity/export-ticket.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { momentOfNow } from '@/storage/export.ts';
import { readCursorSeal } from '@/storage/migrate.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/stored-entries.ts';

const mutation = `mutation (
    $format: ActivityExportFormat!, $filter: ActivityFilter, $workspaceId: String = "w1", $export: String
  ) {
  activityExport(workspaceId: $workspaceId, format: $format, filter: $filter, export: $export) { url expiresAt } }`;

describeOnEachDatabase('links to exports', (open) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = await startTestServer(database);
    await createActivityWriter(database).write([
      entryOf({ id: 'mine', brandId: 'b1', visibility: 'CLIENT', context: 'inside', severity: 'ERROR' }),
      entryOf({ id: 'theirs', brandId: 'b2', visibility: 'CLIENT' }),
      entryOf({ id: 'internal', brandId: 'b1' }),
    ]);
  });
  afterAll(async () => await server.close());
  const client = () => server.token({ workspace: 'w1', role: 'client', brands: ['b1'], subject: 'c1' });
  const link = async (variables: object, token: string): Promise<{ url: string; expiresAt: string }> =>
    (await server.graphql(mutation, variables, token)).data?.['activityExport'];
  const refusal = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return {
      status: response.status,
      ...((await response.json()) as { errors: { extensions: object }[] }).errors[0]?.extensions,
    };
  };

  it('give what the viewer may see at the moment of the mutation, without a token, and say who it was', async () => {
    const filter = { from: '2026-01-01T00:00:00Z', severities: ['ERROR'] };
    const { url, expiresAt } = await link({ format: 'JSON', filter }, await client());
    const left = Date.parse(expiresAt) - Date.now();
    expect(left).toBeGreaterThan(linkLife - 60_000);
    expect(left).toBeLessThanOrEqual(linkLife);
    await createActivityWriter(database).write([
      entryOf({ id: 'later', brandId: 'b1', visibility: 'CLIENT', severity: 'ERROR' }),
    ]);
    const response = await fetch(`${server.url}${url}`);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="activity-w1-.*\.json"$/);
    expect(await response.json()).toMatchObject([{ id: 'mine', context: null }]);
    const manifest = await fetch(`${server.url}${url}&manifest=only`);
    expect(await manifest.json()).toMatchObject({ count: 1, filter: { severities: ['ERROR'] }, format: 'json' });
    const told = async (eventKey: string) =>
      // The end is told of behind the last byte. A turn of the event loop for who does, in this process too.
      await until(
        async () => {
          await new Promise((resolve) => void setImmediate(resolve));
          const { data } = await server.graphql(
            `{ timeline(workspaceId: "w1", filter: { eventKeys: ["${eventKey}"] }) { edges { node { actorUserId visibility payload } } } }`,
          );
          return data?.['timeline'].edges.map(({ node }: { node: object }) => node);
        },
        (found) => found.length >= 2,
      );
    const who = { actorUserId: 'c1', visibility: 'INTERNAL' };
    expect(await told('settings.exported')).toMatchObject([
      { ...who, payload: { by: 'link', manifestOnly: true, brandIds: ['b1'] } },
      { ...who, payload: { by: 'link', filter: { severities: ['ERROR'] } } },
    ]);
    expect(await told('settings.export_finished')).toMatchObject([
      { ...who, payload: { count: 1, outcome: 'complete' } },
      { ...who, payload: { count: 1, outcome: 'complete' } },
    ]);
  });

  it('are given once more for the moment of an earlier export, to go on with it after they have expired', async () => {
    const filter = { from: '2026-01-01T00:00:00+01:00', severities: ['INFO'] };
    const asked = { format: 'JSONL', filter };
    const first = await fetch(`${server.url}${(await link(asked, await server.token())).url}`);
    const ticket = first.headers.get('activity-log-export') as string;
    const [one = '', ...rest] = (await first.text()).split(/(?<=\n)/);
    expect(rest.length).toBeGreaterThan(0);
    await createActivityWriter(database).write([entryOf({ id: 'after-the-moment' })]);
    const again = await link({ ...asked, export: ticket }, await server.token());
    expect(Date.parse(again.expiresAt) - Date.now()).toBeGreaterThan(linkLife - 5_000);
    const { id } = JSON.parse(one) as { id: string };
    const response = await fetch(`${server.url}${again.url}&after=${encodeURIComponent(id)}`);
    expect(await response.text()).toBe(rest.join(''));
    expect(response.headers.get('activity-log-created-at')).toBe(first.headers.get('activity-log-created-at'));
    const refused = { code: 'BAD_USER_INPUT', field: 'export' };
    for (const [variables, token] of [
      [{ ...asked, format: 'CSV' }, await server.token()],
      [asked, await client()],
    ] as const) {
      const { errors } = await server.graphql(mutation, { ...variables, export: ticket }, token);
      expect(errors?.[0]?.extensions).toMatchObject(refused);
    }
  });

  it('are nothing once they have expired, were changed, or are of another database', async () => {
    const scope = { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: null, internals: true } as const;
    const order: ExportOrder = { scope, filter: {}, format: 'csv', formulas: 'escaped' };
    const moment = await momentOfNow(database);
    const seal = await readCursorSeal(database);
    const seals = new ExportSeals(seal);
    const sealed = (expiresAt: Date, by = seals) => by.closeLink({ order, subject: 's', ...moment, expiresAt });
    const refused = { status: 401, code: 'UNAUTHENTICATED', field: 'link' };
    const good = sealed(new Date(Date.now() + 60_000));
    expect((await fetch(`${server.url}/export?link=${good}`)).status).toBe(200);
    expect(await refusal(`/export?link=${sealed(new Date(Date.now() - 1))}`)).toEqual(refused);
    const changed = `${good.slice(0, -3)}${good.at(-3) === 'A' ? 'B' : 'A'}${good.slice(-2)}`;
    expect(await refusal(`/export?link=${changed}`)).toEqual(refused);
    const elsewhere = new ExportSeals({ ...seal, epoch: 'another' });
    expect(await refusal(`/export?link=${sealed(new Date(Date.now() + 60_000), elsewhere)}`)).toEqual(refused);
    expect(await refusal(`/export?link=${seals.closeTicket(order, moment)}`)).toEqual(refused);
    expect(await refusal('/export?link=')).toEqual(refused);
    // A link is what it is: nothing of it can be changed beside it.
    expect(await refusal(`/export?link=${good}&workspaceId=w2`)).toMatchObject({ status: 400, field: 'workspaceId' });
  });

  it('are given only for what the viewer may read, and end with its token', async () => {
    const { url, expiresAt } = await link({ format: 'CSV' }, await server.token({ ttl: 60 }));
    expect(url).toMatch(/^\/export\?link=[\w-]+$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
    const byActor = { format: 'CSV', filter: { actorUserIds: ['u1'] } };
    const problems: [object, string | null, object][] = [
      [{ format: 'CSV' }, null, { code: 'UNAUTHENTICATED' }],
      [{ format: 'CSV', workspaceId: 'w2' }, await client(), { code: 'FORBIDDEN' }],
      [byActor, await client(), { code: 'FORBIDDEN', field: 'filter.actorUserIds' }],
      [{ format: 'CSV' }, await server.token({ role: 'writer' }), { code: 'FORBIDDEN' }],
      [
        { format: 'CSV', filter: { contexts: Array.from({ length: 100 }, (_, n) => `${n}`.repeat(80)) } },
        await server.token(),
        { code: 'LIMIT_EXCEEDED' },
      ],
      [{ format: 'XML' }, await server.token(), { code: 'BAD_USER_INPUT' }],
    ];
    for (const [variables, token, extensions] of problems) {
      const answer = await server.graphql(mutation, variables, token);
      expect(answer.errors?.[0]?.extensions, JSON.stringify(variables).slice(0, 80)).toMatchObject(extensions);
    }
  });
});
