/** An export shows what a timeline shows, by either road and in every format; what is hidden is not there for it either. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unescapeFormula } from '@/core/activity/export-csv.ts';
import { createActivityWriter } from '@/storage/activity-writer.ts';
import { onDatabase } from '../support/generated-entries.ts';
import {
  expectAlike,
  type Fetched,
  generated,
  type Person,
  type Shown,
  tellsNothing,
  timeline,
  useServer,
  worldOf,
} from './people.ts';

const formats = ['csv', 'jsonl', 'json'] as const;
const link = `mutation ($w: String!, $format: ActivityExportFormat!, $filter: ActivityFilter) {
  activityExport(workspaceId: $w, format: $format, filter: $filter) { url } }`;

/** The entries of an export. */
function entriesOf({ text }: Fetched, format: (typeof formats)[number]): Shown[] {
  if (format === 'csv') {
    const rows = parse(text, { columns: true, cast: (field, { quoting }) => (quoting || field !== '' ? field : null) });
    return (rows as Record<string, string | null>[]).map(({ id, context, actorUserId }) => ({
      databaseId: unescapeFormula(id ?? ''),
      context: context ?? null,
      actorUserId: actorUserId ?? null,
    }));
  }
  const objects =
    format === 'json'
      ? JSON.parse(text)
      : text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
  return (objects as (Shown & { id: string })[]).map(({ id, ...rest }) => ({ ...rest, databaseId: id }));
}

const errorOf = ({ status, text }: Fetched) => ({ status, ...JSON.parse(text).errors[0] });
const idsOf = (shown: readonly { databaseId: string }[]) => shown.map(({ databaseId }) => databaseId).sort();

describe.each(['pglite', 'postgres'] as const)('nobody exports more than a timeline shows (%s)', (kind) => {
  const parts = useServer(kind);

  it('with a token and by a link, in every format, the entries that tell of exports included', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async (entries) => {
        const { w1, w2, w3, all, people } = worldOf(parts.server, entries);
        await createActivityWriter(parts.database).write(all);
        for (const [place, { name, person }] of people.entries()) {
          const format = formats[place % formats.length] as (typeof formats)[number];
          for (const workspaceId of [w1, w2, w3]) {
            const roads = {
              token: async () => await person.export({ workspaceId, format }),
              link: async () => {
                const made = await person.ask(link, { w: workspaceId, format: format.toUpperCase() });
                const url: string | undefined = made.data?.['activityExport']?.url;
                return url === undefined ? made.errors?.[0] : await person.open(url);
              },
            };
            for (const [road, take] of Object.entries(roads)) {
              const page = await person.ask(timeline, { w: workspaceId });
              const taken = await take();
              if (!person.reads(workspaceId)) {
                const [refused] = page.errors ?? [];
                const told = road === 'link' ? taken : errorOf(taken as Fetched);
                expect([name, told]).toMatchObject([
                  name,
                  { message: refused?.message, extensions: refused?.extensions },
                ]);
                continue;
              }
              const exported = entriesOf(taken as Fetched, format);
              // What tells of an export comes in between: all of the page before, and nothing but the page behind it.
              const pages = [page, await person.ask(timeline, { w: workspaceId })];
              const [before = [], behind = []] = pages.map(({ data }) =>
                data?.['timeline'].edges.map(({ node }: { node: Shown }) => node.databaseId),
              );
              expect([name, road, idsOf(exported)]).toEqual([name, road, expect.arrayContaining(before)]);
              expect([name, road, behind]).toEqual([name, road, expect.arrayContaining(idsOf(exported))]);
              const visible = all.filter((entry) => entry.workspaceId === workspaceId && person.sees(entry));
              const known = new Set(all.map(({ id }) => id));
              expect(idsOf(exported.filter(({ databaseId }) => known.has(databaseId)))).toEqual(
                visible.map(({ id }) => id).sort(),
              );
              if (person.grantIn(workspaceId)?.role !== 'client') continue;
              for (const { context, actorUserId } of exported) expect([context, actorUserId]).toEqual([null, null]);
            }
          }
          tellsNothing(name, person, all);
        }
      }),
      { ...onDatabase, numRuns: 2 },
    );
  }, 60_000);
});

