import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { onDatabase } from '../support/generated-entries.ts';
import {
  brand,
  brandIds,
  type Connection,
  generated,
  gid,
  log,
  logMany,
  nodes,
  type Shown,
  tellsNothing,
  timeline,
  useServer,
  workspace,
  worldOf,
} from './people.ts';

describe.each(['pglite', 'postgres'] as const)('nobody sees more than the rule shows (%s)', (kind) => {
  const parts = useServer(kind);
  const idsOf = (shown: readonly { databaseId: string }[]) => shown.map(({ databaseId }) => databaseId).sort();

  it('on any path: timelines, nodes, counts, brands and what comes live', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async (entries) => {
        const { w1, w2, w3, all, sentinels, people } = worldOf(parts.server, entries);
        const operator = await parts.server.token();
        for (const workspaceId of [w1, w2])
          for (const id of brandIds)
            await parts.server.graphql(
              `mutation ($input: BrandUpsertInput!) { brandUpsert(input: $input) { id } }`,
              { input: { workspaceId, id, name: `named ${id}` } },
              operator,
            );
        const before = await parts.server.graphql(
          `query ($w: String!) { timeline(workspaceId: $w) { liveCursor } }`,
          { w: w1 },
          operator,
        );
        await createActivityWriter(parts.database).write([...all, ...sentinels]);
        for (const { name, person } of people) {
          const check = (shown: readonly Shown[], expected: readonly AcceptedActivity[], workspaceId: string) => {
            expect([name, idsOf(shown)]).toEqual([name, expected.map(({ id }) => id).sort()]);
            if (person.grantIn(workspaceId)?.role !== 'client') return;
            for (const { context, actorUserId } of shown)
              expect([name, context, actorUserId]).toEqual([name, null, null]);
          };
          for (const workspaceId of [w1, w2, w3]) {
            const visible = [...all, ...sentinels].filter(
              (entry) => entry.workspaceId === workspaceId && person.sees(entry),
            );
            const list = await person.ask(timeline, { w: workspaceId });
            const whole = await person.ask(workspace, { w: workspaceId });
            if (!person.reads(workspaceId)) {
              expect([name, list.data ?? null, list.errors?.[0]?.extensions.code]).toEqual([name, null, 'FORBIDDEN']);
              expect(whole.data?.['workspace'] ?? null).toBeNull();
              continue;
            }
            const connections: Connection[] = [
              list.data?.['timeline'],
              ...(whole.data?.['workspace'] ? [whole.data['workspace'].timeline] : []),
            ];
            for (const { edges, count } of connections) {
              check(
                edges.map((edge) => edge.node),
                visible,
                workspaceId,
              );
              expect(count.value).toBe(visible.length);
            }
            const grant = person.grantIn(workspaceId);
            const brandsSeen =
              grant?.role === 'client' ? brandIds.filter((id) => grant.brands?.includes(id)) : brandIds;
            if (workspaceId !== w3)
              expect(idsOf(whole.data?.['workspace']?.brands ?? [])).toEqual(
                whole.data?.['workspace'] ? [...brandsSeen].sort() : [],
              );
            for (const id of brandIds) {
              const found = (await person.ask(brand, { w: workspaceId, b: id })).data?.['brand'] as {
                timeline: Connection;
              } | null;
              if (grant?.role === 'client') expect(found !== null).toBe(grant.brands?.includes(id));
              if (found)
                check(
                  found.timeline.edges.map((edge) => edge.node),
                  visible.filter((entry) => entry.brandId === id),
                  workspaceId,
                );
            }
          }
          const found = await person.ask(nodes, { ids: all.map(({ id }) => gid('ActivityLog', id)) });
          expect([name, found.data?.['nodes'].map((one: Shown | null) => one?.databaseId)]).toEqual([
            name,
            all.map((entry) => (person.sees(entry) ? entry.id : undefined)),
          ]);
          const [sentinel] = sentinels as [AcceptedActivity];
          if (person.sees(sentinel)) {
            const live = await person.follow(w1, before.data?.['timeline'].liveCursor, sentinel.id);
            check(
              live,
              [...all, sentinel].filter((entry) => entry.workspaceId === w1 && person.sees(entry)),
              w1,
            );
          }
          tellsNothing(name, person, all);
        }
      }),
      { ...onDatabase, numRuns: 3 },
    );
  }, 60_000);

  it('by writing: what comes back is what the writer may read, or what it has just written', async () => {
    await fc.assert(fc.asyncProperty(generated, writeAgain), { ...onDatabase, numRuns: 1 });
  });

  const writeAgain = async (entries: AcceptedActivity[]) => {
    const { w1, all, people } = worldOf(parts.server, entries);
    await createActivityWriter(parts.database).write(all);
    const input = { workspaceId: w1, entityType: 'OTHER', entityId: 'e', eventKey: 'a.b', message: 'my own' };
    for (const { name, person } of people) {
      const role = person.grantIn(w1)?.role;
      const actor =
        role === 'admin'
          ? { actorType: 'USER', actorUserId: person.subject }
          : { actorType: 'SYSTEM', actorLabel: 'x' };
      for (const entry of all.filter(({ workspaceId }) => workspaceId === w1)) {
        const asked = { ...input, ...actor, idempotencyKey: entry.idempotencyKey };
        const { data, errors } = await person.ask(log, { input: asked });
        const many = (await person.ask(logMany, { input: [asked] })).data?.['activityLogMany'].results[0];
        if (role === undefined || role === 'client') {
          expect([name, errors?.[0]?.extensions.code, many.error.code]).toEqual([name, 'FORBIDDEN', 'FORBIDDEN']);
        } else if (person.sees(entry)) {
          expect([name, data?.['activityLog'].activity.databaseId, data?.['activityLog'].duplicate]).toEqual([
            name,
            entry.id,
            true,
          ]);
          expect([many.activity.databaseId, many.duplicate]).toEqual([entry.id, true]);
        } else {
          const refusal = { code: 'BAD_USER_INPUT', message: 'idempotencyKey is already used for a different entry' };
          expect(errors?.[0]).toMatchObject({
            message: refusal.message,
            extensions: { code: refusal.code, field: 'input.idempotencyKey' },
          });
          expect(many).toEqual({ activity: null, duplicate: false, error: { ...refusal, field: 'idempotencyKey' } });
        }
      }
      if (role === undefined || role === 'client') continue;
      // Its own, again: what it knows already, hidden from it or not.
      const again = { ...input, ...actor, visibility: 'SYSTEM', idempotencyKey: `own of ${name}` };
      const [first, second] = [await person.ask(log, { input: again }), await person.ask(log, { input: again })];
      expect([name, first.data?.['activityLog'].duplicate, second.data?.['activityLog'].duplicate]).toEqual([
        name,
        false,
        true,
      ]);
      expect(second.data?.['activityLog'].activity).toEqual(first.data?.['activityLog'].activity);
      tellsNothing(name, person, all);
    }
  };

  it('as a client: neither by the fields nor by a filter or a search on what is not for clients', async () => {
    await fc.assert(fc.asyncProperty(generated, askForMore), { ...onDatabase, numRuns: 1 });
  });

  const askForMore = async (entries: AcceptedActivity[]) => {
    const { w1, all, people } = worldOf(parts.server, entries);
    await createActivityWriter(parts.database).write(all);
    const clients = people.filter(({ person }) => person.grantIn(w1)?.role === 'client');
    expect(clients.length).toBeGreaterThan(3);
    for (const { person } of clients) {
      for (const field of ['contexts', 'actorUserIds']) {
        for (const list of [
          [],
          ['x'],
          all.slice(0, 5).map((entry) => (field === 'contexts' ? entry.context : entry.actorUserId)),
        ]) {
          const filter = { [field]: list };
          const variables = { w: w1, b: person.grantIn(w1)?.brands?.[0] ?? 'b1', filter };
          const answers = await Promise.all([timeline, workspace, brand].map((query) => person.ask(query, variables)));
          const refused = { code: 'FORBIDDEN', field: `filter.${field}` };
          for (const { errors, data } of answers) {
            // What it cannot see at all has no timeline that could refuse.
            if (errors === undefined && [data?.['brand'], data?.['workspace']].includes(null)) continue;
            expect(errors?.map(({ extensions }) => extensions)).toEqual([refused]);
          }
          expect(JSON.stringify(await person.subscribeInVain({ w: w1, filter }))).toContain('"FORBIDDEN"');
        }
      }
      for (const { context, actorUserId } of all) {
        for (const search of [context, actorUserId]) {
          const { data } = await person.ask(timeline, { w: w1, filter: { search } });
          expect(data?.['timeline'].edges).toEqual([]);
        }
      }
    }
  };
});
