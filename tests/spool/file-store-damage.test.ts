import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Damage, type FileStore, openFileStore } from '@/spool/file-store.ts';
import { all, filesIn, leave, numbers, pathsIn, SpoolDirectories } from './spool-directories.ts';

const directories = new SpoolDirectories();
const { after, before, fresh } = directories;

describe('the store of files', () => {
  beforeEach(before);
  afterEach(after);

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
