import type { IncomingMessage } from 'node:http';
import { ActivityLogError } from '../errors.ts';

/** Bytes of a request's body, and of a WebSocket message. */
export const bodyLimit = 8 * 1024 * 1024;

const tooLarge = () =>
  new ActivityLogError('LIMIT_EXCEEDED', `A request body takes at most ${bodyLimit} bytes.`, { field: 'body' });

/**
 * Reads a request's body.
 * @throws ActivityLogError LIMIT_EXCEEDED as soon as it is known to be larger than 8 MiB; what follows is not read
 */
export async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // `on`, not `for await`: leaving such a loop early would destroy the socket before the refusal is sent.
  return await new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else {
        request.pause();
        reject(tooLarge());
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () =>
      reject(new ActivityLogError('BAD_USER_INPUT', 'The request ended before its body did.')),
    );
  });
}
