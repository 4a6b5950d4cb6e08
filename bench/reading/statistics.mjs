// Section statistics: histogram and facets of a day, a month, and all.
import { rareThings } from './data-set.mjs';
import { measureLatency } from './latency.mjs';

const stats = `query ($w: String!, $filter: ActivityFilter, $interval: ActivityStatsInterval!) {
  activityStats(workspaceId: $w, filter: $filter, interval: $interval, timeZone: "Europe/Berlin") {
    total exact counted histogram { start count } eventKeys { eventKey count } severities { severity count }
    brands { brandId count } entityTypes { entityType count } actors { actorType actorLabel actorUserId count } } }`;

export async function statistics({ data }) {
  const { main, small } = rareThings().workspaces;
  const day = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
  const month = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };
  const questions = [
    ['a day by minutes', main, day, 'MINUTE'],
    ['a month by days', main, month, 'DAY'],
    ['all by months', main, {}, 'MONTH'],
    ['all errors by days', main, { severities: ['ERROR'] }, 'DAY'],
    ['all of a rare event key', main, { eventKeys: ['publication.failed'] }, 'WEEK'],
    ['all of a word', main, { search: 'deprecated' }, 'MONTH'],
    ['a small workspace', small, {}, 'MONTH'],
  ].map(([name, w, filter, interval]) => ({
    name,
    most: 100,
    query: stats,
    variables: { w, filter, interval },
    found: ({ activityStats: { total, exact, counted } }) =>
      exact ? `${total}` : `about ${total} (${counted} counted)`,
    otherwise: ({ activityStats: { exact } }) => (exact ? undefined : 'an estimate'),
  }));
  await measureLatency({ data }, 'Statistics', questions);
}
