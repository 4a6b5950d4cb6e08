import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Asset, hashOf, type Pages, packAsset, pageName } from './pages.ts';

/** What Vite has made of src/viewer: the page, and its files as `viewer/assets/HASH/name`. */
const built = fileURLToPath(new URL('../../dist/viewer/', import.meta.url));
/** The custom element for pages of others: `activity-timeline.js`, an address that stays, and its parts as `HASH/name`. */
const element = fileURLToPath(new URL('../../dist/element/', import.meta.url));

const elementName = 'activity-timeline.js';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What the page may load: files of this server, and nothing in the page itself. Its forms are read by its script. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The page says by itself where developers go on; where there is no GraphiQL, it must not. */
const linkOfGraphiql = /\n? *<link rel="help"[^>]*>/;

async function readBuilt(graphiql: boolean): Promise<ReadonlyMap<string, Asset>> {
  const assets = new Map<string, Asset>();
  const folders = [built, element].map((folder) => readdir(folder, { recursive: true, withFileTypes: true }));
  for (const entry of (await Promise.all(folders)).flat()) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const type = types[extname(path)];
    if (type === undefined) throw new Error(`The viewer has a file of a kind that is not served: ${path}`);
    if (assets.has(entry.name)) throw new Error(`The viewer has two files of the name ${entry.name}.`);
    if (entry.name !== pageName) {
      const content = await readFile(path);
      const hash = entry.name === elementName ? hashOf(content) : basename(dirname(path));
      assets.set(entry.name, packAsset(type, content, hash));
      continue;
    }
    const html = await readFile(path, 'utf8');
    if (!linkOfGraphiql.test(html)) throw new Error('The page of the viewer does not link to GraphiQL.');
    assets.set(pageName, packAsset(type, graphiql ? html : html.replace(linkOfGraphiql, '')));
  }
  return assets;
}

/**
 * The viewer: the page at `/`. Its files are read and compressed when they are first asked for.
 * @param graphiql whether developers find GraphiQL at /graphql
 */
export function createViewer({ graphiql }: { graphiql: boolean }): Pages {
  let loading: Promise<ReadonlyMap<string, Asset>> | undefined;
  return {
    title: 'The viewer',
    path: '/',
    assetPath: '/viewer/assets/',
    headers: { 'content-security-policy': policy },
    async find(name) {
      loading ??= readBuilt(graphiql).catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return (await loading).get(name);
    },
  };
}
