/**
 * The client of the service, for Node 20.19+ and browsers: `import { createActivityLogClient } from 'activity-log/client'`.
 */
import { ActivityLogClientError } from './client-error.ts';
import {
  type ActivityFieldsFragment,
  type ActivityFilter,
  type ActivityLogInput,
  LogDocument,
  type LogMutation,
  TimelineDocument,
  type TimelineQuery,
} from './generated/graphql.ts';
import { LiveSocket } from './live-socket.ts';
import { type LogResult, logMany } from './log-many.ts';
import { createRequest, type Request } from './request.ts';
import { type Delivery, type SubscribeOptions, subscribe } from './subscription.ts';
import { type Token, TokenSource } from './token-source.ts';

export { ActivityLogClientError, type AnsweredError, type ClientErrorCode } from './client-error.ts';
export type {
  ActivityActorType,
  ActivityEntityInput,
  ActivityEntityType,
  ActivityFilter,
  ActivityLogInput,
  ActivitySeverity,
  ActivityVisibility,
} from './generated/graphql.ts';
export type { LogResult } from './log-many.ts';
export type { Retry } from './reconnection.ts';
export type { Delivery, SubscribeOptions } from './subscription.ts';
export type { Token } from './token-source.ts';

/** An entry as it stands in the trail. `createdAt` is RFC 3339 text. */
export type Activity = ActivityFieldsFragment;

export interface ActivityLogClientOptions {
  /** Of the service, for example `http://127.0.0.1:4000`; `/graphql` is added. */
  url: string | URL;
  /**
   * A JWT, or a function that gives one. The function is asked for the first request, for every connection of the
   * socket, and once more where a token was refused; requests in between use the last one.
   */
  token: Token;
  /** Like the global `fetch`, which is the default. */
  fetch?: typeof fetch | undefined;
  /** A constructor like the global `WebSocket`, which is the default; on Node 20 the package `ws`. */
  webSocket?: unknown;
  /** Milliseconds that a request may take, 30,000 by default. */
  timeout?: number | undefined;
}

export interface TimelineOptions {
  workspaceId: string;
  filter?: ActivityFilter | undefined;
  /** At most this many, from the newest; 50 by default, 500 at most. */
  first?: number | undefined;
  /** Only entries behind this cursor, that is older ones. */
  after?: string | undefined;
  /** At most this many, from the oldest. Not together with `first`. */
  last?: number | undefined;
  /** Only entries before this cursor, that is newer ones. */
  before?: string | undefined;
}

/** A page of a timeline. */
export interface TimelinePage {
  /** Newest first. */
  activities: Activity[];
  pageInfo: TimelineQuery['timeline']['pageInfo'];
  /** For `subscribe({ after })`: goes on behind the very snapshot that this page was read from. */
  liveCursor: string;
}

export interface PagesOptions extends Pick<TimelineOptions, 'workspaceId' | 'filter' | 'after'> {
  /** Entries of each page: 500 by default, which is the most. */
  pageSize?: number | undefined;
}

/** Every method throws ActivityLogClientError, and whatever the token function throws. */
export interface ActivityLogClient {
  /**
   * Logs one entry, and resolves once it is committed. After `UNAVAILABLE` it may or may not have been: repeat it with
   * the same `idempotencyKey`.
   */
  log(entry: ActivityLogInput): Promise<LogMutation['activityLog']>;
  /**
   * Logs any number of entries, in calls of at most 1,000 entries and about 6 MiB, one after the other. One result each,
   * in their order: refused ones carry their `error`. Where it throws, earlier calls stay written: repeat it with the
   * same idempotency keys.
   */
  logMany(entries: readonly ActivityLogInput[]): Promise<LogResult[]>;
  /** A page of a timeline, newest first. */
  timeline(options: TimelineOptions): Promise<TimelinePage>;
  /** All pages of a timeline, from the newest entry to the oldest, each read when it is asked for. */
  pages(options: PagesOptions): AsyncGenerator<TimelinePage, void, undefined>;
  /**
   * Entries as they are committed, each once, through cuts, restarts of the service and expired tokens: it reconnects
   * (after 0.1 s to 10 s) behind the last entry that it gave out. Leaving the loop, `return()` and the signal end it at
   * once, and close the socket where it was the last subscription. Nothing happens before the first `next()`.
   * @throws where trying again would not help: FORBIDDEN, BAD_USER_INPUT, LIMIT_EXCEEDED, LIVE_CURSOR_EXPIRED;
   *   UNAUTHENTICATED where a new token was refused too; INTERNAL after five tries
   */
  subscribe(options: SubscribeOptions): AsyncIterableIterator<Delivery, undefined, undefined>;
  /** Runs a typed document of your own. */
  request: Request;
  /** Ends every subscription; their loops are left. May be called twice. */
  close(): void;
}

function endpointOf(url: string | URL): URL {
  const text = String(url);
  const base = URL.canParse(text) ? new URL(text) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol)) {
    throw new ActivityLogClientError(
      'BAD_USER_INPUT',
      `url must be like "http://127.0.0.1:4000", got ${JSON.stringify(text)}`,
      { field: 'url' },
    );
  }
  if (!base.pathname.endsWith('/graphql')) base.pathname = `${base.pathname.replace(/\/$/, '')}/graphql`;
  base.hash = '';
  return base;
}

/**
 * Makes a client. Nothing is connected before it is used.
 * @throws ActivityLogClientError BAD_USER_INPUT where `url` is none
 */
export function createActivityLogClient(options: ActivityLogClientOptions): ActivityLogClient {
  const endpoint = endpointOf(options.url);
  const tokens = new TokenSource(options.token);
  const request = createRequest({
    endpoint,
    tokens,
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    timeout: options.timeout ?? 30_000,
  });
  const socket = new LiveSocket({
    url: endpoint.href.replace(/^http/, 'ws'),
    tokens,
    webSocket: options.webSocket,
  });
  const closing = new AbortController();

  async function timeline(variables: TimelineOptions): Promise<TimelinePage> {
    const { edges, pageInfo, liveCursor } = (await request(TimelineDocument, variables)).timeline;
    return { activities: edges.map((edge) => edge.node), pageInfo, liveCursor };
  }

  return {
    request,
    timeline,
    log: async (input) => (await request(LogDocument, { input })).activityLog,
    logMany: (entries) => logMany(request, entries),
    async *pages({ workspaceId, filter, after, pageSize = 500 }) {
      let from = after;
      for (;;) {
        const page = await timeline({ workspaceId, filter, first: pageSize, after: from });
        yield page;
        const { hasNextPage, endCursor } = page.pageInfo;
        if (!hasNextPage || endCursor === null) return;
        from = endCursor;
      }
    },
    subscribe: (asked) => subscribe({ request, socket }, asked, closing.signal),
    close: () => closing.abort(),
  };
}
