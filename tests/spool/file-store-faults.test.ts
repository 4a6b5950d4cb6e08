import { statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFileStore } from '@/spool/file-store.ts';
import { all, filesIn, pathsIn, SpoolDirectories } from './spool-directories.ts';

const directories = new SpoolDirectories();
const { after, before, fresh } = directories;

describe('the store of files', () => {
  beforeEach(before);
  afterEach(after);

  it('leaves no file behind where it cannot be locked', async () => {
    const directory = fresh();
    const native = createRequire(import.meta.url)('fs-native-extensions') as typeof import('fs-native-extensions');
    vi.spyOn(native, 'tryLock').mockImplementationOnce(() => {
      throw new Error('ENOLCK: no locks available');
    });
    const store = await openFileStore({ directory });
    await expect(store.append(['1'])).rejects.toThrow('ENOLCK');
    expect(filesIn(directory)).toEqual([]);
    await store.append(['2']);
    expect(await all(store)).toEqual(['2']);
    await store.close();
  });

  it.each(['write', 'datasync'] as const)(
    'takes back a %s that failed, rejects its appends only, and goes on',
    async (failing) => {
      const directory = fresh();
      const store = await openFileStore({ directory });
      const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      const handles = await directories.fileHandles();
      const write = handles.write as (...of: [Buffer, number, number, number]) => Promise<unknown>;
      const fails = () => {
        if (failing === 'datasync') return void vi.spyOn(handles, 'datasync').mockRejectedValueOnce(full);
        // A disk that fills up takes a part first.
        vi.spyOn(handles, 'write')
          .mockImplementationOnce(async function (
            this: FileHandle,
            bytes: Buffer,
            at: number,
            _length: number,
            position: number,
          ) {
            return await write.call(this, bytes, at, 5, position);
          } as FileHandle['write'])
          .mockRejectedValueOnce(full);
      };
      fails();
      await expect(store.append(['"nowhere"'])).rejects.toThrow('ENOSPC');
      expect(filesIn(directory)).toEqual([]);

      await store.append(['1']);
      const before = sizeOf(directory);
      fails();
      const lost = [store.append(['2'])];
      const kept = store.append(['3']);
      for (const append of lost) await expect(append).rejects.toThrow('ENOSPC');
      await kept;
      expect(sizeOf(directory)).toBe(2 * before);
      expect(await all(store)).toEqual(['1', '3']);
      expect(store.size).toEqual({ records: 2, bytes: 2 });
      await store.close();
      const next = await openFileStore({ directory });
      expect(await all(next)).toEqual(['1', '3']);
      await next.close();
    },
  );

  it('leaves a file alone whose end it could not take back', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory });
    await store.append(['1']);
    const handles = await directories.fileHandles();
    vi.spyOn(handles, 'datasync').mockRejectedValueOnce(new Error('EIO'));
    vi.spyOn(handles, 'truncate').mockRejectedValueOnce(new Error('EIO'));
    await expect(store.append(['2'])).rejects.toThrow('EIO');
    await store.append(['3']);
    expect(filesIn(directory)).toHaveLength(2);
    expect(await all(store)).toEqual(['1', '3']);
    await store.close();
  });
});

function sizeOf(directory: string): number {
  return pathsIn(directory).reduce((sum, path) => sum + statSync(path).size, 0);
}
