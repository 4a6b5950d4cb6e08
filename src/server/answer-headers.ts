import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isEncrypted } from './addresses.ts';
import type { Origins } from './origins.ts';

/** Headers as Node takes them fastest: names and values in turn. As an object they take it six times as long. */
type HeaderList = readonly string[];

/** What every answer says; a page says more about itself. */
const common: HeaderList = [
  ...['x-content-type-options', 'nosniff'],
  ...['referrer-policy', 'no-referrer'],
  ...['x-frame-options', 'DENY'],
  // Nothing of an answer that is no page may run, load or be framed, whatever a browser takes it for.
  ...['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ...['cross-origin-opener-policy', 'same-origin'],
  // For what is embedded without asking (<img>, <script>); who asks by CORS is told by its headers.
  ...['cross-origin-resource-policy', 'same-origin'],
];

/** Two years, as browsers' lists of such hosts want it; for other hosts of the domain it is not ours to say. */
const encryptedOnly = 'max-age=63072000';

/** A caller's id for its request, where it is one that may stand in a header and in every log line. */
const saneId = /^[\w.:-]{1,128}$/;

/** The id of a request: the caller's own (X-Request-Id), or a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && saneId.test(given) ? given : randomUUID();
}

export interface AnswerHeadersOptions {
  requestId: string;
  /** The pages that may read the answer; undefined for those of this host alone. */
  origins: Origins | undefined;
  /** Proxies that are trusted to say that TLS was used. */
  proxyHops: number;
}

/** The headers that every answer has. */
export function answerHeaders(
  request: IncomingMessage,
  { requestId, origins, proxyHops }: AnswerHeadersOptions,
): HeaderList {
  const headers = ['x-request-id', requestId, ...common];
  for (const [name, value] of Object.entries(origins?.headersFor(request) ?? {})) headers.push(name, String(value));
  if (isEncrypted(request, proxyHops)) headers.push('strict-transport-security', encryptedOnly);
  return headers;
}

/**
 * An answer that has headers whatever else is said with it. Not by setHeader(): Node then goes a slower way for all of the
 * headers, which a small answer takes longer for than for the rest.
 */
export class Answer extends ServerResponse {
  /** What is added to the headers of writeHead(), where they do not say otherwise. */
  always: HeaderList = [];

  override writeHead(status: number, ...rest: unknown[]): this {
    const headers = rest.at(-1);
    if (Array.isArray(headers)) throw new Error('Headers are given as an object here.');
    const given = typeof headers === 'object' && headers !== null ? (headers as OutgoingHttpHeaders) : {};
    const all: OutgoingHttpHeader[] = [];
    for (let at = 0; at < this.always.length; at += 2) {
      const name = this.always[at] as string;
      if (given[name] === undefined) all.push(name, this.always[at + 1] as string);
    }
    for (const [name, value] of Object.entries(given)) if (value !== undefined) all.push(name, value);
    return super.writeHead(status, all);
  }
}
