import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFileStore } from '@/spool/file-store.ts';
import { all, filesIn, leave, numbers, pathsIn, SpoolDirectories } from './spool-directories.ts';

const directories = new SpoolDirectories();
const { after, before, fresh } = directories;

describe('the store of files', () => {
  beforeEach(before);
  afterEach(after);

  it('shares a directory with another of its process, and takes over what that one leaves', async () => {
    const directory = fresh();
    const one = await openFileStore({ directory });
    await one.append(['1', '2']);
    const other = await openFileStore({ directory });
    expect(other.size.records).toBe(0);
    await other.append(['3']);
    expect(await one.adopt()).toBe(0);
    expect(await other.adopt()).toBe(0);
    // A failed attempt must not have broken the lock, as it would with locks that belong to the process.
    expect(await other.adopt()).toBe(0);
    await one.close();
    expect(await other.adopt()).toBe(2);
    expect(await other.adopt()).toBe(0);
    expect(await all(other)).toEqual(['1', '2', '3']);
    await other.close();
  });

  it('takes over in the order of the files, but puts nothing before what was peeked', async () => {
    const directory = fresh();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(3_000);
    const store = await openFileStore({ directory, segmentBytes: 1 });
    for (const text of ['own 1', 'own 2']) await store.append([JSON.stringify(text)]);
    const isAt = async (time: number, records: string[]) => {
      clock.mockReturnValue(time);
      await leave(directory, records);
    };
    expect(await store.peek({ records: 1, bytes: 1 })).toEqual(['"own 1"']);
    await isAt(2_000, ['2']);
    await isAt(1_000, ['1']);
    await isAt(9_000, ['9']);
    expect(await store.adopt()).toBe(3);
    expect(await all(store)).toEqual(['"own 1"', '1', '2', '9', '"own 2"']);
    await store.release(2);
    await store.append(['10']);
    expect(await all(store)).toEqual(['2', '9', '"own 2"', '10']);
    await store.close();
  });

  it('counts what was taken over against its bound', async () => {
    const directory = fresh();
    await leave(directory, numbers(100, 110));
    const store = await openFileStore({ directory, bytes: 130 + 13 });
    await store.append(['1']);
    await expect(store.append(['2'])).rejects.toThrow(/has no room for 1 record of 11 bytes: 11 records of 141 bytes/);
    await store.close();
  });

  it('holds so many files of others at once, and takes the others over when these are done with', async () => {
    const directory = fresh();
    await leave(directory, ...numbers(0, 130).map((n) => [n]));
    const store = await openFileStore({ directory });
    expect(store.size.records).toBe(128);
    await store.release(127);
    expect(store.size.records).toBe(1);
    await store.release(1);
    expect(await all(store)).toEqual(['128', '129']);
    await store.release(2);
    expect(filesIn(directory)).toEqual([]);
    await store.close();
  });

  it('passes by a file that its owner unlinks, or another takes, in the moment before the lock', async () => {
    const directory = fresh();
    await leave(directory, ['1'], ['2']);
    const native = createRequire(import.meta.url)('fs-native-extensions') as typeof import('fs-native-extensions');
    const { tryLock } = native;
    const lock = vi.spyOn(native, 'tryLock');
    const unlinking = (fd: number, offset?: number, length?: number) => {
      const [oldest = ''] = pathsIn(directory);
      rmSync(oldest);
      return tryLock(fd, offset, length);
    };
    lock.mockImplementationOnce(unlinking);
    const store = await openFileStore({ directory });
    expect(await all(store)).toEqual(['2']);
    await store.release(1);
    // New files look like left ones, too, until they are locked.
    lock.mockImplementationOnce(unlinking).mockReturnValueOnce(false);
    await store.append(['3']);
    expect(filesIn(directory)).toHaveLength(2);
    await store.close();
    const next = await openFileStore({ directory });
    expect(filesIn(directory)).toHaveLength(1);
    expect(await all(next)).toEqual(['3']);
    await next.close();
  });
});
