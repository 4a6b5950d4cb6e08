import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Damage, type FileStore, openFileStore } from '@/spool/file-store.ts';
import type { SpoolStore } from '@/spool/spool-store.ts';
import { describeStore } from './store-properties.ts';

let root: string;
let directories = 0;
const fresh = () => join(root, `${++directories}`);
const before = () => {
  root = mkdtempSync(join(tmpdir(), 'activity-log-spool-'));
};
const after = () => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
};

describeStore('the store of files', {
  // So small that records are spread over many files.
  open: async (bound) => await openFileStore({ directory: fresh(), segmentBytes: 150, ...bound }),
  reopen: async (store) => {
    await store.close();
    return await openFileStore({ directory: store.place, segmentBytes: 150 });
  },
  before,
  after,
  overhead: 10,
  numRuns: 60,
});

const everything = { records: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
const all = async (store: SpoolStore) => await store.peek(everything);
const filesIn = (directory: string) => readdirSync(directory).sort();
const pathsIn = (directory: string) => filesIn(directory).map((name) => join(directory, name));
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => String(from + at));

/** All file handles have this prototype, on which a disk's faults can be played. */
async function fileHandles(): Promise<FileHandle> {
  const handle = await openFile(root);
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

describe('the store of files', () => {
  beforeEach(before);
  afterEach(after);

  /** Leaves records behind as a process does that ends; each call makes a file. */
  async function leave(directory: string, ...groups: string[][]): Promise<void> {
    const store = await openFileStore({ directory, segmentBytes: 1 });
    for (const records of groups) await store.append(records);
    await store.close();
  }

  it('makes nothing before the first append, and leaves nothing once all is released', async () => {
    const directory = join(fresh(), 'deep');
    const store = await openFileStore({ directory });
    expect([store.place, store.durable]).toEqual([directory, true]);
    await store.append([]);
    expect(await all(store)).toEqual([]);
    await store.release(1);
    expect(await store.adopt()).toBe(0);
    expect(existsSync(join(directory, '..'))).toBe(false);
    await store.append(['1', '2']);
    const [file = ''] = pathsIn(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(file).toMatch(new RegExp(`/[0-9a-z]{9}-${process.pid}-[0-9a-f]{8}-000001\\.spool$`));
    expect(readFileSync(file, 'utf8')).toBe('83dcefb7 1\n1ad5be0d 2\n');
    await store.release(2);
    expect(filesIn(directory)).toEqual([]);
    await store.close();
  });

  it('unlinks each file when it is done with, and goes on in another', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory, segmentBytes: 20 });
    for (const n of numbers(100, 106)) await store.append([n]);
    expect(filesIn(directory)).toHaveLength(3);
    await store.release(1);
    expect(filesIn(directory)).toHaveLength(3);
    await store.release(2);
    expect(filesIn(directory)).toHaveLength(2);
    await store.append(['106']);
    expect(await all(store)).toEqual(numbers(103, 107));
    await store.close();
  });

  it('gives what waits to the next one, without what was released', async () => {
    const directory = fresh();
    const first = await openFileStore({ directory, segmentBytes: 40 });
    for (const n of numbers(100, 120)) await first.append([n]);
    await first.release(8);
    await first.close();
    const second = await openFileStore({ directory });
    expect(second.size).toEqual({ records: 12, bytes: 36 });
    await second.append(['120']);
    await second.release(1);
    await second.close();
    const third = await openFileStore({ directory });
    expect(await all(third)).toEqual(numbers(109, 121));
    await third.release(12);
    expect(filesIn(directory)).toEqual([]);
    await third.close();
  });

  it('keeps the order of its files where the clock goes back', async () => {
    const directory = fresh();
    const clock = vi.spyOn(Date, 'now');
    const store = await openFileStore({ directory, segmentBytes: 1 });
    for (const n of numbers(0, 40)) {
      clock.mockReturnValue(1_700_000_000_000 - Number(n) * 1_000);
      await store.append([n]);
    }
    await store.close();
    const next = await openFileStore({ directory });
    expect(await all(next)).toEqual(numbers(0, 40));
    await next.close();
  });

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

  it('reads no more than it needs, however much waits', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory, segmentBytes: 256 * 1024 });
    const text = JSON.stringify('x'.repeat(1_000));
    for (let n = 0; n < 16; n++) await store.append(Array.from({ length: 250 }, () => text));
    const read = vi.spyOn(await fileHandles(), 'read');
    expect(await store.peek({ records: 50, bytes: 1_000_000 })).toHaveLength(50);
    const bytesRead = await Promise.all(read.mock.results.map(async ({ value }) => (await value).bytesRead as number));
    expect(bytesRead.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(128 * 1024);
    read.mockClear();
    await store.release(50);
    expect(read).not.toHaveBeenCalled();
    await store.close();
  });

  it('writes together what is asked for during a write', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory });
    const handles = await fileHandles();
    const write = vi.spyOn(handles, 'write');
    const sync = vi.spyOn(handles, 'datasync');
    await Promise.all(numbers(0, 500).map((n) => store.append([n])));
    expect(write).toHaveBeenCalledTimes(2);
    expect(sync).toHaveBeenCalledTimes(2);
    expect(await all(store)).toEqual(numbers(0, 500));
    await store.close();
  });

  it('acknowledges an append only once it is on disk', async () => {
    const store = await openFileStore({ directory: fresh() });
    const sync = vi.spyOn(await fileHandles(), 'datasync');
    let synced = false;
    sync.mockImplementation(async () => {
      expect(await all(store)).toEqual([]);
      synced = true;
    });
    await store.append(['1']);
    expect(synced).toBe(true);
    await store.close();
  });

  it('finishes its writes when it is closed', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory, segmentBytes: 30 });
    const appends = numbers(0, 20).map((n) => store.append([n]));
    await store.close();
    await Promise.all(appends);
    const next = await openFileStore({ directory });
    expect(await all(next)).toEqual(numbers(0, 20));
    await next.close();
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

  it('remembers what was released during a write', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory });
    await store.append(['1', '2']);
    vi.spyOn(await fileHandles(), 'datasync').mockImplementationOnce(async () => await store.release(2));
    await store.append(['3']);
    expect(await all(store)).toEqual(['3']);
    await store.close();
    const next = await openFileStore({ directory });
    expect(await all(next)).toEqual(['3']);
    await next.close();
  });

  it.each(['write', 'datasync'] as const)(
    'takes back a %s that failed, rejects its appends only, and goes on',
    async (failing) => {
      const directory = fresh();
      const store = await openFileStore({ directory });
      const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      const handles = await fileHandles();
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
          } as unknown as FileHandle['write'])
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
    const handles = await fileHandles();
    vi.spyOn(handles, 'datasync').mockRejectedValueOnce(new Error('EIO'));
    vi.spyOn(handles, 'truncate').mockRejectedValueOnce(new Error('EIO'));
    await expect(store.append(['2'])).rejects.toThrow('EIO');
    await store.append(['3']);
    expect(filesIn(directory)).toHaveLength(2);
    expect(await all(store)).toEqual(['1', '3']);
    await store.close();
  });

  it('says what the disk says about a directory that cannot be made or read', async () => {
    const inFile = join(root, 'file');
    writeFileSync(inFile, '');
    await expect(openFileStore({ directory: inFile })).rejects.toThrow('ENOTDIR');
    const gone = await openFileStore({ directory: join(root, 'later', 'spool') });
    writeFileSync(join(root, 'later'), '');
    await expect(gone.append(['1'])).rejects.toThrow(/ENOTDIR|EEXIST/);
    rmSync(join(root, 'later'));
    await gone.append(['1']);
    expect(await all(gone)).toEqual(['1']);
    await gone.close();
  });

  it('leaves files alone that are not its own kind', async () => {
    const directory = fresh();
    await leave(directory, ['1']);
    const names = ['notes.spool', 'x.spool.damaged', '0-1-a-1.spool.tmp'];
    for (const name of names) writeFileSync(join(directory, name), 'kept\n');
    const store = await openFileStore({ directory });
    expect(await all(store)).toEqual(['1']);
    await store.release(1);
    expect(filesIn(directory)).toEqual(names.toSorted());
    await store.close();
  });

  describe('with a file that is not what was written', () => {
    let directory: string;
    let file: string;
    let damages: Damage[];
    beforeEach(async () => {
      directory = fresh();
      await leave(directory, numbers(100, 105));
      file = pathsIn(directory)[0] ?? '';
      damages = [];
    });
    const reopen = async (): Promise<FileStore> =>
      await openFileStore({ directory, onDamage: (damage) => damages.push(damage) });
    const edit = (change: (text: string) => string) =>
      writeFileSync(file, change(readFileSync(file, 'latin1')), 'latin1');

    it.each([
      ['half a line', (text: string) => `${text}83dcefb7 1`, 5],
      ['half a checksum', (text: string) => `${text}83`, 5],
      ['a last line whose checksum is wrong', (text: string) => `${text}83dcefb8 1\n`, 5],
      ['a last line without its line break', (text: string) => text.slice(0, -1), 4],
      ['zeros behind the last line', (text: string) => text + '\0'.repeat(5_000), 5],
    ])('drops %s at the end without a word', async (_, change, left) => {
      edit(change);
      const store = await reopen();
      expect(store.size.records).toBe(left);
      expect(await all(store)).toEqual(numbers(100, 100 + left));
      await store.release(left);
      expect(damages).toEqual([]);
      expect(filesIn(directory)).toEqual([]);
      await store.close();
    });

    it('removes one in which there is nothing but half a line', async () => {
      edit((text) => text.slice(0, 7));
      const store = await reopen();
      expect(store.size.records).toBe(0);
      expect(filesIn(directory)).toEqual([]);
      expect(damages).toEqual([]);
      await store.close();
    });

    it('skips a bad line in the middle, tells of it, and keeps the file for people to look at', async () => {
      edit((text) => text.replace(' 101\n', ' 191\n').replace(' 103\n', ' 10\n3\n'));
      const damaged = readFileSync(file);
      const store = await reopen();
      expect(store.size).toEqual({ records: 3, bytes: 9 });
      expect(damages).toEqual([2, 4, 5].map((line) => ({ file, line })));
      expect(await all(store)).toEqual(['100', '102', '104']);
      await store.release(1);
      await store.close();
      const next = await reopen();
      await next.release(3);
      expect(pathsIn(directory)).toEqual([`${file}.damaged`]);
      expect(readFileSync(`${file}.damaged`)).toEqual(damaged);
      expect(damages).toHaveLength(6);
      await next.close();
      expect((await reopen()).size.records).toBe(0);
    });

    it('counts lines from the beginning of a file of which a part is released', async () => {
      const first = await reopen();
      await first.release(2);
      await first.close();
      edit((text) => text.replace(' 103\n', ' 193\n'));
      const store = await reopen();
      expect(damages).toEqual([{ file, line: 4 }]);
      expect(await all(store)).toEqual(['102', '104']);
      await store.close();
    });

    it('writes nothing into a file that another has left', async () => {
      edit((text) => `${text}half a line`);
      const store = await reopen();
      await store.append(['105']);
      expect(await all(store)).toEqual(numbers(100, 106));
      expect(filesIn(directory)).toHaveLength(2);
      expect(damages).toEqual([]);
      await store.close();
    });

    it('takes a mark that makes no sense for a bad line', async () => {
      const first = await reopen();
      await first.release(1);
      await first.close();
      edit((text) => `~zzzzzzzz${text.slice(9)}`);
      const store = await reopen();
      expect(damages).toEqual([{ file, line: 1 }]);
      expect(await all(store)).toEqual(numbers(101, 105));
      await store.close();
    });

    it('notices what goes bad while it waits', async () => {
      const store = await reopen();
      edit((text) => text.replace(' 101\n', ' 191\n').replace(/ 103\n.*/s, ' 103 '));
      expect(await all(store)).toEqual(['100', '102']);
      expect(store.size).toEqual({ records: 2, bytes: 6 });
      await all(store);
      expect(damages.map(({ line }) => line)).toEqual([2, 4]);
      await store.release(1);
      edit((text) => text.replace(' 102\n', ' 002\n'));
      expect(await all(store)).toEqual([]);
      expect(damages.map(({ line }) => line)).toEqual([2, 4, 3]);
      expect(store.size).toEqual({ records: 0, bytes: 0 });
      expect(pathsIn(directory)).toEqual([`${file}.damaged`]);
      await store.close();
    });
  });
});

function sizeOf(directory: string): number {
  return pathsIn(directory).reduce((sum, path) => sum + statSync(path).size, 0);
}
