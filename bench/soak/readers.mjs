// Those who read pages, search and ask for statistics.
import { atRate } from './pace.mjs';
import { workspaceId } from './writers.mjs';

const page = `query ($filter: ActivityFilter, $after: String) {
  timeline(workspaceId: "${workspaceId}", first: 50, filter: $filter, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { id eventKey message createdAt brand { id } } } } }`;
const statistics = `query ($filter: ActivityFilter) {
  activityStats(workspaceId: "${workspaceId}", interval: MINUTE, filter: $filter) {
    total exact histogram { total: count } severities { count } } }`;

const searches = ['harvest', '"quiet signal"', 'größe', 'orch*', 'letter -bridge'];
const pick = (values) => values[Math.floor(Math.random() * values.length)];

/** Reads until the signal. `rates` are calls a second. */
export async function read({ service, ledger, signal, rates }) {
  const attempt = async (what, call) => {
    try {
      await call();
      ledger.done[what] += 1;
    } catch (error) {
      ledger.fail(what, error);
    }
  };
  await Promise.all([
    atRate(rates.pages, signal, () =>
      attempt('pages', async () => {
        const filter = pick([{}, { brandIds: ['brand-3'] }, { eventKeys: ['publication.*'] }]);
        // Three pages deep.
        for (let after, deep = 0; deep < 3; deep += 1) {
          const { pageInfo } = (await service.graphql(page, { filter, after })).timeline;
          if (!pageInfo.hasNextPage) break;
          after = pageInfo.endCursor;
        }
      }),
    ),
    atRate(rates.searches, signal, () =>
      attempt('searches', () => service.graphql(page, { filter: { search: pick(searches) } })),
    ),
    atRate(rates.statistics, signal, () =>
      attempt('statistics', () => {
        const from = new Date(Date.now() - 10 * 60_000).toISOString();
        return service.graphql(statistics, { filter: { from } });
      }),
    ),
  ]);
}
