import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { openFileStore } from '../../src/spool/file-store.ts';
import type { SpoolStore } from '../../src/spool/spool-store.ts';

/** Directories for the tests of a file, made and removed by `before` and `after` each of them. */
export class SpoolDirectories {
  #root = '';
  #count = 0;

  readonly before = (): void => {
    this.#root = mkdtempSync(join(tmpdir(), 'activity-log-spool-'));
  };

  readonly after = (): void => {
    vi.restoreAllMocks();
    rmSync(this.#root, { recursive: true, force: true });
  };

  /** What all of a test's directories are in. */
  get root(): string {
    return this.#root;
  }

  /** The path of one that is not there yet. */
  readonly fresh = (): string => join(this.#root, `${++this.#count}`);

  /** All file handles have this prototype, on which a disk's faults can be played. */
  async fileHandles(): Promise<FileHandle> {
    const handle = await openFile(this.#root);
    await handle.close();
    return Object.getPrototypeOf(handle) as FileHandle;
  }
}

const everything = { records: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
export const all = async (store: SpoolStore) => await store.peek(everything);
export const filesIn = (directory: string) => readdirSync(directory).sort();
export const pathsIn = (directory: string) => filesIn(directory).map((name) => join(directory, name));
export const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => String(from + at));

/** Leaves records behind as a process does that ends; each call makes a file. */
export async function leave(directory: string, ...groups: string[][]): Promise<void> {
  const store = await openFileStore({ directory, segmentBytes: 1 });
  for (const records of groups) await store.append(records);
  await store.close();
}
