import { beforeAll, expect, it } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const query = `query ($w: String!, $filter: ActivityFilter, $interval: ActivityStatsInterval!, $zone: String) {
  activityStats(workspaceId: $w, filter: $filter, interval: $interval, timeZone: $zone) {
    total exact counted histogram { start end count severities { severity count } } eventKeys { eventKey count } severities { severity count }
    entityTypes { entityType count } brands { brandId count brand { name } }
    actors { actorType actorUserId actorLabel count } } }`;

describeOnEachDatabase('activityStats', (open) => {
  let server: TestServer;
  beforeAll(async () => {
    const database = await open();
    server = await startTestServer(database);
    const at = (hour: number) => new Date(Date.UTC(2026, 2, 28, hour));
    const user = { actorType: 'USER', actorUserId: 'u1', actorLabel: null } as const;
    await createActivityWriter(database).write([
      entryOf({ id: 's1', brandId: 'b1', visibility: 'CLIENT', createdAt: at(1), ...user }),
      entryOf({ id: 's2', brandId: 'b1', visibility: 'CLIENT', createdAt: at(26), eventKey: 'c.d' }),
      entryOf({ id: 's3', brandId: 'b2', visibility: 'CLIENT', createdAt: at(50), severity: 'ERROR' }),
      entryOf({ id: 's4', visibility: 'SYSTEM', createdAt: at(50) }),
    ]);
    await server.graphql(
      'mutation { brandUpsert(input: { workspaceId: "w1", id: "b1", name: "First" }) { name } }',
      {},
    );
    return () => server.close();
  });

  const ask = async (variables: object, as?: string) =>
    await server.graphql(query, { w: 'w1', interval: 'DAY', ...variables }, as);

  it('gives the histogram in the viewer’s time zone, and the facets with the names of brands', async () => {
    const { data, errors } = await ask({ zone: 'Europe/Berlin' });
    expect(errors).toBeUndefined();
    expect(data?.['activityStats']).toMatchObject({ total: 4, exact: true, counted: 4 });
    const one = (severity: string) => ({ severity, count: 1 });
    expect(data?.['activityStats'].histogram).toEqual([
      { start: '2026-03-27T23:00:00.000Z', end: '2026-03-28T23:00:00.000Z', count: 1, severities: [one('INFO')] },
      { start: '2026-03-28T23:00:00.000Z', end: '2026-03-29T22:00:00.000Z', count: 1, severities: [one('INFO')] },
      {
        start: '2026-03-29T22:00:00.000Z',
        end: '2026-03-30T22:00:00.000Z',
        count: 2,
        severities: [one('ERROR'), one('INFO')],
      },
    ]);
    expect(data?.['activityStats'].brands).toEqual([
      { brandId: 'b1', count: 2, brand: { name: 'First' } },
      { brandId: 'b2', count: 1, brand: { name: null } },
    ]);
  });

  it('counts for a client what it may see, and names no user', async () => {
    const client = await server.token({ workspace: 'w1', role: 'client', brands: ['b1'] });
    const { data } = await ask({}, client);
    expect(data?.['activityStats']).toMatchObject({
      total: 2,
      severities: [{ severity: 'INFO', count: 2 }],
      brands: [{ brandId: 'b1', count: 2 }],
      actors: expect.arrayContaining([{ actorType: 'USER', actorUserId: null, actorLabel: null, count: 1 }]),
    });
    const admin = await server.token({ workspace: 'w1', role: 'admin' });
    expect((await ask({}, admin)).data?.['activityStats'].total).toBe(3);
  });

  it('is refused as a timeline is', async () => {
    const client = await server.token({ workspace: 'w1', role: 'client', brands: ['b1'] });
    const writer = await server.token({ workspace: 'w1', role: 'writer' });
    const refusals = await Promise.all([
      ask({ filter: { actorUserIds: ['u1'] } }, client),
      ask({}, writer),
      ask({ w: 'w2' }, client),
      ask({ zone: 'Mars/Base' }),
      ask({ interval: 'MINUTE', filter: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' } }),
      ask({ filter: { search: 'a\u0000' } }),
    ]);
    expect(refusals.map(({ errors }) => errors?.[0]?.extensions)).toEqual([
      { code: 'FORBIDDEN', field: 'filter.actorUserIds' },
      { code: 'FORBIDDEN', field: 'workspaceId' },
      { code: 'FORBIDDEN', field: 'workspaceId' },
      { code: 'BAD_USER_INPUT', field: 'timeZone' },
      { code: 'LIMIT_EXCEEDED', field: 'interval' },
      { code: 'BAD_USER_INPUT', field: 'filter.search' },
    ]);
  });
});
