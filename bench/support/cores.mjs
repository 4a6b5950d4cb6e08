// One core for the server that is measured, another for everything that puts load on it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** The benchmarks read processor time and memory from /proc. */
export const isLinux = platform() === 'linux';

const status = isLinux ? readFileSync('/proc/self/status', 'latin1') : '';
const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0';
const cores = allowed.split(',').flatMap((range) => {
  const [first, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
});
const canPin = cores.length > 1 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;

/** Names for the two cores; undefined where nothing can be pinned. */
export const serverCore = canPin ? cores[0] : undefined;
export const loadCore = canPin ? cores[1] : undefined;

export const pinningShown = canPin
  ? `server pinned to core ${serverCore}; clients, PostgreSQL and driver to core ${loadCore}`
  : `nothing is pinned (${cores.length > 1 ? 'taskset is missing' : 'there is one core only'})`;

/** A command line that runs on one core; taskset becomes the program, so the process id stays. */
export function onCore(core, command, args) {
  return core === undefined ? [command, args] : ['taskset', ['-c', String(core), command, ...args]];
}

/** Moves this process, all of its threads, to the core of the load. Returns what undoes it. */
export function pinDriver() {
  if (loadCore === undefined) return () => {};
  const move = (list) => spawnSync('taskset', ['-a', '-p', '-c', list, String(process.pid)], { stdio: 'ignore' });
  move(String(loadCore));
  return () => move(allowed);
}
