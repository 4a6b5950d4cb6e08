import type { IncomingMessage, ServerResponse } from 'node:http';

export function serveGraphiql(_path: string, _request: IncomingMessage, _response: ServerResponse): boolean {
  return false;
}
