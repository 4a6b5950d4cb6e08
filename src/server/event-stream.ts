/** Subscriptions over HTTP: server-sent events, as graphql-sse has them for distinct connections. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { SubscriptionRequest } from '../graphql/subscriptions.ts';
import type { Graphql } from '../graphql/yoga.ts';
import type { Delivery, Outlet } from '../live/topic.ts';
import { Channel, type ChannelOptions, progressOf } from './channel.ts';
import { atTime } from './expiry.ts';
import type { Heartbeat } from './heartbeat.ts';

const eventOf = (result: ExecutionResult): string => `event: next\ndata: ${JSON.stringify(result)}\n\n`;
const complete = 'event: complete\ndata:\n\n';

/** Characters that are written at once, about. */
const chunkSize = 65_536;

/** A streamed answer, and its one subscription's outlet. */
class EventChannel extends Channel implements Outlet {
  readonly #response: ServerResponse;
  readonly #socket: Socket;

  constructor(options: ChannelOptions, response: ServerResponse, socket: Socket, onStall: () => void) {
    super(options, onStall);
    this.#response = response;
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  get progress(): string {
    return progressOf(this.#socket);
  }

  write(deliveries: readonly Delivery[], from: number): number {
    if (!this.isOpen) return deliveries.length - from;
    let next = from;
    while (next < deliveries.length && !this.isFull) {
      const first = next;
      let text = '';
      for (; next < deliveries.length && text.length < chunkSize; next += 1)
        text += `event: next\ndata: ${(deliveries[next] as Delivery).text}\n\n`;
      const bytes = Buffer.from(text);
      this.#response.write(bytes, this.whenSent(bytes.length));
      this.wrote(next - first, bytes.length);
    }
    return next - from;
  }
}

const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');

function paramsOf(request: IncomingMessage, body: Buffer | null): Record<string, unknown> | undefined {
  try {
    if (body !== null) {
      if (request.method !== 'POST' || !isJson(request)) return undefined;
      // Parsed again by yoga where it is not for us: not worth it for the many that cannot be.
      if (!body.includes('subscription') && !body.includes('\\u')) return undefined;
      return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    }
    if (request.method !== 'GET') return undefined;
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const variables = searchParams.get('variables');
    return {
      query: searchParams.get('query'),
      operationName: searchParams.get('operationName'),
      variables: variables === null ? undefined : (JSON.parse(variables) as unknown),
    };
  } catch {
    return undefined;
  }
}

/** The subscription that a request asks for; undefined where it is something else, or nothing that could be executed. */
export function readSubscription(
  { documents }: Graphql,
  request: IncomingMessage,
  body: Buffer | null,
): Omit<SubscriptionRequest, 'viewer'> | undefined {
  const { query, operationName, variables } = paramsOf(request, body) ?? {};
  if (typeof query !== 'string' || (operationName != null && typeof operationName !== 'string')) return undefined;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return undefined;
  try {
    const document = documents.parse(query);
    if (documents.validate(document).length > 0) return undefined;
    const name = operationName ?? undefined;
    if (getOperationAST(document, name)?.operation !== OperationTypeNode.SUBSCRIPTION) return undefined;
    return { document, operationName: name, variables: (variables as Record<string, unknown> | null) ?? undefined };
  } catch {
    return undefined;
  }
}

export interface EventStreamOptions {
  graphql: Graphql;
  channel: ChannelOptions;
  heartbeat: Heartbeat;
}

/**
 * Answers with the events of a subscription, until it fails, the token expires, or the client goes. Resolves at the end.
 * @throws where nothing was sent yet
 */
export async function serveEventStream(
  response: ServerResponse,
  asked: Omit<SubscriptionRequest, 'viewer'>,
  viewer: Viewer | undefined,
  { graphql, channel: channelOptions, heartbeat }: EventStreamOptions,
): Promise<void> {
  const { socket } = response;
  if (socket === null) return;
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const channel = new EventChannel(channelOptions, response, socket, () => {
    channelOptions.metrics.stalls.inc();
    fail(
      new ActivityLogError(
        'LIMIT_EXCEEDED',
        'Too slow: nothing was taken for too long. Resume after the last liveCursor.',
      ),
    );
    // What is unsent, and this, is taken soon or never.
    setTimeout(() => response.destroy(), 30_000).unref();
  });
  let end = () => {};
  const finish = (result: ExecutionResult) => {
    end();
    if (channel.isOpen) response.end(`${eventOf(result)}${complete}`);
  };
  const fail = (error: ActivityLogError) => finish({ errors: [graphql.toSafeError(error) as never] });
  const opened = await graphql.subscriptions.open({ ...asked, viewer }, { outlet: channel, fail: finish });
  if (response.destroyed) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'access-control-allow-origin': '*',
    // For proxies that would hold events back.
    'x-accel-buffering': 'no',
  });
  // Some browsers take the headers only with a first byte.
  response.write(':\n\n');
  if (!('start' in opened)) return finish(opened);
  const stopTimer =
    viewer &&
    atTime(viewer.expiresAt, () =>
      fail(new ActivityLogError('UNAUTHENTICATED', 'The token has expired. Get a new one.')),
    );
  const beating = { beat: () => void (channel.isFull || response.write(':\n\n', channel.sent)) };
  end = () => {
    opened.close();
    stopTimer?.();
    heartbeat.remove(beating);
    channel.sent();
  };
  heartbeat.add(beating);
  opened.start();
  await closed;
  end();
}
