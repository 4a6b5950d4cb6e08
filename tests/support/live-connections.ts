import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { AskedFor } from './asked-for.ts';

export interface LiveOperation {
  /** Of the service, or of a proxy in front of it. */
  url: string;
  token: string;
  query: string;
  variables: Record<string, unknown>;
}

export interface LiveResult {
  data?: AskedFor;
  errors?: unknown;
}

/** The results of one subscription over one connection, until that breaks (it throws) or the loop is left. */
export type LiveConnection = (operation: LiveOperation) => AsyncGenerator<LiveResult, void, undefined>;

/** The connection ended; `code` is a WebSocket's, where it was closed with one, or the status of an HTTP answer that was whole. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly code: number | undefined;

  constructor(why: unknown) {
    const { code, reason, message } = (why ?? {}) as Partial<Record<'code' | 'reason' | 'message', unknown>>;
    super([code, reason, message].filter(Boolean).join(' '));
    this.code = typeof code === 'number' ? code : undefined;
  }
}

/** `graphql-transport-ws`, by the client of graphql-ws. The loop is left gently, or, every other time, without a word. */
export const overWebSocket: LiveConnection = async function* ({ url, token, query, variables }) {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  try {
    for await (const result of client.iterate({ query, variables })) yield result as LiveResult;
  } catch (error) {
    throw Array.isArray(error) ? error : new ConnectionEnded(error);
  } finally {
    if (Math.random() < 0.5) client.terminate();
    await client.dispose();
  }
  throw new ConnectionEnded({ message: 'completed by the service' });
};

async function post({ url, token, query, variables }: LiveOperation): Promise<IncomingMessage> {
  const sent = request(`${url}/graphql`, {
    method: 'POST',
    // One connection, used once.
    agent: false,
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
  });
  sent.end(JSON.stringify({ query, variables }));
  // What breaks after the response began comes out of the response.
  sent.on('error', () => undefined);
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    throw new ConnectionEnded(error);
  }
}

/** The events of a response, without their comments (the service's pings). */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<string, void, undefined> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    yield* events.filter((event) => !event.startsWith(':'));
  }
}

/** Server-sent events in distinct connections mode: `next` and, where the service ends it, `complete`. */
export const overSse: LiveConnection = async function* (operation) {
  const response = await post(operation);
  const events = eventsOf(response);
  try {
    for (;;) {
      const { value, done } = await events.next();
      if (done === true) break;
      const [, name, data = ''] = /^event: (\w+)\ndata:(.*)$/.exec(value) ?? [];
      if (name === 'next') yield JSON.parse(data) as LiveResult;
      else if (name !== 'complete') throw new SyntaxError(`This is no event: ${value}`);
    }
  } catch (error) {
    throw error instanceof SyntaxError ? error : new ConnectionEnded(error);
  } finally {
    response.destroy();
  }
  throw new ConnectionEnded({ code: response.statusCode, message: 'completed by the service' });
};
