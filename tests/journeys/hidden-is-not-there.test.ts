import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closePageCursor } from '@/core/activity/page-cursor.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { onDatabase } from '../support/generated-entries.ts';
import {
  brand,
  expectAlike,
  generated,
  gid,
  log,
  logMany,
  node,
  nodes,
  tellsNothing,
  timeline,
  useServer,
  workspace,
  worldOf,
} from './people.ts';

describe.each(['pglite', 'postgres'] as const)('what is hidden (%s)', (kind) => {
  const parts = useServer(kind);

  it('cannot be told from what is not there, by any id, cursor, workspace, filter or key', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async (entries) => {
        const { run, w1, w2, w3, all, people } = worldOf(parts.server, entries);
        await createActivityWriter(parts.database).write(all);
        for (const { name, person } of people) {
          const same = (asked: [string, string], question: (id: string) => Promise<unknown>) =>
            expectAlike(name, asked, question);
          const visible = (workspaceId: string) =>
            all.filter((entry) => entry.workspaceId === workspaceId && person.sees(entry));
          for (const workspaceId of [w1, w2, w3]) {
            const isNamed = workspaceId in person.grants;
            const asked: [string, string] = [workspaceId, `${run}-w0`];
            if (isNamed || visible(workspaceId).length > 0) continue;
            for (const query of [timeline, workspace]) await same(asked, (w) => person.ask(query, { w }));
            await same(asked, (w) => person.ask(brand, { w, b: 'b1' }));
            await same(asked, (w) => person.ask(node, { id: gid('Workspace', w) }));
            await same(asked, (w) =>
              person.ask(nodes, { ids: [gid('Brand', JSON.stringify([w, 'b1'])), gid('Workspace', w)] }),
            );
            if (person.grantIn(workspaceId) !== undefined) continue;
            await same(asked, (w) => person.subscribeInVain({ w }));
            await same(asked, (w) => person.subscribeInVain({ w, after: 'x', filter: { contexts: ['x'] } }));
            const input = (w: string) => ({
              workspaceId: w,
              entityType: 'OTHER',
              entityId: 'e',
              eventKey: 'a.b',
              actorType: 'SYSTEM',
              actorLabel: 'x',
              idempotencyKey: all[0]?.idempotencyKey,
            });
            await same(asked, (w) => person.ask(log, { input: input(w) }));
            await same(asked, (w) => person.ask(logMany, { input: [input(w), { ...input(w), eventKey: 'bad' }] }));
            await same(asked, (id) =>
              person.ask('mutation ($id: String!) { workspaceUpsert(input: { id: $id, name: "x" }) { id } }', { id }),
            );
            await same(asked, (w) =>
              person.ask(
                'mutation ($w: String!) { brandUpsert(input: { workspaceId: $w, id: "b1", name: "x" }) { id } }',
                { w },
              ),
            );
          }
          const inOne = all.filter((entry) => entry.workspaceId === w1);
          for (const entry of all.filter((one) => !person.sees(one)).slice(-4)) {
            await same([entry.id, `${entry.id}0`], (id) => person.ask(node, { id: gid('ActivityLog', id) }));
            if (entry.workspaceId !== w1 || !person.reads(w1)) continue;
            for (const side of ['after', 'before']) {
              // Nothing lies between the one place and the other.
              await same([entry.id, `${entry.id}0`], (id) =>
                person.ask(timeline, { w: w1, [side]: closePageCursor({ ...entry, id }) }),
              );
            }
            await same([entry.message ?? '', 'nowhere'], (search) =>
              person.ask(timeline, { w: w1, filter: { search } }),
            );
          }
          if (person.reads(w1)) {
            const unseen = [...new Set(inOne.map(({ brandId }) => brandId))].filter(
              (id) => id !== null && !inOne.some((one) => one.brandId === id && person.sees(one)),
            );
            for (const id of (unseen as string[]).slice(0, 2)) {
              if (person.grantIn(w1)?.brands?.includes(id)) continue;
              await same([id, 'b0'], (b) => person.ask(brand, { w: w1, b }));
              await same([id, 'b0'], (b) => person.ask(timeline, { w: w1, filter: { brandIds: [b] } }));
            }
          }
          tellsNothing(name, person, all);
        }
      }),
      { ...onDatabase, numRuns: 2 },
    );
  }, 60_000);

  it('asks nothing of the database that no id can be: text that it cannot keep is nothing, or is refused', async () => {
    const { people } = worldOf(parts.server, []);
    for (const { name, person } of people) {
      for (const bad of ['\u0000', 'a\u0000b', '\ud800']) {
        const answers = [
          await person.ask(timeline, { w: bad }),
          await person.ask(workspace, { w: bad }),
          await person.ask(brand, { w: bad, b: bad }),
          await person.ask(nodes, { ids: ['ActivityLog', 'Workspace', 'Brand'].map((type) => gid(type, bad)) }),
          await person.ask(nodes, { ids: [gid('Brand', JSON.stringify([bad, bad]))] }),
          await person.ask(log, {
            input: {
              workspaceId: bad,
              entityType: 'OTHER',
              entityId: 'e',
              eventKey: 'a.b',
              actorType: 'USER',
              actorUserId: person.subject,
            },
          }),
        ];
        const codes = answers.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? []);
        expect([name, bad, codes.filter((code) => !['FORBIDDEN', 'BAD_USER_INPUT'].includes(code))]).toEqual([
          name,
          bad,
          [],
        ]);
        const refused = JSON.stringify(await person.subscribeInVain({ w: bad }));
        expect([name, refused]).toEqual([name, expect.stringMatching(/FORBIDDEN|BAD_USER_INPUT/)]);
      }
    }
  });
});
