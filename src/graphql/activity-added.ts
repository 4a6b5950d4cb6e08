import type { FeedEntry } from '../core/activity/feed.ts';
import { checkFilter } from '../core/activity/filter.ts';
import { needReadScope } from '../core/activity/visibility.ts';
import { EntryStream } from '../live/entry-stream.ts';
import { ActivityLogType } from './activity.ts';
import { builder } from './builder.ts';
import { checkSubscription } from './complexity.ts';
import { FilterInput } from './inputs.ts';
import { shared } from './shared-document.ts';

const ActivityAdded = builder.objectRef<FeedEntry>('ActivityAdded').implement({
  description: 'An entry that was committed.',
  fields: (t) => ({
    activity: t.field({
      type: ActivityLogType,
      description: 'The entry.',
      extensions: shared,
      resolve: ({ activity }) => activity,
    }),
    liveCursor: t.string({
      description: 'Opaque. `activityAdded(after:)` with it goes on behind this entry, on any instance.',
      extensions: shared,
      resolve: ({ position }, _args, { services }) => services.liveCursors.close(position),
    }),
  }),
});

builder.subscriptionField('activityAdded', (t) =>
  t.field({
    type: ActivityAdded,
    extensions: shared,
    description:
      'Entries as they are committed, each exactly once, whoever committed them. Of two transactions, the one that committed before the other began comes first.',
    args: {
      workspaceId: t.arg.string({ required: true, description: 'The workspace to follow.' }),
      filter: t.arg({ type: FilterInput, description: 'Which entries; all by default.' }),
      after: t.arg.string({
        description:
          'A `liveCursor`, of a page or of an entry received: everything committed after it comes first. From now on where it is left out. `LIVE_CURSOR_EXPIRED` where it cannot be used.',
      }),
    },
    subscribe: (_root, { workspaceId, filter, after }, context, info) => {
      const { viewer, services } = context;
      checkSubscription(context, info);
      const scope = needReadScope(viewer(), workspaceId);
      checkFilter(filter ?? {}, scope);
      const position = after == null ? undefined : services.liveCursors.open(after);
      return new EntryStream(services.live, { selection: { scope, filter: filter ?? {} }, after: position });
    },
    resolve: (entry) => entry,
  }),
);