describe.each(['pglite', 'postgres'] as const)('what is hidden from an export (%s)', (kind) => {
  // An export that is told of makes a workspace one that is there.
  const parts = useServer(kind, { logExports: 'off' });

  it('cannot be told from what is not there, by any workspace, id, filter or manifest', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async (entries) => {
        const { run, w1, w2, w3, all, people } = worldOf(parts.server, entries);
        await createActivityWriter(parts.database).write(all);
        for (const { name, person } of people) {
          const same = (asked: [string, string], question: (id: string) => Promise<unknown>) =>
            expectAlike(name, asked, question);
          const exported = async (parameters: Record<string, string>) => {
            const { status, text } = await person.export(parameters);
            return { status, text };
          };
          for (const workspaceId of [w1, w2, w3]) {
            const sees = all.some((entry) => entry.workspaceId === workspaceId && person.sees(entry));
            if (workspaceId in person.grants || sees) continue;
            const asked: [string, string] = [workspaceId, `${run}-w0`];
            for (const format of formats) {
              await same(asked, (w) => exported({ workspaceId: w, format }));
              await same(asked, async (w) => {
                const { data, errors } = await person.ask(link, { w, format: format.toUpperCase() });
                return errors ?? (await person.open(data?.['activityExport'].url)).text;
              });
            }
            await same(asked, (w) => countOf(person, { workspaceId: w }));
          }
          if (!person.reads(w1)) continue;
          const { ticket } = await person.export({ workspaceId: w1, format: 'jsonl' });
          const hidden = all.filter((one) => !person.sees(one));
          for (const entry of hidden.slice(-4)) {
            await same([entry.id, `${entry.id}0`], (after) =>
              exported({ workspaceId: w1, format: 'jsonl', export: ticket, after }),
            );
            await same([entry.message ?? '', 'nowhere'], (search) =>
              exported({ workspaceId: w1, filter: JSON.stringify({ search }) }),
            );
            await same([entry.message ?? '', 'nowhere'], (search) =>
              countOf(person, { workspaceId: w1, filter: JSON.stringify({ search }) }),
            );
          }
          if (person.grantIn(w1)?.role !== 'client') continue;
          for (const field of ['contexts', 'actorUserIds']) {
            const values = all
              .slice(0, 3)
              .map(({ context, actorUserId }) => (field === 'contexts' ? context : actorUserId));
            const filter = { [field]: values };
            const refused = { extensions: { code: 'FORBIDDEN', field: `filter.${field}` } };
            expect(errorOf(await person.export({ workspaceId: w1, filter: JSON.stringify(filter) }))).toMatchObject(
              refused,
            );
            const { errors } = await person.ask(link, { w: w1, format: 'CSV', filter });
            expect(errors?.[0]).toMatchObject(refused);
          }
          tellsNothing(name, person, all);
        }
      }),
      { ...onDatabase, numRuns: 2 },
    );
  }, 60_000);

  it('is nobody else’s: neither the ticket nor the link of who sees more shows more', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async (entries) => {
        const { w1, all, people } = worldOf(parts.server, entries);
        await createActivityWriter(parts.database).write(all);
        const operator = people[0]?.person as Person;
        const { ticket } = await operator.export({ workspaceId: w1, format: 'json' });
        const [last] = all.filter(({ workspaceId, visibility }) => workspaceId === w1 && visibility === 'SYSTEM');
        for (const { name, person } of people) {
          if (person.grantIn(w1)?.role === 'operator') continue;
          for (const more of [{}, { after: last?.id ?? '' }, { manifest: 'only' }]) {
            const taken = await person.export({ workspaceId: w1, format: 'json', export: ticket, ...more });
            const code = person.reads(w1) ? 'BAD_USER_INPUT' : 'FORBIDDEN';
            expect([name, errorOf(taken).extensions.code]).toEqual([name, code]);
          }
          const own: string | undefined = (await person.ask(link, { w: w1, format: 'JSON' })).data?.['activityExport']
            ?.url;
          if (own === undefined) continue;
          // Nothing of a link can be changed beside it, and a ticket is none.
          for (const path of [`${own}&workspaceId=${w1}`, `${own}&export=${ticket}`, `/export?link=${ticket}`])
            expect([name, path, (await person.open(path)).status]).toEqual([
              name,
              path,
              path.includes('&') ? 400 : 401,
            ]);
          tellsNothing(name, person, all);
        }
      }),
      { ...onDatabase, numRuns: 1 },
    );
  }, 60_000);
});

/** What the manifest of an export says that it comes to, or why there is none. */
async function countOf(person: Person, parameters: Record<string, string>): Promise<unknown> {
  const { status, text } = await person.export({ ...parameters, format: 'jsonl', manifest: 'only' });
  const { filter, liveCursor, createdAt, ...rest } = JSON.parse(text);
  // The filter is what it has said itself.
  person.told.splice(-1, 1, JSON.stringify(rest));
  return { status, ...rest };
}
