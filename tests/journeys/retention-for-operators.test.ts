/** Retention and legal holds are for the operators of a workspace alone: nobody else learns of them, or touches them. */
import sql from 'sql-template-tag';
import { describe, expect, it } from 'vitest';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { entryOf } from '../support/generated-entries.ts';
import { gid, nodes, type Person, timeline, useServer, worldOf } from './people.ts';

const rules = `query ($w: String!) { retention(workspaceId: $w) { workspaceId
  policies { id workspaceId severities days } holds(released: true) { id reason placedBy releasedBy } preview { entries held } } }`;
const set = `mutation ($w: String!, $days: Int) {
  retentionPolicySet(input: { workspaceId: $w, severities: [ERROR], days: $days }) { policy { id } } }`;
const remove = `mutation ($w: String!, $id: String!) { retentionPolicyRemove(workspaceId: $w, id: $id) { policy { id } } }`;
const place = `mutation ($w: String!, $reason: String!) {
  legalHoldPlace(input: { workspaceId: $w, brandId: "b-system", reason: $reason }) { hold { id } } }`;
const release = `mutation ($w: String!, $id: String!) { legalHoldRelease(workspaceId: $w, id: $id) { hold { id } } }`;

describe.each(['pglite', 'postgres'] as const)('retention (%s)', (kind) => {
  // What it deletes by itself is another test's matter.
  const parts = useServer(kind, { retentionMinutes: 0 });

  const stored = async () => [
    await parts.database.query(sql`SELECT * FROM "RetentionPolicy" ORDER BY "id"`),
    await parts.database.query(sql`SELECT * FROM "LegalHold" ORDER BY "id"`),
    await parts.database.query(sql`SELECT count(*)::text AS n FROM "ActivityLog"`),
  ];

  /** A world with a policy and a hold in w1 and in w2, and a policy of every workspace. */
  async function governed() {
    const world = worldOf(parts.server, [entryOf({ id: 'old', createdAt: new Date('2020-01-01T00:00:00Z') })]);
    const { w1, w2, all, people } = world;
    await createActivityWriter(parts.database).write(all);
    const operator = people[0]?.person as Person;
    const idIn = async (field: string, of: string, query: string, variables: object): Promise<string> =>
      (await operator.ask(query, variables)).data?.[field]?.[of].id;
    const policy = async (w: string) => await idIn('retentionPolicySet', 'policy', set, { w, days: 1_000 });
    const hold = async (w: string) => await idIn('legalHoldPlace', 'hold', place, { w, reason: `the reason of ${w}` });
    const policies = { [w1]: await policy(w1), [w2]: await policy(w2), '*': await policy('*') };
    const holds = { [w1]: await hold(w1), [w2]: await hold(w2) };
    return { ...world, policies, holds };
  }

  it('is refused to whoever is no operator there, in the same words where there is something and where there is nothing', async () => {
    const { run, w1, w2, w3, policies, holds, people } = await governed();
    const secrets = [...Object.values(policies), ...Object.values(holds), 'the reason of'];
    const before = await stored();
    for (const { name, person } of people) {
      const isOperator = (workspaceId: string) => person.grantIn(workspaceId)?.role === 'operator';
      const refusals = new Set<string>();
      for (const w of [w1, w2, w3, '*', `${run}-w0`].filter((one) => !isOperator(one))) {
        for (const [query, variables] of [
          [rules, { w }],
          [set, { w, days: 1 }],
          [set, { w, days: -1 }],
          [remove, { w, id: policies[w] ?? 'x' }],
          [place, { w, reason: '' }],
          [release, { w, id: holds[w] ?? 'x' }],
        ] as const) {
          const { status, data, errors } = await person.ask(query, variables);
          expect([name, Object.values(data ?? {}).filter((one) => one !== null)]).toEqual([name, []]);
          refusals.add(JSON.stringify([status, errors?.map(({ message, extensions }) => [message, extensions])]));
        }
      }
      const refused = expect.stringContaining('{"code":"FORBIDDEN","field":"workspaceId"}');
      if (!isOperator('*')) expect([name, [...refusals]]).toEqual([name, [refused]]);
      if (isOperator(w1)) continue;
      for (const secret of secrets)
        expect([name, secret, person.told.join().includes(secret)]).toEqual([name, secret, false]);
    }
    expect(await stored()).toEqual(before);
  });

  it('of another workspace cannot be told from what is not there by an operator of one', async () => {
    const { w1, w2, policies, holds, people } = await governed();
    const { person } = people.find(({ name }) => name === 'an operator of one workspace') as { person: Person };
    const before = await stored();
    const same = async (query: string, id: string) => {
      const [there, nowhere] = await Promise.all(
        [id, 'x'.repeat(25)].map((one) => person.ask(query, { w: w1, id: one })),
      );
      expect(there?.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'id' });
      expect(there).toEqual(nowhere);
    };
    // Every workspace's policy is shown, since it decides here too, but is not of this workspace.
    for (const id of [policies[w2], policies['*'], holds[w1]]) await same(remove, id as string);
    for (const id of [holds[w2], policies[w1]]) await same(release, id as string);
    expect(await stored()).toEqual(before);
    const { data } = await person.ask(rules, { w: w1 });
    expect(data?.['retention']).toMatchObject({
      workspaceId: w1,
      policies: [{ id: policies[w1] }, { id: policies['*'] }],
      holds: [{ id: holds[w1], reason: `the reason of ${w1}` }],
    });
    const told = person.told.join();
    for (const secret of [policies[w2], holds[w2], `the reason of ${w2}`]) expect(told).not.toContain(secret);
  });

  it('is no node, and a hold is told of in the trail to operators alone', async () => {
    const { w1, policies, holds, people } = await governed();
    const ids = [
      gid('LegalHold', holds[w1] as string),
      gid('RetentionPolicy', policies[w1] as string),
      gid('Retention', w1),
    ];
    for (const { name, person } of people) {
      expect([name, (await person.ask(nodes, { ids })).data?.['nodes']]).toEqual([name, [null, null, null]]);
      const { data } = await person.ask(timeline, { w: w1, filter: { eventKeys: ['settings.*'] } });
      const shown = JSON.stringify(data?.['timeline']?.edges ?? []);
      const role = person.grantIn(w1)?.role;
      expect([name, shown.includes('Legal hold placed'), shown.includes(`the reason of ${w1}`)]).toEqual(
        role === 'operator' ? [name, true, true] : [name, false, false],
      );
      expect([name, shown.includes('Retention policy set')]).toEqual([name, role === 'operator' || role === 'admin']);
    }
  });
});
