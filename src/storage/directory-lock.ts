import { closeSync, constants, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ActivityLogError } from '../errors.ts';

/** Far beyond the file's content, because Windows keeps others from reading the bytes that are locked. */
const lockedByte = 2 ** 30;
const largestContent = 4096;

export interface DirectoryLock {
  /** Writes this process' URL into the lock file, for the message that a second process gets. */
  announce(url: string): void;
  /** Gives the directory free. May be called twice. */
  release(): void;
}

/**
 * Makes this process the only user of `dir`, which is created with mode 0700 where it does not exist. The lock is the
 * kernel's, on the file `lock` in it: it ends with the process, so a directory left by `kill -9` is free at once, and
 * the file itself, which stays, means nothing.
 * @throws ActivityLogError UNAVAILABLE where the directory is in use (by this process too), or cannot be created or written
 */
export function lockDirectory(dir: string): DirectoryLock {
  const fd = openLockFile(dir);
  let held = false;
  try {
    // Loaded here, so that a platform without the native module can still use PostgreSQL.
    const native: typeof import('fs-native-extensions') = createRequire(import.meta.url)('fs-native-extensions');
    held = native.tryLock(fd, lockedByte, 1);
    if (!held) throw new ActivityLogError('UNAVAILABLE', inUse(dir, read(fd)));
    write(fd, { pid: process.pid });
  } catch (error) {
    closeSync(fd);
    if (error instanceof ActivityLogError) throw error;
    throw new ActivityLogError(
      'UNAVAILABLE',
      `The data directory ${dir} cannot be locked: ${reason(error)}. Set DATABASE_URL to use PostgreSQL instead.`,
      { cause: error },
    );
  }
  return {
    announce(url) {
      if (held) write(fd, { pid: process.pid, url });
    },
    release() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

function openLockFile(dir: string): number {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return openSync(join(dir, 'lock'), constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch (error) {
    throw new ActivityLogError(
      'UNAVAILABLE',
      `The data directory ${dir} cannot be written: ${reason(error)}. Make it writable, or set ACTIVITY_DATA_DIR to another.`,
      { cause: error },
    );
  }
}

interface Holder {
  pid?: number;
  url?: string;
}

function write(fd: number, holder: Holder): void {
  const bytes = Buffer.from(`${JSON.stringify(holder)}\n`);
  writeSync(fd, bytes, 0, bytes.length, 0);
  ftruncateSync(fd, bytes.length);
}

/** Empty where the holder has not written yet. */
function read(fd: number): Holder {
  const buffer = Buffer.alloc(largestContent);
  const [line = ''] = buffer.toString('utf8', 0, readSync(fd, buffer, 0, largestContent, 0)).split('\n');
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function inUse(dir: string, { pid, url }: Holder): string {
  const holder =
    pid === process.pid ? `this process (pid ${pid})` : pid === undefined ? 'another process' : `process ${pid}`;
  const remedy =
    url === undefined
      ? 'Go through the server that runs there (--url URL --token TOKEN)'
      : `Go through the server that runs there (--url ${url} --token TOKEN)`;
  const at = url === undefined ? '' : ` at ${url}`;
  return `The data directory ${dir} is in use by ${holder}${at}. ${remedy}, or set ACTIVITY_DATA_DIR to another directory or DATABASE_URL to a PostgreSQL server.`;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
