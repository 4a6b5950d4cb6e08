/** The part of fs-native-extensions that is used here; the package has no types of its own. */
declare module 'fs-native-extensions' {
  /**
   * Asks the kernel for an exclusive lock on `length` bytes from `offset` (bytes beyond the end may be locked).
   * False where another open file holds it. The kernel releases it when the file is closed or its process dies.
   */
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
}
