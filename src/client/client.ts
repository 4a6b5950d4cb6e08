/**
 * The client of the service, for Node 20.19+ and browsers: `import { createActivityLogClient } from 'activity-log/client'`.
 */

import type { SpoolStore } from '../spool/spool-store.ts';
import { ActivityLogClientError } from './client-error.ts';
import {
  type ActivityExportFormat,
  type ActivityFieldsFragment,
  type ActivityFilter,
  type ActivityLogInput,
  ExportLinkDocument,
  LogDocument,
  type LogMutation,
  TimelineDocument,
  type TimelineQuery,
} from './generated/graphql.ts';
import type { ClientProblem, KeptLog } from './kept-log.ts';
import { LiveSocket } from './live-socket.ts';
import { type LogResult, logMany } from './log-many.ts';
import { createRequest, type Request } from './request.ts';
import { type Delivery, type SubscribeOptions, subscribe } from './subscription.ts';
import { type Token, TokenSource } from './token-source.ts';

export type { SpoolStore } from '../spool/spool-store.ts';
export { ActivityLogClientError, type AnsweredError, type ClientErrorCode } from './client-error.ts';
export type {
  ActivityActorType,
  ActivityEntityInput,
  ActivityEntityType,
  ActivityExportFormat,
  ActivityFilter,
  ActivityLogInput,
  ActivitySeverity,
  ActivityVisibility,
} from './generated/graphql.ts';
export type { ClientProblem } from './kept-log.ts';
export type { LogResult } from './log-many.ts';
export type { Retry } from './reconnection.ts';
export type { Delivery, SubscribeOptions } from './subscription.ts';
export type { Token, TokenRefusal } from './token-source.ts';

/** An entry as it stands in the trail. `createdAt` is RFC 3339 text. */
export type Activity = ActivityFieldsFragment;

export interface ActivityLogClientOptions {
  /** Of the service, for example `http://127.0.0.1:4000`; `/graphql` is added. */
  url: string | URL;
  /**
   * A JWT, or a function that gives one. The function is asked for the first request, before every connection of the
   * socket, and once more where a token was refused, which it is given then; requests in between use the last one.
   * What it takes its time for waits: a person who signs in again, for example.
   */
  token: Token;
  /** Like the global `fetch`, which is the default. */
  fetch?: typeof fetch | undefined;
  /** A constructor like the global `WebSocket`, which is the default; on Node 20 the package `ws`. */
  webSocket?: unknown;
  /** Milliseconds that a request may take, 30,000 by default. */
  timeout?: number | undefined;
  /**
   * Where `logActivity` keeps entries while the service is away. In memory by default (10,000 entries, 64 MiB);
   * `openFileStore({ directory })` of `activity-log/spool` keeps them beyond the end of the process.
   */
  spool?: SpoolStore | Promise<SpoolStore> | undefined;
  /** True: `logActivity` gives entries the moment of its call as `createdAt`. Only operators may. False by default: an entry that was kept has the time of its delivery. */
  keepTime?: boolean | undefined;
  /** Is told what `logActivity` does not throw; by default a warning on the console. */
  onProblem?: ((problem: ClientProblem) => void) | undefined;
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

export interface ExportLinkOptions {
  workspaceId: string;
  format: ActivityExportFormat;
  /** All entries by default. */
  filter?: ActivityFilter | undefined;
  /** For the moment of an earlier export of the same: what its header `Activity-Log-Export` said. */
  export?: string | undefined;
}

/** Where an export can be fetched without a token. */
export interface ExportLink {
  url: URL;
  /** From then on it is good for nothing. RFC 3339 text. */
  expiresAt: string;
}

/** Every method throws ActivityLogClientError, and whatever the token function throws. */
export interface ActivityLogClient {
  /**
   * Logs one entry, and resolves once it is committed. After `UNAVAILABLE` it may or may not have been: repeat it with
   * the same `idempotencyKey`.
   */
  log(entry: ActivityLogInput): Promise<LogMutation['activityLog']>;
  /**
   * Logs one entry and never throws, like `logActivity` of the library. Resolves with the entry once it is committed;
   * with null where it was refused, or where the service is away: then it is kept and delivered in its turn when the
   * service is back, once, whatever was lost on the way (it gets an `idempotencyKey` where it has none). `onProblem` is
   * told.
   */
  logActivity(entry: ActivityLogInput): Promise<Activity | null>;
  /**
   * Resolves once every entry that `logActivity` keeps has been delivered; tries at once.
   * @throws where the service is still away
   */
  flush(): Promise<void>;
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
  /** A link to a file of what may be seen at this moment. It lives for five minutes, or until the token ends. */
  exportLink(options: ExportLinkOptions, signal?: AbortSignal): Promise<ExportLink>;
  /** Runs a typed document of your own. */
  request: Request;
  /**
   * Ends every subscription at once; their loops are left. Tries once more to deliver what `logActivity` keeps, for at
   * most `timeout` milliseconds (5,000 by default); `onProblem` is told of what it still keeps then. May be called twice.
   */
  close(options?: { timeout?: number }): Promise<void>;
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

const said: Record<ClientProblem['kind'], string> = {
  away: 'the service is away, entries are kept',
  memory: 'entries can be kept in memory only',
  back: 'the service is back, the entries that were kept have been delivered',
  refused: 'an entry was refused',
  left: 'the client is closed while entries are kept',
  lost: 'an entry is lost: it can neither be delivered nor kept',
};

function warn(problem: ClientProblem): void {
  const reason = 'error' in problem && problem.error instanceof Error ? `: ${problem.error.message}` : '';
  // biome-ignore lint/suspicious/noConsole: whoever wants it elsewhere gives onProblem; nothing may go wrong in silence.
  console.warn(`activity-log: ${said[problem.kind]}${reason}`);
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
  let keptLog: Promise<KeptLog> | undefined;
  // Whoever logs first is told where it cannot be opened; until then it is nobody's failure.
  if (options.spool instanceof Promise) options.spool.catch(() => undefined);
  const openKeptLog = async () => {
    // Only where it is asked for: a page that shows a trail does not load what checks and keeps entries.
    const { KeptLog: opened } = await import('./kept-log.ts');
    const { spool: store, keepTime = false, onProblem = warn } = options;
    return await opened.open({ request, store, keepTime, onProblem });
  };

  async function timeline(variables: TimelineOptions): Promise<TimelinePage> {
    const { edges, pageInfo, liveCursor } = (await request(TimelineDocument, variables)).timeline;
    return { activities: edges.map((edge) => edge.node), pageInfo, liveCursor };
  }

  return {
    request,
    timeline,
    log: async (input) => (await request(LogDocument, { input })).activityLog,
    logMany: (entries) => logMany(request, entries),
    exportLink: async (wanted, signal) => {
      const { url, expiresAt } = (await request(ExportLinkDocument, wanted, signal)).activityExport;
      // A path on the service, which itself may have one behind a proxy.
      return { url: new URL(`.${url}`, endpoint), expiresAt };
    },
    logActivity: async (entry) => {
      keptLog ??= openKeptLog();
      return await (await keptLog).log(entry);
    },
    flush: async () => await (await keptLog)?.flush(),
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
    close: async ({ timeout } = {}) => {
      closing.abort();
      await (await keptLog)?.close(timeout);
    },
  };
}
