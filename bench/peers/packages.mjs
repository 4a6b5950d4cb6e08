// The packages of the peers: not of the project, so they are installed beside the benchmarks, when they are needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { fileURLToPath } from 'node:url';
import { say } from '../support/table.mjs';

const bench = new URL('../', import.meta.url);
const installed = new URL('node_modules/.package-lock.json', bench);

/** Installs them as bench/package-lock.json says, where they are not there. */
export function needPackages() {
  if (existsSync(installed)) return;
  say('Installing the peers: npm ci in bench/');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: fileURLToPath(bench),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('npm ci in bench/ failed.');
}

export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, bench), 'utf8')).version;
}

/** PostGraphile wants a newer Node than the project: one from npm, which is among the packages. */
export function newerNode() {
  return fileURLToPath(new URL(`node_modules/node-linux-${arch}/bin/node`, bench));
}

export const newerNodeVersion = () => versionOf(`node-linux-${arch}`);
