import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, RequestScope } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/** What is told apart in metrics and traces: never the path itself, which anybody may make up. */
export function routeOf(path: string, isStream: boolean): string {
  if (path === '/graphql') return isStream ? 'stream' : 'graphql';
  if (path.startsWith('/graphql/') || path.startsWith('/viewer/')) return 'assets';
  if (path === '/health/live' || path === '/health/ready' || path === '/metrics' || path === '/export')
    return path.slice(1);
  return path === '/' ? 'root' : 'other';
}

const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'OPTIONS']);

export interface ObservedRequestOptions {
  metrics: Metrics;
  logger: Logger;
  /** True to log each request at info, otherwise they are at debug. */
  accessLog: boolean;
}

/** Counts a request, and logs it when it has ended. */
export function observeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { route, path, scope }: { route: string; path: string; scope: RequestScope },
  { metrics, logger, accessLog }: ObservedRequestOptions,
): void {
  const began = performance.now();
  metrics.requestsInFlight.inc();
  response.once('close', () => {
    const took = performance.now() - began;
    metrics.requestsInFlight.dec();
    const { method = '' } = request;
    const { statusCode, headersSent, writableFinished } = response;
    const status = headersSent ? `${Math.floor(statusCode / 100)}xx` : 'none';
    metrics.requests.observe({ route, method: methods.has(method) ? method : 'other', status }, took / 1_000);
    const level = accessLog ? 'info' : 'debug';
    if (!logger.isLevelEnabled(level)) return;
    const said = {
      ...scope,
      method,
      path,
      status: headersSent ? statusCode : undefined,
      ms: Math.round(took * 10) / 10,
    };
    logger[level]({ ...said, ...(writableFinished ? {} : { cut: true }) }, 'request');
  });
}
