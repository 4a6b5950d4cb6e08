import { expect, it } from 'vitest';
import { createMemoryStore } from '@/spool/memory-store.ts';
import { SpoolFullError } from '@/spool/spool-store.ts';
import { describeStore } from './store-properties.ts';

describeStore('the store in memory', {
  open: async (bound) => createMemoryStore(bound),
  overhead: 0,
  numRuns: 300,
});

it('bounds the number of records', async () => {
  const store = createMemoryStore({ records: 3 });
  expect([store.place, store.durable]).toEqual(['memory', false]);
  await store.append(['1', '2']);
  await expect(store.append(['3', '4'])).rejects.toThrow(
    'The spool (memory) has no room for 2 records of 2 bytes: 2 records of 2 bytes wait already, the most is 3 records or 67108864 bytes.',
  );
  await store.append(['3']);
  await expect(store.append(['4'])).rejects.toThrow(SpoolFullError);
  expect(await store.peek({ records: 9, bytes: 9 })).toEqual(['1', '2', '3']);
});

it('holds 10,000 records by default', async () => {
  const store = createMemoryStore();
  await store.append(Array.from({ length: 10_000 }, String));
  await expect(store.append(['1'])).rejects.toThrow('the most is 10000 records or 67108864 bytes');
});

it('forgets what was released, however long the queue never empties', async () => {
  const store = createMemoryStore();
  for (let n = 0; n < 20_000; n++) {
    await store.append([String(n), String(n)]);
    if (n >= 100) await store.release(2);
  }
  expect(store.size.records).toBe(200);
  expect((await store.peek({ records: 3, bytes: 1_000 })).map(Number)).toEqual([19_900, 19_900, 19_901]);
});
