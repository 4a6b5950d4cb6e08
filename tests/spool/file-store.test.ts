import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFileStore } from '@/spool/file-store.ts';
import { all, filesIn, leave, numbers, pathsIn, SpoolDirectories } from './spool-directories.ts';
import { describeStore } from './store-properties.ts';

const directories = new SpoolDirectories();
const { after, before, fresh } = directories;

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

describe('the store of files', () => {
  beforeEach(before);
  afterEach(after);

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

  it('reads no more than it needs, however much waits', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory, segmentBytes: 256 * 1024 });
    const text = JSON.stringify('x'.repeat(1_000));
    for (let n = 0; n < 16; n++) await store.append(Array.from({ length: 250 }, () => text));
    const read = vi.spyOn(await directories.fileHandles(), 'read');
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
    const handles = await directories.fileHandles();
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
    const sync = vi.spyOn(await directories.fileHandles(), 'datasync');
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

  it('remembers what was released during a write', async () => {
    const directory = fresh();
    const store = await openFileStore({ directory });
    await store.append(['1', '2']);
    vi.spyOn(await directories.fileHandles(), 'datasync').mockImplementationOnce(async () => await store.release(2));
    await store.append(['3']);
    expect(await all(store)).toEqual(['3']);
    await store.close();
    const next = await openFileStore({ directory });
    expect(await all(next)).toEqual(['3']);
    await next.close();
  });

  it('says what the disk says about a directory that cannot be made or read', async () => {
    const inFile = join(directories.root, 'file');
    writeFileSync(inFile, '');
    await expect(openFileStore({ directory: inFile })).rejects.toThrow('ENOTDIR');
    const gone = await openFileStore({ directory: join(directories.root, 'later', 'spool') });
    writeFileSync(join(directories.root, 'later'), '');
    await expect(gone.append(['1'])).rejects.toThrow(/ENOTDIR|EEXIST/);
    rmSync(join(directories.root, 'later'));
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
});
