import type { ShownActivity } from '../core/activity/activity.ts';
import type { Selection } from '../core/activity/feed.ts';
import { type ActivityFilter, checkFilter } from '../core/activity/filter.ts';
import {
  closePageCursor,
  longestPageCursor,
  openPageCursor,
  type PagePosition,
  putPageCursor,
} from '../core/activity/page-cursor.ts';
import { needReadScope } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import { countEntries, hasBeyond, type Page, type PageRequest, readPage } from '../storage/timeline.ts';
import { ActivityLogType, type ActivityShape } from './activity.ts';
import { builder } from './builder.ts';
import type { GraphqlContext, Services } from './context.ts';
import { FilterInput } from './inputs.ts';
import { pageSize } from './limits.ts';
import { BrandType, WorkspaceType } from './workspace.ts';
import { sameEntry, written } from './written-pages.ts';

interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** A page with what it was asked by, so that its further fields can be read when somebody selects them. */
interface Connection {
  request: PageRequest;
  page: Page;
}

const countLimits = { default: 10_000, most: 100_000 } as const;

const ActivityCount = builder.objectRef<{ value: number; exact: boolean }>('ActivityCount').implement({
  description: 'How many entries match, counted up to a limit.',
  fields: (t) => ({
    value: t.exposeInt('value', { description: 'The number, or the limit where there are more.' }),
    exact: t.exposeBoolean('exact', { description: 'False where there are more than `value`.' }),
  }),
});

const ActivityEdge = builder.objectRef<ShownActivity>('ActivityEdge').implement({
  description: 'An entry in a page, with its cursor.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Opaque. For `after` or `before`.',
      extensions: written((entry, to) =>
        to.plain(longestPageCursor(entry), (bytes, at) => putPageCursor(entry, bytes, at)),
      ),
      resolve: (entry) => closePageCursor(entry),
    }),
    node: t.field({
      type: ActivityLogType,
      description: 'The entry.',
      extensions: sameEntry,
      resolve: (entry) => entry as ActivityShape,
    }),
  }),
});

const ActivityConnection = builder.objectRef<Connection>('ActivityConnection').implement({
  description: 'A page of a timeline: newest first, by `createdAt`, then by `id`.',
  fields: (t) => ({
    edges: t.field({
      type: [ActivityEdge],
      description: 'The entries of the page.',
      // The connection's field has counted them already.
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ page }, _args, { pages }, info) => (pages?.take(page.entries, info) ? [] : page.entries),
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      description: 'Whether there is more, and from where.',
      resolve: (connection, _args, { services }) => pageInfo(connection, services) as never,
    }),
    liveCursor: t.string({
      description:
        'Stands for every entry committed up to the very snapshot that this page was read from. `activityAdded(after:)` with it goes on from there: nothing missed, nothing twice.',
      resolve: ({ page }, _args, { services }) => services.liveCursors.close({ seen: page.snapshot }),
    }),
    count: t.field({
      type: ActivityCount,
      description: 'How many entries match the filter, whatever the page.',
      args: {
        limit: t.arg.int({
          defaultValue: countLimits.default,
          description: `Count no further than this, at most ${countLimits.most}.`,
        }),
      },
      // The page's size multiplies it too.
      complexity: { field: 10 },
      resolve: ({ request }, args, { services }) => {
        const limit = args.limit ?? countLimits.default;
        if (limit < 0)
          throw new ActivityLogError('BAD_USER_INPUT', `limit must not be negative, got ${limit}`, { field: 'limit' });
        if (limit > countLimits.most) {
          throw new ActivityLogError('LIMIT_EXCEEDED', `limit takes at most ${countLimits.most}, got ${limit}`, {
            field: 'limit',
          });
        }
        return countEntries(services.database, request, limit);
      },
    }),
  }),
});

/** What lies beyond a page is only looked for where somebody selects it; schema.ts calls these functions. */
interface PageInfo {
  startCursor: string | null;
  endCursor: string | null;
  hasPreviousPage: () => boolean | Promise<boolean>;
  hasNextPage: () => boolean | Promise<boolean>;
}

