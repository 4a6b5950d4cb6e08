import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Role } from '@/core/activity/visibility.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import type { Database } from '@/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { entryOf } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { numberOf, until } from '../support/stored-entries.ts';

const rules = `query ($w: String!) { retention(workspaceId: $w) {
  policies { id workspaceId visibilities severities eventKeys days }
  holds(released: true) { id brandId entityType entityId reason placedBy releasedBy }
  preview { entries held policies { policy { days } entries } } } }`;
const set = `mutation ($input: RetentionPolicyInput!) { retentionPolicySet(input: $input) { policy { id days } } }`;
const place = `mutation ($input: LegalHoldInput!) { legalHoldPlace(input: $input) { hold { id } } }`;
const remove = `mutation ($w: String!, $id: String!) { retentionPolicyRemove(workspaceId: $w, id: $id) { policy { id } } }`;
const release = `mutation ($w: String!, $id: String!) { legalHoldRelease(workspaceId: $w, id: $id) { hold { id releasedBy } } }`;
const old = (fields: object) => entryOf({ id: '', createdAt: new Date('2020-01-01T00:00:00Z'), ...fields });

describeOnEachDatabase('retention over GraphQL', (open) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    // What it deletes by itself is another test's matter.
    server = await startTestServer(database, { retentionMinutes: 0 });
  });
  afterAll(async () => await server.close());

  it('is set, shown and removed by an operator, and told of in the trail under its name', async () => {
    await createActivityWriter(database).write([old({ id: 'a' }), old({ id: 'b', brandId: 'b1' })]);
    const policy = (await server.graphql(set, { input: { workspaceId: 'w1', severities: ['INFO'], days: 365 } }))
      .data?.['retentionPolicySet'].policy;
    const hold = (await server.graphql(place, { input: { workspaceId: 'w1', brandId: 'b1', reason: 'a case' } }))
      .data?.['legalHoldPlace'].hold;
    const shown = (await server.graphql(rules, { w: 'w1' })).data?.['retention'];
    expect(shown).toEqual({
      policies: [
        { id: policy.id, workspaceId: 'w1', visibilities: null, severities: ['INFO'], eventKeys: null, days: 365 },
      ],
      holds: [
        {
          id: hold.id,
          brandId: 'b1',
          entityType: null,
          entityId: null,
          reason: 'a case',
          placedBy: 'u1',
          releasedBy: null,
        },
      ],
      preview: { entries: 1, held: 1, policies: [{ policy: { days: 365 }, entries: 1 }] },
    });
    expect((await server.graphql(release, { w: 'w1', id: hold.id })).data?.['legalHoldRelease'].hold.releasedBy).toBe(
      'u1',
    );
    expect((await server.graphql(remove, { w: 'w1', id: policy.id })).data?.['retentionPolicyRemove'].policy.id).toBe(
      policy.id,
    );
    for (const [mutation, id] of [
      [remove, policy.id],
      [release, 'x'],
    ]) {
      const { errors } = await server.graphql(mutation, { w: 'w1', id });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
    }
    const told = `{ timeline(workspaceId: "w1", filter: { eventKeys: ["settings.*"] }) { edges { node { eventKey actorUserId visibility } } } }`;
    const { data } = await server.graphql(told);
    expect(data?.['timeline'].edges.map(({ node }: { node: object }) => node)).toEqual(
      ['retention_policy_removed', 'legal_hold_released', 'legal_hold_placed', 'retention_policy_set'].map((key) => ({
        eventKey: `settings.${key}`,
        actorUserId: 'u1',
        visibility: key.startsWith('legal') ? 'SYSTEM' : 'INTERNAL',
      })),
    );
  });

  it.each<[Role, string]>([
    ['admin', 'w1'],
    ['client', 'w1'],
    ['writer', 'w1'],
    ['operator', 'w2'],
    ['operator', '*'],
  ])('is not for %s of another or the same workspace: %s', async (role, w) => {
    const token = await server.token({ workspace: 'w1', role, brands: ['b1'] });
    const asked: [string, object][] = [
      [rules, { w }],
      [set, { input: { workspaceId: w, days: 1 } }],
      [remove, { w, id: 'x' }],
      [place, { input: { workspaceId: w, reason: 'a case' } }],
      [release, { w, id: 'x' }],
    ];
    for (const [query, variables] of asked) {
      const { errors } = await server.graphql(query, variables, token);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', field: 'workspaceId' });
    }
    expect(await numberOf(database, `SELECT count(*) FROM "RetentionPolicy"`)).toBe(0);
  });

  it.each([
    [set, { workspaceId: 'w1', days: 0 }, 'input.days'],
    [set, { workspaceId: 'w1', days: 1, severities: [] }, 'input.severities'],
    [set, { workspaceId: 'w1', days: 1, eventKeys: ['*'] }, 'input.eventKeys'],
    [set, { workspaceId: 'w\u0000', days: 1 }, 'workspaceId'],
    [place, { workspaceId: 'w1', reason: '' }, 'input.reason'],
    [place, { workspaceId: 'w1', reason: 'a', entityId: 'e1' }, 'input.entity'],
    [place, { workspaceId: 'w1', reason: 'a', actorUserId: 'u', actorLabel: 'l' }, 'input.actor'],
    [place, { workspaceId: 'w1', reason: 'a', brandId: 'x'.repeat(257) }, 'input.brandId'],
  ])('refuses what cannot be meant, and names it: %#', async (mutation, input, field) => {
    const { errors } = await server.graphql(mutation, { input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});

const left = `SELECT count(*) FROM "ActivityLog" WHERE "id" IN ('a', 'b')`;

describeOnEachDatabase('retention of a running server', (open) => {
  it('deletes what is due by itself, and ends with the server', async () => {
    const database = await open();
    await createActivityWriter(database).write([old({ id: 'a' }), old({ id: 'b', workspaceId: 'w2' })]);
    const before = await startTestServer(database, { retentionMinutes: 0 });
    await before.graphql(set, { input: { workspaceId: '*', days: 30 } });
    const other = await open();
    await createActivityWriter(other).write([old({ id: 'a' }), old({ id: 'b', workspaceId: 'w2' })]);
    await other.query({ text: `INSERT INTO "RetentionPolicy" SELECT 'p', '*', '{}', 30, 'test', now()`, values: [] });
    const server = await startTestServer(other, { retentionMinutes: 60 });
    await until(
      async () => {
        // The embedded database answers without a turn of the event loop, and the server would have none.
        await new Promise((resolve) => void setImmediate(resolve));
        return await numberOf(other, left);
      },
      (n) => n === 0,
    );
    await server.close();
    expect(await numberOf(database, left)).toBe(2);
    await before.close();
  });
});
