import type { IncomingMessage } from 'node:http';
import { ActivityLogError } from '../errors.ts';

/** Bytes of a request's body, and of a WebSocket message. */
export const bodyLimit = 8 * 1024 * 1024;

const tooLarge = () =>
  new ActivityLogError('LIMIT_EXCEEDED', `A request body takes at most ${bodyLimit} bytes.`, { field: 'body' });

/**
 * Of a body that is too large, this much is still taken in and thrown away: a client that is cut off while it sends never
 * reads the refusal.
 */
const drainLimit = 4 * bodyLimit;

/**
 * Reads a request's body.
 * @throws ActivityLogError LIMIT_EXCEEDED where it is larger than 8 MiB; BAD_USER_INPUT where the request ends before it
 */
export async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  if (Number(request.headers['content-length'] ?? 0) > drainLimit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // `on`, not `for await`: leaving such a loop early would destroy the socket before the refusal is sent.
  return await new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > drainLimit) {
        request.pause();
        reject(tooLarge());
      }
    });
    request.once('end', () => (size > bodyLimit ? reject(tooLarge()) : resolve(Buffer.concat(chunks))));
    request.once('error', reject);
    request.once('close', () => {
      if (request.complete) return;
      reject(new ActivityLogError('BAD_USER_INPUT', 'The request ended before its body did.'));
    });
  });
}
