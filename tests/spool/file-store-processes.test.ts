import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileStore } from '@/spool/file-store.ts';
import type { SpoolStore } from '@/spool/spool-store.ts';
import { type ChildProgram, startChildProgram } from '../support/child-program.ts';

const program = new URL('./append-to-spool.ts', import.meta.url);
const endless = '1000000';

/** The numbers of the records that wait, read in batches, and released. */
async function drain(store: SpoolStore): Promise<number[]> {
  const found: number[] = [];
  for (;;) {
    const records = await store.peek({ records: 50, bytes: 50_000 });
    if (records.length === 0) return found;
    found.push(...records.map((record) => (JSON.parse(record) as { number: number }).number));
    await store.release(records.length);
  }
}

describe('the store of files, among processes', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'activity-log-spool-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([1, 30, 333, 1_500])(
    'loses nothing that was acknowledged by a process that is killed after %i',
    async (lines) => {
      const directory = join(root, `killed-${lines}`);
      const child = await startChildProgram(program, [directory, endless]);
      const last = { kept: 0, released: 0 };
      const read = async () => {
        const [what = '', number] = (await child.line()).split(' ');
        last[what as keyof typeof last] = Number(number);
      };
      for (let line = 0; line < lines; line++) await read();
      await child.end('SIGKILL');
      // What it had said before it was killed.
      for (let ended = false; !ended; )
        ended = await read().then(
          () => false,
          () => true,
        );

      const store = await openFileStore({ directory });
      const waiting = store.size.records;
      const found = await drain(store);
      expect(found).toHaveLength(waiting);
      const [first = 0] = found;
      expect(found).toEqual(found.map((_, at) => first + at));
      expect(found.at(-1)).toBeGreaterThanOrEqual(last.kept);
      // It may have released some more without having said so.
      expect([last.released + 1, last.released + 8]).toContain(first);
      expect(readdirSync(directory)).toEqual([]);
      await store.close();
    },
  );

  it('leaves what belongs to a living process alone, and takes it over once that is gone', async () => {
    const directory = join(root, 'shared');
    const children: ChildProgram[] = [];
    const appended = async (count: number) => {
      const child = await startChildProgram(program, [directory, String(count)]);
      children.push(child);
      while ((await child.line()) !== 'done');
    };
    try {
      await appended(5);
      const store = await openFileStore({ directory });
      await store.append(['{"number":100}']);
      await appended(3);
      expect(await store.adopt()).toBe(0);
      await children[1]?.end('SIGKILL');
      expect(await store.adopt()).toBe(3);
      await children[0]?.end('SIGKILL');
      expect(await store.adopt()).toBe(5);
      expect(store.size.records).toBe(9);
      expect(await drain(store)).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 100]);
      expect(readdirSync(directory)).toEqual([]);
      await store.close();
    } finally {
      for (const child of children) await child.end('SIGKILL');
    }
  });

  it('gives each record to one store, however many take over at the same time', async () => {
    const directory = join(root, 'raced');
    const left = await openFileStore({ directory, segmentBytes: 1 });
    for (let number = 0; number < 60; number++) await left.append([JSON.stringify({ number })]);
    await left.close();
    const found = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const store = await openFileStore({ directory });
        const numbers = await drain(store);
        await store.close();
        return numbers;
      }),
    );
    expect(found.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, number) => number));
    expect(readdirSync(directory)).toEqual([]);
  });
});
