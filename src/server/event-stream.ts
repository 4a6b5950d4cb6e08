/** Subscriptions over HTTP: server-sent events, as graphql-sse has them for distinct connections. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ExecutionResult } from 'graphql';
import { ActivityLogError } from '../errors.ts';
import type { Graphql, Operation, RequestContext } from '../graphql/yoga.ts';
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
  asked: Operation,
  { signedIn: viewer, scope }: RequestContext,
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
  const opened = await graphql.subscriptions.open({ ...asked, viewer, scope }, { outlet: channel, fail: finish });
  if (response.destroyed) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
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
