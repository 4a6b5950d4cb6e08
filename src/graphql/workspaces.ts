import { isLongerThan, isStorableText } from '../core/activity/text.ts';
import type { Role } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Workspace } from '../storage/directory.ts';
import { readWorkspaceIds, type WorkspaceIdsRequest } from '../storage/workspace-ids.ts';
import { builder } from './builder.ts';
import { findWorkspace } from './find.ts';
import { WorkspaceType } from './workspace.ts';

/**
 * What others than operators may not see of a workspace, they may not learn of by where a page goes on either: they are
 * only led past workspaces that everybody with a token for them is told of, whatever is in them.
 */
const othersFor = (role: Role | undefined): WorkspaceIdsRequest['others'] =>
  role === undefined ? [] : role === 'operator' ? ['a name', 'entries'] : ['a name'];

/** Workspaces of a page: by default, at most. */
const pageSize = { default: 50, most: 500 } as const;

interface WorkspacePage {
  workspaces: readonly Workspace[];
  endCursor: string | null;
  hasNextPage: boolean;
}

const closeCursor = (id: string) => Buffer.from(id).toString('base64url');

function openCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (closeCursor(id) !== cursor || !isStorableText(id)) {
    throw new ActivityLogError('BAD_USER_INPUT', 'after takes a cursor that `workspaces` has given', {
      field: 'after',
    });
  }
  return id;
}

const WorkspaceEdge = builder.objectRef<Workspace>('WorkspaceEdge').implement({
  description: 'A workspace in a page, with its cursor.',
  fields: (t) => ({
    cursor: t.string({ description: 'Opaque. For `after`.', resolve: ({ id }) => closeCursor(id) }),
    node: t.field({ type: WorkspaceType, description: 'The workspace.', resolve: (workspace) => workspace }),
  }),
});

const WorkspaceConnection = builder.objectRef<WorkspacePage>('WorkspaceConnection').implement({
  description: 'A page of workspaces, by id.',
  fields: (t) => ({
    edges: t.field({
      type: [WorkspaceEdge],
      description: 'The workspaces of the page.',
      // The connection's field has counted them already.
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ workspaces }) => workspaces,
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      description: 'Whether there is more, and from where. It may be said of a page that is not full.',
      resolve: ({ workspaces, endCursor, hasNextPage }) => {
        const first = workspaces[0];
        const startCursor = first === undefined ? null : closeCursor(first.id);
        // Looked up when they are asked for, as those of timelines are.
        return { startCursor, endCursor, hasNextPage: () => hasNextPage, hasPreviousPage: () => false } as never;
      },
    }),
  }),
});

builder.queryField('workspaces', (t) =>
  t.field({
    type: WorkspaceConnection,
    description:
      'The workspaces that your token is for, by id. With a token for every one (`*`): those that have a name, and for operators those that have entries, too.',
    args: {
      search: t.arg.string({ description: 'A part of the id or the name.' }),
      first: t.arg.int({
        defaultValue: pageSize.default,
        description: `At most this many, up to ${pageSize.most}; ${pageSize.default} by default.`,
      }),
      after: t.arg.string({ description: 'Only those behind this cursor.' }),
    },
    // As much as with a search, which looks at ids that do not match, too: what an operation costs is the same for any text.
    complexity: ({ first }) => ({ field: 1_000, multiplier: first ?? pageSize.default }),
    resolve: async (_root, { search, first, after }, context) => {
      const limit = first ?? pageSize.default;
      if (limit < 1 || limit > pageSize.most) {
        throw new ActivityLogError('BAD_USER_INPUT', `first takes 1 to ${pageSize.most}, got ${limit}`, {
          field: 'first',
        });
      }
      const { grants } = context.viewer();
      const page = await readWorkspaceIds(context.services.database, {
        named: [...grants.keys()].filter((id) => id !== '*' && isStorableText(id)),
        others: othersFor(grants.get('*')?.role),
        search: search ? acceptSearch(search) : undefined,
        after: after ? openCursor(after) : '',
        limit,
      });
      // The one rule of which workspaces there are: found by this road or by their ids, they are the same.
      const found = await Promise.all(page.ids.map((id) => findWorkspace(context, id)));
      return {
        workspaces: found.filter((workspace) => workspace !== null),
        endCursor: page.last === undefined ? null : closeCursor(page.last),
        hasNextPage: page.more,
      };
    },
  }),
);

function acceptSearch(search: string): string {
  if (!isLongerThan(search, 256) && isStorableText(search)) return search;
  const message = 'search takes at most 256 characters, without U+0000 and lone surrogates';
  throw new ActivityLogError('BAD_USER_INPUT', message, { field: 'search' });
}
