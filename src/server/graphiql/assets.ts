import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { type Asset, packAsset, pageName } from '../pages.ts';
import { bootScript } from './boot-script.ts';
import { icon, page } from './page.ts';
import { pageStyle } from './page-style.ts';

type Packed = Omit<Asset, 'type'>;

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** The files that come from @graphql-yoga/render-graphiql, by name: what it calls them, and their type. */
const bundled: Readonly<Record<string, { export: string; type: string }>> = {
  'graphiql.js': { export: 'js', type: script },
  'graphiql.css': { export: 'css', type: style },
  'editor.worker.js': { export: 'editorWorkerService', type: script },
  'json.worker.js': { export: 'jsonWorker', type: script },
  'graphql.worker.js': { export: 'graphqlWorker', type: script },
};

/** The names under /graphql/assets/. */
export const assetNames: ReadonlySet<string> = new Set([...Object.keys(bundled), 'boot.js', 'page.css', 'favicon.svg']);

/**
 * Runs in a worker thread, from its own source: reads the library's module, sends each string of it compressed, ends.
 * It must use nothing from outside of itself.
 */
function packInWorker(): void {
  const { createRequire } = process.getBuiltinModule('node:module');
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { gzipSync } = process.getBuiltinModule('node:zlib');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const file = String(workerData);
  const texts: Record<string, string> = createRequire(file)(file);
  for (const [name, text] of Object.entries(texts)) {
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    const gzip = new Uint8Array(gzipSync(text));
    parentPort?.postMessage([name, { hash, gzip, size: Buffer.byteLength(text) }], [gzip.buffer]);
  }
}

/**
 * The library is one module of 9 MB of strings. Imported here it would stay in memory for ever and hold up everything
 * else while it is read and compressed; a thread takes its heap with it when it ends.
 */
async function packLibrary(): Promise<Map<string, Packed>> {
  const file = createRequire(import.meta.url).resolve('@graphql-yoga/render-graphiql/graphiql');
  const worker = new Worker(`(${packInWorker})()`, { eval: true, workerData: file, execArgv: [], env: {} });
  const packed = new Map<string, Packed>();
  await new Promise<void>((resolve, reject) => {
    worker.on('message', ([name, one]: [string, Packed]) => packed.set(name, one));
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
  return packed;
}

async function packAll(): Promise<ReadonlyMap<string, Asset>> {
  const library = await packLibrary();
  const assets = new Map<string, Asset>();
  for (const [name, { export: key, type }] of Object.entries(bundled)) {
    const found = library.get(key);
    if (found === undefined) throw new Error(`@graphql-yoga/render-graphiql has no ${key}.`);
    assets.set(name, { ...found, type });
  }
  assets.set('boot.js', packAsset(script, bootScript));
  assets.set('page.css', packAsset(style, pageStyle));
  assets.set('favicon.svg', packAsset('image/svg+xml', icon));
  const addresses = Object.fromEntries([...assets].map(([name, { hash }]) => [name, `assets/${hash}/${name}`]));
  assets.set(pageName, packAsset('text/html; charset=utf-8', page(addresses)));
  return assets;
}

let loading: Promise<ReadonlyMap<string, Asset>> | undefined;

/**
 * The page and its files, by name: read and compressed when they are first asked for, 2.4 MB from then on.
 * @throws where the library's files cannot be read; the next call tries again
 */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  loading ??= packAll().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return await loading;
}
