// Section filters: every filter and the common pairs, frequent and rare, in a large workspace and in a small one.
import { rareThings } from './data-set.mjs';
import { measureLatency } from './latency.mjs';
import { entriesFound as found, filteredPageQuery as query } from './page-query.mjs';

const counting = `query ($w: String!, $filter: ActivityFilter) { timeline(workspaceId: $w, filter: $filter, first: 1) { edges { cursor } count { value exact } } }`;

const counted = ({ timeline }) => `${timeline.count.value}${timeline.count.exact ? '' : '+'}`;

export async function filters({ data }) {
  const things = rareThings();
  const { main, small } = things.workspaces;
  const { incident } = things;
  const beforeIncident = { to: incident.from.toISOString() };
  const pages = [
    ['entity', 20, { entities: [{ type: 'PUBLICATION', id: 'publication-77' }] }],
    ['entity type', 20, { entities: [{ type: 'PUBLICATION' }] }],
    ['event key, frequent', 20, { eventKeys: ['content.updated'] }],
    ['event key, rare', 50, { eventKeys: [things.eventKey] }],
    ['publication.*', 20, { eventKeys: ['publication.*'] }],
    ['actor, rare', 50, { actorUserIds: [things.actorUserId] }],
    ['severity WARNING', 20, { severities: ['WARNING'] }],
    ['severity ERROR', 50, { severities: [things.severity] }],
    ['visibility CLIENT', 20, { visibilities: ['CLIENT'] }],
    ['visibility SYSTEM', 20, { visibilities: ['SYSTEM'] }],
    ['context, frequent', 20, { contexts: ['publication_worker'] }],
    ['context, rare', 50, { contexts: [things.context] }],
    ['brand', 20, { brandIds: [things.brands[0]] }],
    ['a week', 20, { from: '2026-01-01T00:00:00Z', to: '2026-01-08T00:00:00Z' }],
    ['nothing at all', 50, { actorUserIds: ['nobody'] }],
    ['ERROR before the incident', 50, { severities: [things.severity], ...beforeIncident }],
    ['brand and WARNING', 20, { brandIds: [things.brands[0]], severities: ['WARNING'] }],
    ['brand and event key, rare', 50, { brandIds: [things.brands[0]], eventKeys: [things.eventKey] }],
    ['publication.* and ERROR', 50, { eventKeys: ['publication.*'], severities: [things.severity] }],
    ['CLIENT and WARNING', 50, { visibilities: ['CLIENT'], severities: ['WARNING'] }],
    ['actor, rare, and brand', 50, { actorUserIds: [things.actorUserId], brandIds: [things.brands[1]] }],
    ['SYSTEM and context importer', 20, { visibilities: ['SYSTEM'], contexts: ['importer'] }],
  ];
  const questions = pages.flatMap(([name, most, filter]) => [
    { name, most, query, variables: { w: main, filter }, found },
  ]);
  for (const [name, filter] of [
    ['WARNING', { severities: ['WARNING'] }],
    ['event key, rare', { eventKeys: [things.eventKey] }],
    ['actor nobody', { actorUserIds: ['nobody'] }],
  ])
    questions.push({ name: `small workspace: ${name}`, most: 20, query, variables: { w: small, filter }, found });
  for (const [name, filter] of [
    ['all', {}],
    ['WARNING', { severities: ['WARNING'] }],
    ['event key, rare', { eventKeys: [things.eventKey] }],
  ])
    questions.push({
      name: `count: ${name}`,
      most: 100,
      query: counting,
      variables: { w: main, filter },
      found: counted,
    });
  await measureLatency({ data }, 'A page of 50 by each filter', questions);
}
