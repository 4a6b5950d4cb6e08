import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { acceptsGzip } from './accepts-gzip.ts';

/** A file of a page, kept compressed only: most browsers take it so, the others get it unpacked on the way. */
export interface Asset {
  readonly type: string;
  /** Of its content; 16 characters that may stand in a path. */
  readonly hash: string;
  readonly gzip: Uint8Array;
  /** Bytes, unpacked. */
  readonly size: number;
}

/** A page, and its files under an address of their own, there with or without the hash of their content. */
export interface Pages {
  /** What people call it. */
  readonly title: string;
  /** The address of the page, for example `/graphql`. */
  readonly path: string;
  /** What the addresses of its files begin with, for example `/graphql/assets/`. */
  readonly assetPath: string;
  /** What is said with the page; its policy is one of them. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The page, by `pageName`, or a file of it; undefined where there is none by that name.
   * @throws where it cannot be read; the next call tries again
   */
  find(name: string): Promise<Asset | undefined>;
}

/** The name that `find` gives a page by; nothing is served by it. */
export const pageName = 'index.html';

const pageHeaders = {
  'x-frame-options': 'DENY',
  vary: 'accept-encoding',
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

/** The hash that files are kept and served under. */
export const hashOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('base64url').slice(0, 16);

/** @param hash of the content, where it is known already */
export function packAsset(type: string, content: string | Uint8Array, hash = hashOf(content)): Asset {
  return { type, hash, gzip: gzipSync(content), size: Buffer.byteLength(content) };
}

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

/** The file that an address asks for, and the hash in front of its name; undefined for an address of another kind. */
function fileAt(path: string, assetPath: string): { name: string; hash: string | undefined } | undefined {
  if (!path.startsWith(assetPath)) return undefined;
  const [, hash, name] = /^(?:([\w-]{16})\/)?([\w.-]+)$/.exec(path.slice(assetPath.length)) ?? [];
  return name === undefined || name === pageName ? undefined : { name, hash };
}

/**
 * Serves a page and its files. Whether the client wants the page where something else has the same address is for the
 * caller to say. @returns false where there is nothing by this path; otherwise it has answered
 */
export async function servePages(
  pages: Pages,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const isPage = path === pages.path;
  const file = isPage ? { name: pageName, hash: undefined } : fileAt(path, pages.assetPath);
  if (file === undefined) return false;
  try {
    const asset = await pages.find(file.name);
    if (asset === undefined) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (isPage) {
      send(asset, { ...pageHeaders, ...pages.headers }, request, response);
    } else {
      // Of another version of the service, while one replaces the other: right for now, but nothing to keep.
      const cacheControl = file.hash === asset.hash ? 'public, max-age=31536000, immutable' : 'no-cache';
      send(asset, { ...assetHeaders, 'cache-control': cacheControl }, request, response);
    }
  } catch (error) {
    // The caller is told nothing more by then, so the operator reads it on standard error.
    process.emitWarning(error instanceof Error ? error : String(error));
    response.writeHead(500, { ...commonHeaders, 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.end(`${pages.title} cannot be shown right now. GraphQL itself works all the same.\n`);
  }
  return true;
}
