import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { exportHeaders } from './export-headers.ts';

/** What scripts of other origins may send and read. */
const methods = 'GET, POST, OPTIONS';
const sent = 'authorization, content-type, x-request-id, traceparent, tracestate, range, last-event-id';
const read = ['x-request-id', 'retry-after', 'content-disposition', ...Object.values(exportHeaders)].join(', ');
/** Seconds that a browser remembers it; some take less. */
const remembered = '7200';

const forAnyone: OutgoingHttpHeaders = { 'access-control-allow-origin': '*' };

/**
 * Which pages of other origins may call. None of the answers lets a browser send what it knows by itself (cookies, client
 * certificates, a sign-in of a proxy in front): tokens come in a header, which only a script that has one can write.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string> | undefined;

  /** @param allowed `*` for every origin */
  constructor(allowed: '*' | readonly string[]) {
    this.#allowed = allowed === '*' ? undefined : new Set(allowed);
  }

  /** True also for what does not come from a page, and for pages of this very host. */
  allows({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || this.#allowed === undefined || this.#allowed.has(origin)) return true;
    // The page's own service. Whatever the scheme: a proxy may have taken the TLS off.
    return host !== undefined && origin.replace(/^https?:\/\//, '') === host;
  }

  /** The headers by which browsers decide whether a page may read the answer. */
  headersFor(request: IncomingMessage): OutgoingHttpHeaders {
    const { origin } = request.headers;
    if (this.#allowed === undefined)
      return origin === undefined ? forAnyone : { ...forAnyone, 'access-control-expose-headers': read };
    const vary = { vary: 'Origin' };
    if (origin === undefined || !this.#allowed.has(origin)) return vary;
    return { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': read };
  }

  /** Answers what browsers ask before a request that a form could not send. */
  answerPreflight(request: IncomingMessage, response: ServerResponse): void {
    const isAllowed = this.headersFor(request)['access-control-allow-origin'] !== undefined;
    const headers = isAllowed && {
      'access-control-allow-methods': methods,
      'access-control-allow-headers': sent,
      'access-control-max-age': remembered,
    };
    response.writeHead(204, { allow: methods, ...headers }).end();
  }
}
