import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Makes a directory of mode 0700, with those above it, where it does not exist. @throws what the disk said */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  // Each new one is an entry of the one above. Those that were there before may be closed to us: then it is left to the system.
  const highest = dirname(resolve(first));
  for (let above = dirname(resolve(directory)); above.length >= highest.length; above = dirname(above)) {
    await syncDirectory(above).catch(() => {});
    if (above === dirname(above)) break;
  }
}

/** Makes sure that the files made in a directory are found there after a crash of the machine. @throws what the disk said */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot, and need not.
  if (process.platform === 'win32') return;
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
