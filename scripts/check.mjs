// npm run check: types, lint, generated files, import direction. Runs all of them and says at the end what failed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkImports } from './check-imports.mjs';
import { generate, readGenerated } from './generated.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`${stdout}${stderr}`];
}

function checkGenerated() {
  const before = readGenerated();
  generate();
  const after = readGenerated();
  const paths = new Set([...before.keys(), ...after.keys()]);
  const stale = [...paths].filter((path) => before.get(path) !== after.get(path));
  return stale.map((path) => `${path} was not current. "npm run generate" has just made it anew: commit it.`);
}

const checks = {
  'generated files': checkGenerated,
  types: () => run('tsc', ['-p', 'tsconfig.json']),
  lint: () => run('biome', ['ci', '--colors=off']),
  'import direction': checkImports,
};

for (const [name, check] of Object.entries(checks)) {
  const problems = check();
  process.stdout.write(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}\n${problems.map((text) => `${text}\n`).join('')}`,
  );
  if (problems.length > 0) process.exitCode = 1;
}
