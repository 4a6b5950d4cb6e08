import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Far beyond the file's content, because Windows keeps others from reading the bytes that are locked. */
const lockedByte = 2 ** 40;

/** The file is gone, or belongs to somebody else. */
const notOurs = new Set(['ENOENT', 'EACCES', 'EPERM']);

/**
 * Makes a file of mode 0600 that nobody else uses: the kernel's lock on it ends when it is closed or the process dies.
 * Undefined where another process was faster to lock it, and may have taken it for one that was left.
 * @throws what the disk said
 */
export async function createLocked(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    return await lockedOrClosed(file);
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  }
}

/**
 * Opens a file that nobody holds. Undefined where somebody does (another opening in this process too), or where it is
 * gone or may not be opened by this user.
 * @throws what else the disk said
 */
export async function openLocked(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDWR);
  } catch (error) {
    if (notOurs.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  return await lockedOrClosed(file);
}

async function lockedOrClosed(file: FileHandle): Promise<FileHandle | undefined> {
  try {
    // Whoever held it may have delivered all of it and unlinked it between the opening and the lock.
    if (tryLock(file.fd) && (await file.stat()).nlink > 0) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

function tryLock(fd: number): boolean {
  // Loaded here, so that a platform without the native module can still use a store in memory.
  const native: typeof import('fs-native-extensions') = createRequire(import.meta.url)('fs-native-extensions');
  // macOS locks whole files only, and refuses anything else with EINVAL.
  return process.platform === 'darwin' ? native.tryLock(fd) : native.tryLock(fd, lockedByte, 1);
}
