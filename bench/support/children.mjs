// Every process and directory of the benchmark, so that nothing is left behind: not on failure, not on Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onCore } from './cores.mjs';

const patience = 10_000;
const running = new Map();
const directories = new Set();
let ending = false;

/** A directory that is removed at the end. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'activity-log-bench-'));
  directories.add(directory);
  return directory;
}

/** Removes one before the end, where it is large. */
export function removeDirectory(directory) {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
}

/**
 * Starts a program on a core. `stopSignal` asks it to end; `killSignal` ends it where it does not.
 * `options` are those of spawn().
 */
export function startProgram(core, command, args, options = {}) {
  if (ending) throw new Error('The benchmark is being stopped.');
  const { stopSignal = 'SIGTERM', killSignal = 'SIGKILL', ...rest } = options;
  const child = spawn(...onCore(core, command, args), rest);
  running.set(child, { stopSignal, killSignal });
  child.once('exit', () => running.delete(child));
  // Also for a message to one that has ended; whoever waits for an answer hears of the end.
  child.on('error', () => {});
  return child;
}

/**
 * Starts a module with a channel for messages, and waits for its first one, which it gets back.
 * `node` is the program that runs it, `args` are its own.
 */
export async function startModule(core, file, { args = [], env = {}, node = process.execPath } = {}) {
  const program = fileURLToPath(file);
  const child = startProgram(core, node, [...args, program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${basename(program)} ended before it was ready (${signal ?? code}).`);
  });
  const [ready] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return { child, ready };
}

/** Ends a process, by force where it does not end by itself. */
export async function stopProcess(child) {
  const signals = running.get(child);
  if (signals === undefined) return;
  const ended = once(child, 'exit');
  child.kill(signals.stopSignal);
  const late = delay(patience, undefined, { ref: false }).then(() => child.kill(signals.killSignal));
  await Promise.race([ended, late.then(() => ended)]);
}

/** Ends everything that a section may have left running, the last started first. */
export async function stopAllBut(kept) {
  for (const child of [...running.keys()].reverse()) if (child !== kept) await stopProcess(child);
}

/** Ends everything that runs and removes the directories. */
export async function stopAll() {
  await stopAllBut();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  directories.clear();
}

/** True once somebody asked for the end: what fails now fails for that. */
export const isEnding = () => ending;

/** For the time of a run: whatever ends this process ends the others. Returns what stops watching. */
export function endWithDriver() {
  const atOnce = () => {
    for (const [child, { killSignal }] of running) child.kill(killSignal);
    for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const asked = () => {
    ending = true;
    process.stderr.write('stopping …\n');
    void stopAll().finally(() => process.exit(130));
  };
  process.once('exit', atOnce);
  process.once('SIGINT', asked);
  process.once('SIGTERM', asked);
  return () => {
    process.off('exit', atOnce);
    process.off('SIGINT', asked);
    process.off('SIGTERM', asked);
  };
}
