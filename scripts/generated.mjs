// Every generated file and how it is made. `npm run generate` makes them; `npm run check` fails where one is not current.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Files and folders that are made, never written by hand. */
export const generated = [
  'src/storage/generated',
  'schema.graphql',
  'src/client/generated',
  'docs/configuration.md',
  'docs/metrics.md',
];

const steps = [
  // The generator in use needs no engine; naming one keeps the Prisma CLI from trying to download it.
  ['prisma', ['generate'], { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' }],
  ['node', ['scripts/build.mjs']],
  ['node', ['scripts/print-schema.mjs']],
  ['graphql-codegen', ['--silent']],
  ['node', ['scripts/print-configuration.mjs']],
  ['node', ['scripts/print-metrics.mjs']],
];

/** Makes all of it. Throws with the output of the step that failed. */
export function generate() {
  for (const [command, args, env] of steps) {
    const path = command === 'node' ? process.execPath : join(root, 'node_modules/.bin', command);
    const { status, stdout, stderr } = spawnSync(path, args, {
      cwd: root,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

/** The text of every generated file, by path. */
export function readGenerated() {
  const files = generated
    .filter((path) => existsSync(join(root, path)))
    .flatMap((path) => {
      if (statSync(join(root, path)).isFile()) return [path];
      return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
    });
  return new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generate();
