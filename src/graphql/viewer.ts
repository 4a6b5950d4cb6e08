import type { Grant, Viewer } from '../core/activity/visibility.ts';
import { builder } from './builder.ts';
import { ViewerRole } from './enums.ts';

const ViewerWorkspace = builder.objectRef<{ workspaceId: string; grant: Grant }>('ViewerWorkspace').implement({
  description: 'What the token grants in one workspace.',
  fields: (t) => ({
    workspaceId: t.exposeString('workspaceId', {
      description: 'The workspace; `*` stands for every one that is not named.',
    }),
    role: t.field({ type: ViewerRole, description: 'The role.', resolve: ({ grant }) => grant.role }),
    brandIds: t.stringList({
      nullable: true,
      description: 'The brands that a client sees; null for other roles.',
      resolve: ({ grant }) => (grant.role === 'client' ? [...grant.brandIds] : null),
    }),
  }),
});

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is asking, as the token says.',
  fields: (t) => ({
    subject: t.exposeString('subject', { description: "The token's `sub`." }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the token ends.' }),
    workspaces: t.field({
      type: [ViewerWorkspace],
      description: 'What the token grants, by workspace.',
      resolve: ({ grants }) => [...grants].map(([workspaceId, grant]) => ({ workspaceId, grant })),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({ type: ViewerType, description: 'Who is asking.', resolve: (_root, _args, { viewer }) => viewer() }),
);
