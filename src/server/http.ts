import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import { processRegularResult } from 'graphql-yoga';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError, errorCatalogue } from '../errors.ts';
import { corsMethods, type Graphql } from '../graphql/yoga.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Authenticator } from './authenticate.ts';
import { readBody } from './body.ts';
import { type EventStreamOptions, serveEventStream } from './event-stream.ts';
import type { Exports } from './export.ts';
import { serveGraphiql } from './graphiql.ts';
import type { InFlight } from './in-flight.ts';
import { type AskedOperation, answerTypeOf, readOperation } from './operation.ts';

export interface HttpOptions extends EventStreamOptions {
  graphql: Graphql;
  authenticator: Authenticator;
  logger: Logger;
  metrics: Metrics;
  inFlight: InFlight;
  exports: Exports;
  /** Throws where the service cannot do its work right now. */
  checkReady(): Promise<void>;
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    // Tokens come in a header that no other origin has: any front end may call, and read why it was refused.
    'access-control-allow-origin': '*',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

/** The one shape of every error of every route: that of GraphQL. */
function sendError(response: ServerResponse, error: ActivityLogError): void {
  const { code, field, message } = error;
  const headers: Record<string, string> = {};
  if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer';
  if (code === 'LIMIT_EXCEEDED') headers['connection'] = 'close';
  const extensions = { code, ...(field === undefined ? {} : { field }) };
  sendJson(response, errorCatalogue[code].status, { errors: [{ message, extensions }] }, headers);
}

/** Copies an answer of yoga to Node's. */
async function send(answer: Response, response: ServerResponse, headers: Record<string, string> = {}): Promise<void> {
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...headers });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** Those of yoga's `cors` (src/graphql/yoga.ts), for answers that do not come from it. */
function corsHeaders({ headers: { origin } }: IncomingMessage): Record<string, string> {
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': origin,
    vary: 'Origin',
    'access-control-allow-methods': corsMethods.join(', '),
    'access-control-allow-credentials': 'true',
  };
}

/** What yoga refuses without a word, in the words of everything else. */
const protocolErrors: Record<number, { field: string; message: string }> = {
  406: {
    field: 'accept',
    message: 'The answer can be application/graphql-response+json, application/json or text/event-stream.',
  },
  415: { field: 'content-type', message: 'The body of a request must be application/json.' },
};

function sendProtocolError(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  said?: string,
): void {
  const { field, message } = protocolErrors[status] ?? { field: 'request', message: 'The request is not valid.' };
  const extensions = { code: 'BAD_USER_INPUT', field };
  const { 'content-length': _, ...rest } = headers;
  sendJson(response, status, { errors: [{ message: said ?? message, extensions }] }, rest);
}

/** Answers as yoga does, without the detour of a Request and a Response of its own. */
async function answerOperation(
  request: IncomingMessage,
  response: ServerResponse,
  { operation, type, viewer }: { operation: AskedOperation; type: string; viewer: Viewer | undefined },
  { graphql }: HttpOptions,
): Promise<void> {
  const { result, write } = await graphql.execute(operation, viewer);
  const cors = corsHeaders(request);
  if (result.errors !== undefined) {
    const answer = processRegularResult(result, graphql.yoga.fetchAPI, type);
    return await send(answer, response, cors);
  }
  if (response.destroyed) return;
  const bytes = write(result);
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-length': bytes.length, ...cors });
  response.end(bytes);
}

/** Answers by yoga: whatever is not an operation as nearly all are. */
async function answerByYoga(
  request: IncomingMessage,
  response: ServerResponse,
  { body, viewer }: { body: Buffer<ArrayBuffer> | null; viewer: Viewer | undefined },
  { graphql: { yoga } }: HttpOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const incoming = new yoga.fetchAPI.Request(`http://localhost${request.url ?? '/'}`, {
    method: request.method ?? 'GET',
    headers: request.headers as Record<string, string>,
    body,
    signal: gone.signal,
  });
  let answer: Response;
  try {
    answer = await yoga.fetch(incoming, { signedIn: viewer });
  } catch (error) {
    // The client has gone, and nobody waits for an answer.
    if (gone.signal.aborted) return;
    throw error;
  }
  if (answer.status >= 400 && answer.body === null)
    return sendProtocolError(response, answer.status, Object.fromEntries(answer.headers));
  await send(answer, response);
}

async function answerGraphql(
  request: IncomingMessage,
  response: ServerResponse,
  viewer: Viewer | undefined,
  options: HttpOptions,
): Promise<void> {
  const { method = 'GET' } = request;
  const body = method !== 'GET' && method !== 'HEAD' ? await readBody(request) : null;
  const operation = readOperation(options.graphql.documents, request, body);
  if (operation?.kind === OperationTypeNode.SUBSCRIPTION) {
    if (isEventStream(request)) return await serveEventStream(response, operation, viewer, options);
    const message = 'A subscription is answered as text/event-stream, or over a WebSocket.';
    return sendProtocolError(response, 406, {}, message);
  }
  const type = operation && answerTypeOf(request, operation);
  if (operation === undefined || type === undefined)
    return await answerByYoga(request, response, { body, viewer }, options);
  await answerOperation(request, response, { operation, type, viewer }, options);
}

const isEventStream = ({ headers }: IncomingMessage): boolean => (headers.accept ?? '').includes('text/event-stream');

const wantsPage = ({ method, url = '', headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && !/[?&]query=/.test(url) && (headers.accept ?? '').includes('text/html');

async function answer(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? '/';
  if (path === '/health/live') return sendJson(response, 200, { status: 'ok' });
  if (path === '/health/ready') {
    await options.checkReady();
    return sendJson(response, 200, { status: 'ok' });
  }
  if (path === '/metrics') {
    response.writeHead(200, { 'content-type': options.metrics.registry.contentType });
    response.end(await options.metrics.registry.metrics());
    return;
  }
  if (path === '/') {
    response.writeHead(302, { location: '/graphql' }).end();
    return;
  }
  if (path.startsWith('/graphql/') || (path === '/graphql' && wantsPage(request))) {
    if (serveGraphiql(path, request, response)) return;
  }
  if (path === '/graphql') {
    const viewer = await options.authenticator.viewerOf(request.headers.authorization);
    return await answerGraphql(request, response, viewer, options);
  }
  if (path === '/export') {
    const viewerOf = () => options.authenticator.viewerOf(request.headers.authorization);
    return await options.exports.serve(request, response, viewerOf);
  }
  sendJson(response, 404, {
    errors: [
      { message: `There is nothing at ${path}. Try /graphql.`, extensions: { code: 'BAD_USER_INPUT', field: 'path' } },
    ],
  });
}

/** The HTTP side of the service: GraphQL, its page, health and metrics. Not yet listening. */
export function createHttpServer(options: HttpOptions): Server {
  return createServer((request, response) => {
    response.on('error', () => response.destroy());
    const work = answer(request, response, options).catch((error: unknown) => {
      if (error instanceof ActivityLogError) return sendError(response, error);
      options.metrics.unexpected.inc();
      options.logger.error({ err: error, path: request.url?.split('?', 1)[0] }, 'a request failed');
      return response.headersSent ? void response.destroy() : sendError(response, new ActivityLogError('INTERNAL'));
    });
    if (!isEventStream(request)) void options.inFlight.track(work);
  });
}
