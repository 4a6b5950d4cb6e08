// Compiles src into dist, and bundles the viewer into dist/viewer, and what other pages embed into dist/react and
// dist/element. With --if-needed only where something has changed since the last build.
// Prints to standard error alone: the command that is run next owns standard output.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compiledTypes, copyEmbeddingTypes } from './embedding-types.mjs';

const root = new URL('../', import.meta.url);
const marker = new URL('dist/.built', root);
const inputs = [
  ...['tsconfig.json', 'tsconfig.build.json', 'tsconfig.embedding.json'],
  ...['vite.config.ts', 'vite.embedding.config.ts', 'package-lock.json'],
];

function newest() {
  const sources = readdirSync(new URL('src/', root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs);
  return Math.max(...sources, ...inputs.map((name) => statSync(new URL(name, root)).mtimeMs));
}

/** True where dist is there and nothing has changed since it was built. */
export function isBuilt() {
  return existsSync(marker) && statSync(marker).mtimeMs > newest();
}

/** What an earlier build made of sources that are gone: nobody shall import it, or find it in the package. */
function removeOlder(time) {
  for (const entry of readdirSync(new URL('dist/', root), { recursive: true, withFileTypes: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    // Some file systems keep whole seconds only.
    if (entry.isFile() && statSync(path).mtimeMs < time - 1_000) rmSync(path);
  }
}

async function run(program, args) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`node_modules/${program}`, root)), ...args], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 2, 2],
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error('The build failed; the compiler says why above.');
}

/** Compiles and bundles. Throws where the sources do not. */
export async function build() {
  const started = new Date();
  process.stderr.write('building … ');
  rmSync(marker, { force: true });
  const bundle = (...args) => run('vite/bin/vite.js', ['build', '--logLevel', 'warn', ...args]);
  const compile = (project, ...args) => run('typescript/bin/tsc', ['-p', project, ...args]);
  // Side by side: each has folders of its own.
  await Promise.all([
    compile('tsconfig.build.json'),
    compile('tsconfig.embedding.json', '--outDir', compiledTypes),
    bundle(),
    ...['react', 'element'].map((kind) => bundle('--config', 'vite.embedding.config.ts', '--mode', kind)),
  ]);
  copyEmbeddingTypes();
  removeOlder(started.getTime());
  chmodSync(new URL('dist/cli/main.js', root), 0o755);
  writeFileSync(marker, `${started.toISOString()}\n`);
  process.stderr.write(`done in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !(process.argv.includes('--if-needed') && isBuilt())) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
