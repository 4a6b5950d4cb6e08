import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { acceptsGzip } from './accepts-gzip.ts';
import { type Asset, assetNames, loadAssets, pageName } from './graphiql/assets.ts';
import { pagePolicy } from './graphiql/page.ts';

const pageHeaders = {
  'content-security-policy': pagePolicy,
  'x-frame-options': 'DENY',
  // Whoever does not ask for HTML gets GraphQL at the same address.
  vary: 'accept, accept-encoding',
  // Asked about each time, so that a new version of the service shows at once.
  'cache-control': 'no-cache',
};

const assetHeaders = {
  // A worker has the policy of its own file: it loads nothing.
  'content-security-policy': "default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
};

const commonHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/** True where one of the tags of If-None-Match stands for this content; proxies that compress weaken them. */
function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((text) => ['*', tag].includes(text.trim().replace(/^W\//, '')));
}

function send(asset: Asset, headers: Record<string, string>, request: IncomingMessage, response: ServerResponse): void {
  const isGzip = acceptsGzip(request.headers['accept-encoding']);
  const etag = `"${asset.hash}${isGzip ? '-gzip' : ''}"`;
  const all = { ...commonHeaders, ...headers, etag };
  if (isKnown(request.headers['if-none-match'], etag)) {
    response.writeHead(304, all).end();
    return;
  }
  response.writeHead(200, {
    ...all,
    'content-type': asset.type,
    'content-length': isGzip ? asset.gzip.byteLength : asset.size,
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else if (isGzip) response.end(asset.gzip);
  else {
    const unpacked = createGunzip();
    // It fails only where the browser goes away, and then there is nobody to tell.
    pipeline(unpacked, response, () => {});
    unpacked.end(asset.gzip);
  }
}

async function answer(name: string, hash: string | undefined, request: IncomingMessage, response: ServerResponse) {
  const asset = (await loadAssets()).get(name);
  if (asset === undefined) throw new Error(`There is no ${name}.`);
  if (name === pageName) return send(asset, pageHeaders, request, response);
  // Of another version of the service, while one replaces the other: right for now, but nothing to keep.
  const isImmutable = hash === asset.hash;
  const cacheControl = isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache';
  send(asset, { ...assetHeaders, 'cache-control': cacheControl }, request, response);
}

/**
 * Serves GraphiQL: the page at /graphql, its files under /graphql/assets/, with or without the hash of their content.
 * Whether the client wants the page rather than GraphQL is for the caller to say. @returns true when it has answered
 */
export function serveGraphiql(path: string, request: IncomingMessage, response: ServerResponse): boolean {
  const [, hash, file] = /^\/graphql\/assets\/(?:([\w-]{16})\/)?([a-z.]+)$/.exec(path) ?? [];
  const name = path === '/graphql' ? pageName : assetNames.has(file ?? '') ? file : undefined;
  if (name === undefined) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return true;
  }
  answer(name, hash, request, response).catch((error: unknown) => {
    // The caller is told nothing more by then, so the operator reads it on standard error.
    process.emitWarning(error instanceof Error ? error : String(error));
    if (response.headersSent) return void response.destroy();
    response.writeHead(500, { ...commonHeaders, 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.end('GraphiQL cannot be shown right now. GraphQL itself works all the same.\n');
  });
  return true;
}
