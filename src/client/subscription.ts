import { ActivityLogClientError } from './client-error.ts';
import {
  ActivityAddedDocument,
  type ActivityAddedSubscription,
  type ActivityFilter,
  LiveCursorDocument,
} from './generated/graphql.ts';
import { Inbox } from './inbox.ts';
import type { LiveSocket } from './live-socket.ts';
import { Reconnection, type Retry } from './reconnection.ts';
import type { Request } from './request.ts';

/** An entry that was committed, and where to go on behind it. */
export type Delivery = ActivityAddedSubscription['activityAdded'];

export interface SubscribeOptions {
  workspaceId: string;
  filter?: ActivityFilter | undefined;
  /** A `liveCursor`: everything committed after it comes first. By default from the first `next()` on. */
  after?: string | undefined;
  /** Ends the subscription: the loop is left as if there was nothing more. */
  signal?: AbortSignal | undefined;
  /**
   * Entries that wait for the reader, 1,000 by default. A socket cannot be told to pause: when one more comes, the
   * operation is ended, and begun again behind the last entry once the reader has taken what waits. Nothing is lost.
   */
  buffer?: number | undefined;
  /** How often to try again without a single delivery in between; without end by default. */
  retries?: number | undefined;
  /** Called when the service has accepted a connection: the first one, and each after a retry. May not throw. */
  onConnect?: (() => void) | undefined;
  /** Called when a connection was lost, before the wait. */
  onRetry?: ((retry: Retry) => void) | undefined;
}

interface Parts {
  request: Request;
  socket: LiveSocket;
}

/**
 * Entries in their order, each once, over as many connections as it takes. Every connection goes on behind the last
 * entry that was handed out: what waits in the inbox of a lost one is handed out first.
 */
async function* deliveries(
  { request, socket }: Parts,
  { workspaceId, filter, after, buffer = 1_000, ...options }: SubscribeOptions,
  signal: AbortSignal,
): AsyncGenerator<Delivery, void, undefined> {
  const reconnection = new Reconnection(options);
  let cursor = after;
  while (!signal.aborted) {
    let leave: (() => void) | undefined;
    try {
      reconnection.begin();
      // Without a cursor of its own a subscription would lose what is committed between a cut and its first delivery.
      cursor ??= (await request(LiveCursorDocument, { workspaceId }, signal)).timeline.liveCursor;
      await socket.prepare();
      if (signal.aborted) return;
      const inbox = new Inbox<Delivery>(buffer);
      leave = socket.subscribe(
        ActivityAddedDocument,
        { workspaceId, filter, after: cursor },
        {
          open: () => options.onConnect?.(),
          next: (data) => {
            inbox.push(data.activityAdded);
            if (inbox.overflowed) leave?.();
          },
          fail: (error) => inbox.fail(error),
        },
      );
      for (let one = await inbox.take(signal); one !== undefined; one = await inbox.take(signal)) {
        cursor = one.liveCursor;
        reconnection.succeed();
        yield one;
      }
    } catch (error) {
      if (signal.aborted) return;
      await reconnection.waitAfter(error, signal);
    } finally {
      leave?.();
    }
  }
}

/**
 * The subscription as an iterator that ends at once, even while it waits: a bare async generator would first have to
 * get its next value. Nothing happens before the first `next()`.
 * @param closing ends it too
 */
export function subscribe(
  parts: Parts,
  options: SubscribeOptions,
  closing: AbortSignal,
): AsyncIterableIterator<Delivery, undefined, undefined> {
  const { buffer } = options;
  if (buffer !== undefined && !(Number.isInteger(buffer) && buffer > 0)) {
    throw new ActivityLogClientError('BAD_USER_INPUT', `buffer takes a whole number from 1 on, got ${buffer}`, {
      field: 'buffer',
    });
  }
  const ending = new AbortController();
  const outer = [closing, options.signal].filter((signal) => signal !== undefined);
  const end = () => {
    for (const signal of outer) signal.removeEventListener('abort', end);
    ending.abort();
  };
  for (const signal of outer) signal.addEventListener('abort', end, { once: true });
  if (outer.some((signal) => signal.aborted)) end();

  const generator = deliveries(parts, options, ending.signal);
  const done = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (ending.signal.aborted) return done;
      return await new Promise<IteratorResult<Delivery, undefined>>((resolve, reject) => {
        const onEnd = () => resolve(done);
        ending.signal.addEventListener('abort', onEnd, { once: true });
        // First of all the listener goes: ending it by what was given here must not look like having been ended.
        const settle = (isLast: boolean, give: () => void) => {
          ending.signal.removeEventListener('abort', onEnd);
          if (isLast) end();
          give();
        };
        generator.next().then(
          (result) => settle(result.done === true, () => resolve(result.done ? done : result)),
          (error: unknown) => settle(true, () => reject(error)),
        );
      });
    },
    async return() {
      end();
      // Not awaited: it may be waiting for the application's token function. What it holds was let go by the signal.
      void generator.return().catch(() => undefined);
      return done;
    },
  };
}
