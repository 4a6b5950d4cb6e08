import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import { processRegularResult } from 'graphql-yoga';
import { ActivityLogError, statusOf } from '../errors.ts';
import type { Graphql, RequestContext } from '../graphql/yoga.ts';
import type { InFlight } from '../in-flight.ts';
import type { RequestScope } from '../log.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { Answer, answerHeaders, requestIdOf } from './answer-headers.ts';
import { readBody } from './body.ts';
import { type EventStreamOptions, serveEventStream } from './event-stream.ts';
import type { Exports } from './export.ts';
import { graphiql } from './graphiql.ts';
import { type ObservedRequestOptions, observeRequest, routeOf } from './observed-request.ts';
import { type AskedOperation, answerTypeOf, isJson, readOperation } from './operation.ts';
import type { Origins } from './origins.ts';
import { type Pages, servePages } from './pages.ts';
import type { ReadinessCheck } from './readiness.ts';
import { type SignInOptions, signIn } from './sign-in.ts';
import { traceRequest } from './traced-request.ts';

export interface HttpOptions extends EventStreamOptions, SignInOptions, ObservedRequestOptions {
  graphql: Graphql;
  inFlight: InFlight;
  origins: Origins;
  /** Milliseconds that a client may take to send a request. */
  requestTimeout: number;
  tracing: Tracing | undefined;
  /** Whether browsers get GraphiQL. */
  graphiql: boolean;
  /** What browsers get at `/`; undefined where they are sent to GraphQL. */
  viewer: Pages | undefined;
  /** What /metrics has to be asked with; undefined where it is open. */
  metricsToken: string | undefined;
  readiness: Pick<ReadinessCheck, 'look'>;
  exports: Exports;
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

/** The one shape of every error of every route: that of GraphQL. */
function sendError(response: ServerResponse, error: ActivityLogError): void {
  const { code, field, message, retryAfter } = error;
  const headers: Record<string, string> = {};
  if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer';
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  else if (code === 'LIMIT_EXCEEDED') headers['connection'] = 'close';
  const extensions = {
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  sendJson(response, statusOf(error), { errors: [{ message, extensions }] }, headers);
}

/** Copies an answer of yoga to Node's. */
async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
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
  response: ServerResponse,
  { operation, type, from }: { operation: AskedOperation; type: string; from: RequestContext },
  { graphql }: HttpOptions,
): Promise<void> {
  const { result, write } = await graphql.execute(operation, from);
  if (result.errors !== undefined) {
    const answer = processRegularResult(result, graphql.yoga.fetchAPI, type);
    return await send(answer, response);
  }
  if (response.destroyed) return;
  const bytes = write(result);
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-length': bytes.length });
  response.end(bytes);
}

/** Answers by yoga: whatever is not an operation as nearly all are. */
async function answerByYoga(
  request: IncomingMessage,
  response: ServerResponse,
  { body, from }: { body: Buffer<ArrayBuffer> | null; from: RequestContext },
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
    answer = await yoga.fetch(incoming, from);
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
  from: RequestContext,
  options: HttpOptions,
): Promise<void> {
  const { method = 'GET' } = request;
  // The other kinds that yoga takes are those that a form of any page may send, and it asks nobody before.
  if (method === 'POST' && !isJson(request)) return sendProtocolError(response, 415, {});
  const body = method !== 'GET' && method !== 'HEAD' ? await readBody(request) : null;
  const operation = readOperation(options.graphql.documents, request, body);
  if (operation?.kind === OperationTypeNode.SUBSCRIPTION) {
    if (isEventStream(request)) return await serveEventStream(response, operation, from, options);
    const message = 'A subscription is answered as text/event-stream, or over a WebSocket.';
    return sendProtocolError(response, 406, {}, message);
  }
  const type = operation && answerTypeOf(request, operation);
  if (operation === undefined || type === undefined)
    return await answerByYoga(request, response, { body, from }, options);
  await answerOperation(response, { operation, type, from }, options);
}

/** Milliseconds that a client may take to send the headers of a request. */
const longestHeaders = 20_000;

const isEventStream = ({ headers }: IncomingMessage): boolean => (headers.accept ?? '').includes('text/event-stream');

const wantsPage = ({ method, url = '', headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && !/[?&]query=/.test(url) && (headers.accept ?? '').includes('text/html');

const metricsClosed = 'Send "Authorization: Bearer TEXT" with the text of ACTIVITY_METRICS_TOKEN.';

function mayReadMetrics({ headers }: IncomingMessage, { metricsToken }: HttpOptions): boolean {
  if (metricsToken === undefined) return true;
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(headers.authorization ?? ''), hash(`Bearer ${metricsToken}`));
}

/** Without chunks an answer of unknown length ends as a broken one does: half a file would be taken for a whole one. */
function refuseUnchunked(response: ServerResponse): void {
  const headers = { upgrade: 'HTTP/1.1', connection: 'upgrade, close' };
  const message =
    'Exports need HTTP/1.1: in an older one no end can be told from a cut. Where a proxy asks for you, let it speak 1.1 (nginx: proxy_http_version 1.1).';
  sendJson(
    response,
    426,
    { errors: [{ message, extensions: { code: 'BAD_USER_INPUT', field: 'httpVersion' } }] },
    headers,
  );
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/';

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  scope: RequestScope,
  options: HttpOptions,
): Promise<void> {
  const path = pathOf(request);
  if (request.method === 'OPTIONS') return options.origins.answerPreflight(request, response);
  if (path === '/health/live') return sendJson(response, 200, { status: 'ok' });
  if (path === '/health/ready') {
    const { isReady, checks } = await options.readiness.look();
    if (isReady) return sendJson(response, 200, { status: 'ok', checks });
    const message = `Not ready: ${Object.entries(checks)
      .filter(([, said]) => said !== 'ok' && said !== 'idle')
      .map(([name, said]) => `${name} (${said})`)
      .join(', ')}.`;
    return sendJson(response, 503, {
      status: 'unavailable',
      checks,
      errors: [{ message, extensions: { code: 'UNAVAILABLE' } }],
    });
  }
  if (path === '/metrics') {
    if (!mayReadMetrics(request, options)) throw new ActivityLogError('UNAUTHENTICATED', metricsClosed);
    response.writeHead(200, { 'content-type': options.metrics.registry.contentType, 'cache-control': 'no-store' });
    response.end(await options.metrics.registry.metrics());
    return;
  }
  if (options.viewer !== undefined && (path === '/' || path.startsWith('/viewer/'))) {
    if (await servePages(options.viewer, path, request, response)) return;
  } else if (path === '/') {
    response.writeHead(302, { location: '/graphql' }).end();
    return;
  }
  if (options.graphiql && (path.startsWith('/graphql/') || (path === '/graphql' && wantsPage(request)))) {
    if (await servePages(graphiql, path, request, response)) return;
  }
  if (path === '/graphql') {
    const viewer = await signIn(request.headers.authorization, request, options);
    return await answerGraphql(request, response, { signedIn: viewer, scope }, options);
  }
  if (path === '/export') {
    if (request.httpVersion !== '1.1') return refuseUnchunked(response);
    const viewerOf = (authorization: string | undefined) => signIn(authorization, request, options);
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
  const { requestTimeout, metrics, logger, tracing, origins, proxyHops } = options;
  const headersTimeout = Math.min(requestTimeout / 3, longestHeaders);
  const limits = {
    ServerResponse: Answer,
    requestTimeout,
    headersTimeout,
    connectionsCheckingInterval: Math.min(headersTimeout, 5_000),
  };

  async function serve(request: IncomingMessage, response: ServerResponse, scope: RequestScope): Promise<void> {
    try {
      await answer(request, response, scope, options);
    } catch (error) {
      if (error instanceof ActivityLogError) return sendError(response, error);
      metrics.unexpected.inc();
      logger.error({ ...scope, err: error, path: pathOf(request) }, 'a request failed');
      if (response.headersSent) response.destroy();
      else sendError(response, new ActivityLogError('INTERNAL'));
    }
  }

  const server = createServer(limits, (request, response) => {
    response.on('error', () => response.destroy());
    const isStream = isEventStream(request);
    const path = pathOf(request);
    const route = routeOf(path, isStream);
    const scope: RequestScope = { requestId: requestIdOf(request) };
    const readers = route === 'metrics' ? undefined : origins;
    response.always = answerHeaders(request, { requestId: scope.requestId, origins: readers, proxyHops });
    observeRequest(request, response, { route, path, scope }, options);
    const work = traceRequest(request, response, { route, scope, tracing }, () => serve(request, response, scope));
    if (!isStream) void options.inFlight.track(work);
  });
  return server as Server;
}
