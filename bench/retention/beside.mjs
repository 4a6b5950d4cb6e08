// Section beside: pages and writes while entries are deleted, and while none are.
import { setTimeout as delay } from 'node:timers/promises';
import { dataSets } from '../reading/data-set.mjs';
import { pageQuery } from '../reading/page-query.mjs';
import { mainWorkspace } from '../reading/rows.mjs';
import { settings } from '../reading/settings.mjs';
import { openClient } from '../support/database.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { startService } from '../support/service.mjs';
import { compared, say, shown, table } from '../support/table.mjs';
import { openRetention } from './deleting.mjs';

const atLeast = 0.9;
const entriesOfCall = 100;
const callers = 8;
const fewBehind = 5_000;

const logging = `mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate } } }`;
const entry = {
  workspaceId: 'workspace-new',
  entityType: 'CONTENT',
  entityId: 'content-1',
  eventKey: 'content.updated',
  message: 'Content updated: a title of some words',
  actorType: 'WORKER',
  actorLabel: 'Worker',
  payload: { before: { title: 'a' }, after: { title: 'b' } },
};

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Several callers, each of which asks again when it is answered. */
async function closedLoop(ask, milliseconds) {
  const times = [];
  const began = performance.now();
  const caller = async () => {
    while (performance.now() - began < milliseconds) {
      const asked = performance.now();
      await ask();
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const sorted = times.toSorted((a, b) => a - b);
  const seconds = (performance.now() - began) / 1_000;
  return { perSecond: times.length / seconds, median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

export async function beside({ postgres }) {
  const { url, rows: all } = await dataSets(postgres).large();
  const client = await openClient(url);
  // Half of all are older than this.
  const { rows } = await client.query(
    `SELECT (extract(epoch FROM now() - percentile_disc(0.5) WITHIN GROUP (ORDER BY "createdAt")) / 86400)::int AS days
     FROM "ActivityLog" TABLESAMPLE SYSTEM (1)`,
  );
  const retention = await openRetention(url, rows[0].days);
  await retention.pretendIndexed();
  const service = await startService(url);
  const page = () => service.graphql(pageQuery, { workspaceId: mainWorkspace, first: 50 });
  const write = () => service.graphql(logging, { input: Array.from({ length: entriesOfCall }, () => entry) });
  // What was written in the round before is being indexed for longer than that round was.
  const indexed = async () => {
    while ((await service.metrics()).activity_log_index_behind_entries > fewBehind) await delay(250);
  };
  const alone = (ask) => async () => {
    await indexed();
    await closedLoop(ask, settings.roundMs / 8);
    return await closedLoop(ask, settings.roundMs);
  };
  let deleted = 0;
  const whileDeleting = (ask, options) => async () => {
    await indexed();
    const began = performance.now();
    const work = retention.start(options);
    const result = await alone(ask)();
    const count = await work.stop();
    deleted += count;
    return { ...result, rate: count / ((performance.now() - began) / 1_000) };
  };
  const large = { workspaceId: mainWorkspace };
  await closedLoop(page, settings.roundMs);
  await closedLoop(write, settings.roundMs);
  const found = await takeTurns({
    pages: alone(page),
    pagesLarge: whileDeleting(page, large),
    pagesSmall: whileDeleting(page),
    writes: alone(write),
    writesLarge: whileDeleting(write, large),
    writesSmall: whileDeleting(write),
  });
  say(`${callers} callers; ${shown(all)} entries, of which ${shown(deleted)} were deleted meanwhile.`);
  const lines = (pages, writes) => [
    compared('pages of 50 a second', pages.perSecond, found.pages.perSecond, { atLeast }),
    compared('median ms of a page (ratio: the other way)', pages.median, found.pages.median, {
      ratio: found.pages.median / pages.median,
      atLeast,
    }),
    compared('p99 ms of a page', pages.p99, found.pages.p99),
    compared(`calls of ${entriesOfCall} entries a second`, writes.perSecond, found.writes.perSecond, { atLeast }),
    compared('median ms of a call', writes.median, found.writes.median),
    compared('p99 ms of a call', writes.p99, found.writes.p99),
    compared('entries deleted a second, beside pages and beside writes', pages.rate, writes.rate, {
      ratio: Number.NaN,
    }),
  ];
  table(
    'While entries of one large workspace are deleted, and while none are',
    lines(found.pagesLarge, found.writesLarge),
    'none',
  );
  table(
    'While entries of thousands of small workspaces are deleted',
    lines(found.pagesSmall, found.writesSmall),
    'none',
  );
  const began = performance.now();
  const rest = retention.start({ rest: 0 });
  await rest.running;
  const more = await rest.stop();
  const took = (performance.now() - began) / 1_000;
  say(
    `The other ${shown(more)} that were due were deleted without rests in ${shown(took)} s, ${shown(more / took)} a second.`,
  );
  await service.stop();
  await retention.close();
  await client.end();
}
