import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isEncrypted } from './addresses.ts';
import type { Origins } from './origins.ts';

/** What every answer says; a page says more about itself. */
const common: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['x-frame-options', 'DENY'],
  // Nothing of an answer that is no page may run, load or be framed, whatever a browser takes it for.
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cross-origin-opener-policy', 'same-origin'],
  // For what is embedded without asking (<img>, <script>); who asks by CORS is told by its headers.
  ['cross-origin-resource-policy', 'same-origin'],
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

/** Sets the headers that every answer has. @param proxyHops proxies that are trusted to say that TLS was used */
export function setAnswerHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, origins, proxyHops }: { requestId: string; origins: Origins; proxyHops: number },
): void {
  response.setHeader('x-request-id', requestId);
  for (const [name, value] of common) response.setHeader(name, value);
  if (isEncrypted(request, proxyHops)) response.setHeader('strict-transport-security', encryptedOnly);
  origins.setHeaders(request, response);
}
