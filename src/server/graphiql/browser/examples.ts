export interface ExampleTab {
  readonly query: string;
  readonly variables?: string;
}

/**
 * Runs in the browser. The tabs that GraphiQL opens with: each runs as it is and says what it shows.
 * @param workspaceId the workspace that they write to and read, @param subject who is signed in
 */
export function examplesFor(workspaceId: string, subject: string): ExampleTab[] {
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  const brandId = 'nike';
  const common = { workspaceId, brandId, entityType: 'PUBLICATION' };
  return [
    {
      query: `# Welcome! Each tab is an example that runs as it is:
# press the play button, or Ctrl-Enter.
#
# Hover over a field to read what it means. The book
# on the left opens the whole documentation.
#
# This one: who am I, what does my token let me do?
query WhoAmI {
  viewer {
    subject
    expiresAt
    workspaces {
      workspaceId
      role
      brandIds
    }
  }
}
`,
    },
    {
      query: `# Logs one entry: the one under Variables, below.
# It answers once the entry is committed.
#
# With an "idempotencyKey" the call can be repeated:
# "duplicate" is true then, and nothing is written.
mutation LogEntry($input: ActivityLogInput!) {
  activityLog(input: $input) {
    duplicate
    activity {
      id
      createdAt
      eventKey
      message
    }
  }
}
`,
      variables: json({
        input: {
          ...common,
          entityId: 'publication-1',
          eventKey: 'publication.published',
          message: 'Spring campaign published on Instagram',
          actorType: 'USER',
          actorUserId: subject,
          visibility: 'CLIENT',
          payload: { platform: 'instagram', posts: 3 },
        },
      }),
    },
    {
      query: `# The trail of a workspace, newest first. Empty?
# Run LogEntry and LogMany.
#
# The filter is under Variables: all its conditions
# hold, each list means any of its values. Try to add
# "search": "instagram". For the next page, set
# "after" to the endCursor of this one.
query Timeline(
  $workspaceId: String!
  $filter: ActivityFilter
  $after: String
) {
  timeline(
    workspaceId: $workspaceId
    filter: $filter
    first: 20
    after: $after
  ) {
    count {
      value
      exact
    }
    edges {
      node {
        createdAt
        severity
        eventKey
        message
        actorType
        actorUserId
        actorLabel
        payload
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    liveCursor
  }
}
`,
      variables: json({
        workspaceId,
        filter: { eventKeys: ['publication.*'], severities: ['INFO', 'WARNING', 'ERROR'] },
      }),
    },
    {
      query: `# Logs up to 1000 entries at once, in their order.
#
# The last one here is refused, for its eventKey; the
# refusal says why. The others are written all the same.
#
# Run it twice: the first one has an idempotencyKey and
# is a duplicate the second time.
mutation LogMany($input: [ActivityLogInput!]!) {
  activityLogMany(input: $input) {
    results {
      duplicate
      activity {
        id
        eventKey
        message
      }
      error {
        code
        field
        message
      }
    }
  }
}
`,
      variables: json({
        input: [
          {
            ...common,
            entityId: 'publication-2',
            eventKey: 'publication.scheduled',
            message: 'Scheduled for Friday, 9:00',
            actorType: 'SYSTEM',
            actorLabel: 'Scheduler',
            idempotencyKey: 'example-scheduled-publication-2',
          },
          {
            ...common,
            entityId: 'publication-2',
            eventKey: 'publication.failed',
            message: 'Publication failed for Instagram',
            actorType: 'WORKER',
            actorLabel: 'Instagram Worker',
            context: 'publication_worker',
            severity: 'ERROR',
            payload: { platform: 'instagram', errorCode: 'RATE_LIMIT' },
          },
          {
            ...common,
            entityId: 'publication-2',
            eventKey: 'Publication Failed',
            actorType: 'WORKER',
            actorLabel: 'Instagram Worker',
          },
        ],
      }),
    },
    {
      query: `# The trail, live, over WebSocket. Press play: each
# entry appears on the right as it is committed. Log
# some from a second window: this tab stops listening
# when you leave it.
#
# With "after", the liveCursor of a timeline or of an
# entry, it goes on from there: nothing is missed and
# nothing comes twice.
subscription Live(
  $workspaceId: String!
  $filter: ActivityFilter
  $after: String
) {
  activityAdded(
    workspaceId: $workspaceId
    filter: $filter
    after: $after
  ) {
    activity {
      createdAt
      severity
      eventKey
      message
      actorUserId
      actorLabel
    }
    liveCursor
  }
}
`,
      variables: json({ workspaceId, filter: { severities: ['INFO', 'WARNING', 'ERROR'] } }),
    },
    {
      query: `# Entries carry ids. This gives the ids names: every
# entry's "workspace" and "brand" have them from now on.
# Run it with other names to rename.
mutation Names(
  $workspace: WorkspaceUpsertInput!
  $brand: BrandUpsertInput!
) {
  workspaceUpsert(input: $workspace) {
    databaseId
    name
  }
  brandUpsert(input: $brand) {
    databaseId
    name
    workspace {
      name
    }
  }
}
`,
      variables: json({
        workspace: { id: workspaceId, name: workspaceId === 'demo' ? 'Demo agency' : workspaceId },
        brand: { workspaceId, id: brandId, name: 'Nike' },
      }),
    },
  ];
}
