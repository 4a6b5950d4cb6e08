import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestScope } from '../log.ts';
import type { Tracing } from '../tracing/tracing.ts';

/** Routes whose requests are worth a trace. Streams last for hours; of them only what begins them is traced. */
const traced: ReadonlySet<string> = new Set(['graphql', 'export']);

/** Runs the work for a request in a span of its own, where traces are collected. */
export function traceRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { route, scope, tracing }: { route: string; scope: RequestScope; tracing: Tracing | undefined },
  work: () => Promise<void>,
): Promise<void> {
  if (tracing === undefined || !traced.has(route)) return work();
  const { method = 'GET', headers } = request;
  const attributes = {
    'http.request.method': method,
    'http.route': `/${route}`,
    'activity_log.request_id': scope.requestId,
  };
  return tracing.inSpan({ name: `${method} /${route}`, kind: 'server', attributes, headers }, async (span) => {
    scope.traceId = span.traceId;
    await work();
    const { statusCode } = response;
    span.set('http.response.status_code', statusCode);
    if (statusCode >= 500) span.fail(String(statusCode));
  });
}