/**
 * Beyond the side that a page was cut on, the page itself knows; on the other side only a cursor can leave anything out.
 * Beside an empty page lie its cursors' own entries too.
 */
function pageInfo({ request, page }: Connection, { database }: Services): PageInfo {
  const { after, before, from } = request;
  const newest = page.entries[0];
  const oldest = page.entries.at(-1);
  const isWhole = after === undefined && before === undefined;
  const look = (side: 'older' | 'newer', entry: PagePosition | undefined, cursor: PagePosition | undefined) => {
    const position = entry ?? cursor;
    return isWhole || position === undefined
      ? false
      : hasBeyond(database, request, side, position, entry === undefined);
  };
  return {
    startCursor: newest === undefined ? null : closePageCursor(newest),
    endCursor: oldest === undefined ? null : closePageCursor(oldest),
    hasPreviousPage: () => (from === 'oldest' && page.more) || look('newer', newest, after),
    hasNextPage: () => (from === 'newest' && page.more) || look('older', oldest, before),
  };
}

function checkSize(field: 'first' | 'last', value: number): number {
  if (value < 0) throw new ActivityLogError('BAD_USER_INPUT', `${field} must not be negative, got ${value}`, { field });
  if (value > pageSize.most) {
    throw new ActivityLogError('LIMIT_EXCEEDED', `${field} takes at most ${pageSize.most}, got ${value}`, { field });
  }
  return value;
}

function pageRequest(selection: Selection, { first, after, last, before }: PageArguments): PageRequest {
  if (first != null && last != null) {
    throw new ActivityLogError('BAD_USER_INPUT', 'first and last cannot be given together', { field: 'last' });
  }
  return {
    ...selection,
    from: last == null ? 'newest' : 'oldest',
    limit: last == null ? checkSize('first', first ?? pageSize.default) : checkSize('last', last),
    after: after == null ? undefined : openPageCursor(after, 'after'),
    before: before == null ? undefined : openPageCursor(before, 'before'),
  };
}

async function readConnection(
  context: GraphqlContext,
  workspaceId: string,
  filter: ActivityFilter,
  args: PageArguments,
): Promise<Connection> {
  const scope = needReadScope(context.viewer(), workspaceId);
  checkFilter(filter, scope);
  const request = pageRequest({ scope, filter }, args);
  return { request, page: await readPage(context.services.database, request) };
}

/** What a statement of its own counts for, beside the fields of its answer. */
const statement = 100;
const complexity = ({ first, last }: PageArguments) => ({
  field: statement,
  // An empty page has fields too.
  multiplier: Math.max(first ?? last ?? pageSize.default, 1),
});
const description = 'The entries that you may see, newest first. Without `first` or `last`: the newest 50.';

builder.queryField('timeline', (t) =>
  t.field({
    type: ActivityConnection,
    description,
    args: {
      workspaceId: t.arg.string({ required: true, description: 'The workspace to look at.' }),
      filter: t.arg({ type: FilterInput, description: 'Which entries; all by default.' }),
      ...t.arg.connectionArgs(),
    },
    complexity,
    resolve: (_root, { workspaceId, filter, ...args }, context) =>
      readConnection(context, workspaceId, filter ?? {}, args),
  }),
);

builder.objectField(WorkspaceType, 'timeline', (t) =>
  t.field({
    type: ActivityConnection,
    description,
    args: {
      filter: t.arg({ type: FilterInput, description: 'Which entries; all by default.' }),
      ...t.arg.connectionArgs(),
    },
    complexity,
    resolve: ({ id }, { filter, ...args }, context) => readConnection(context, id, filter ?? {}, args),
  }),
);

builder.objectField(BrandType, 'timeline', (t) =>
  t.field({
    type: ActivityConnection,
    description: `${description} Only entries of this brand.`,
    args: {
      filter: t.arg({ type: FilterInput, description: 'Which entries; all by default.' }),
      ...t.arg.connectionArgs(),
    },
    complexity,
    resolve: ({ workspaceId, id }, { filter, ...args }, context) => {
      const brandIds = filter?.brandIds == null || filter.brandIds.includes(id) ? [id] : [];
      return readConnection(context, workspaceId, { ...filter, brandIds }, args);
    },
  }),
);
