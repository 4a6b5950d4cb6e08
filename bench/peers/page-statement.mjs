// The statement with which the service itself reads a page, for the peers that run the same one.
import { ofDist } from '../support/dist.mjs';

const marks = { workspaceId: 'the workspace', createdAt: new Date(86_400_000), id: 'the id', limit: 50 };

/** Has the service's own function ask a database that only listens. */
async function listen(after) {
  const { readPage } = await import(ofDist('storage/timeline.js'));
  let heard;
  const database = {
    query: async ({ text, values }) => {
      heard = { text, values };
      return [['3:3:;', null]];
    },
  };
  await readPage(database, {
    scope: {
      workspaceId: marks.workspaceId,
      visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'],
      brandIds: null,
      internals: true,
    },
    filter: {},
    from: 'newest',
    limit: marks.limit,
    after: after ? { createdAt: marks.createdAt, id: marks.id } : undefined,
  });
  return heard;
}

/** A value of the statement as pg sends it, for what a page is asked by. */
function valueMaker(value) {
  if (value === marks.workspaceId) return ({ workspaceId }) => workspaceId;
  if (value === marks.createdAt) return ({ after }) => after.createdAt;
  if (value === marks.id) return ({ after }) => after.id;
  if (value === marks.limit + 1) return ({ first }) => String(first + 1);
  const same = Array.isArray(value) ? `{${value.join(',')}}` : String(value);
  return () => same;
}

async function statement(after) {
  const { text, values } = await listen(after);
  const makers = values.map(valueMaker);
  return { name: after ? 'page_after' : 'page', text, valuesOf: (asked) => makers.map((make) => make(asked)) };
}

const first = await statement(false);
const behind = await statement(true);

/**
 * The statement for a page: { name, text, values }, `name` to prepare it under.
 * @param asked { workspaceId, first, after }, where `after` is undefined or { createdAt: ISO text, id }
 */
export function pageStatement(asked) {
  const { name, text, valuesOf } = asked.after === undefined ? first : behind;
  return { name, text, values: valuesOf(asked) };
}
