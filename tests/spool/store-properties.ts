import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpoolFullError, type SpoolStore } from '@/spool/spool-store.ts';
import { hostileText } from '../support/generated-entries.ts';

export interface StoreUnderTest {
  open(bound?: { bytes: number }): Promise<SpoolStore>;
  /** Closes it and opens another that finds what waits. */
  reopen?(store: SpoolStore): Promise<SpoolStore>;
  /** Called before and after each test. */
  before?(): void;
  after?(): void;
  /** How many bytes a record takes besides its own, as the bound counts them. */
  overhead: number;
  numRuns: number;
}

const everything = { records: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
const bytesOf = (records: readonly string[]) => records.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** What peek must return of records that wait. */
function firstOf(waiting: readonly string[], most: { records: number; bytes: number }): string[] {
  let count = 0;
  while (count < waiting.length && count < most.records) {
    if (count > 0 && bytesOf(waiting.slice(0, count + 1)) > most.bytes) break;
    count += 1;
  }
  return waiting.slice(0, count);
}

const large = fc.integer({ min: 60 * 1024, max: 70 * 1024 }).map((length) => JSON.stringify('é"\\'.repeat(length / 4)));
const record = fc.oneof(
  { weight: 20, arbitrary: hostileText(0, 6).map((text) => JSON.stringify({ text })) },
  { weight: 4, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: large },
);

type Action =
  | { does: 'append'; records: string[]; together: boolean }
  | { does: 'peek'; most: { records: number; bytes: number } }
  | { does: 'release'; count: number }
  | { does: 'reopen' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('append' as const),
      records: fc.array(record, { maxLength: 6 }),
      together: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('peek' as const),
      most: fc.record({ records: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 0, max: 400 }) }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('release' as const), count: fc.nat({ max: 7 }) }) },
  { weight: 1, arbitrary: fc.constant({ does: 'reopen' as const }) },
);

/** What every store does, against an array. */
export function describeStore(name: string, { open, reopen, before, after, overhead, numRuns }: StoreUnderTest): void {
  describe(`${name}, like any store`, () => {
    beforeEach(() => before?.());
    afterEach(() => after?.());

    it('is a queue, whatever is in the records', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 25, size: 'max' }), async (actions) => {
          let store = await open();
          let model: string[] = [];
          for (const step of actions) {
            if (step.does === 'append') {
              // One call, or one each without waiting: the order is that of the calls.
              if (step.together) await store.append(step.records);
              else await Promise.all(step.records.map((text) => store.append([text])));
              model.push(...step.records);
            } else if (step.does === 'peek') {
              expect(await store.peek(step.most)).toEqual(firstOf(model, step.most));
            } else if (step.does === 'release') {
              await store.release(step.count);
              model = model.slice(step.count);
            } else if (reopen !== undefined) {
              store = await reopen(store);
            }
            expect(store.size).toEqual({ records: model.length, bytes: bytesOf(model) });
          }
          expect(await store.peek(everything)).toEqual(model);
          await store.release(model.length);
          expect(store.size).toEqual({ records: 0, bytes: 0 });
          await store.close();
        }),
        { numRuns },
      );
    });

    it('does everything in the order of the calls, although nobody waits for the one before', async () => {
      const store = await open();
      const records = Array.from({ length: 40 }, (_, at) => JSON.stringify(`record ${at}`));
      await store.append(records);
      const peeked = await Promise.all(
        records.map(async (_, at) => {
          if (at % 2 === 1) return void (await store.release(2));
          return await store.peek({ records: 1, bytes: 1 });
        }),
      );
      expect(peeked.filter((some) => some !== undefined).flat()).toEqual(records.filter((_, at) => at % 2 === 0));
      expect(store.size.records).toBe(0);
      await store.close();
    });

    it('refuses what goes beyond its bound, keeps nothing of it, and has room again after a release', async () => {
      const text = JSON.stringify('x'.repeat(98));
      const store = await open({ bytes: 3 * (100 + overhead) });
      await store.append([text, text]);
      const refused = await store.append([text, text]).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(SpoolFullError);
      expect((refused as SpoolFullError).message).toContain(`${store.place}) has no room for 2 records of`);
      expect((refused as SpoolFullError).full).toEqual({
        place: store.place,
        bound: expect.objectContaining({ bytes: 3 * (100 + overhead) }),
        waiting: { records: 2, bytes: 2 * (100 + overhead) },
        refused: { records: 2, bytes: 2 * (100 + overhead) },
      });
      expect(store.size).toEqual({ records: 2, bytes: 200 });
      await store.append([text]);
      await expect(store.append(['1'])).rejects.toThrow(SpoolFullError);
      await store.release(3);
      await store.append([text, text, text]);
      expect(await store.peek(everything)).toEqual([text, text, text]);
      await store.close();
    });

    it('refuses a record with a line break, and what was with it', async () => {
      const store = await open();
      await expect(store.append(['1', '{\n}'])).rejects.toThrow(TypeError);
      expect(store.size).toEqual({ records: 0, bytes: 0 });
      await store.close();
    });

    it('refuses everything once it is closed, but still says what waits', async () => {
      const store = await open();
      await store.append(['1', '2']);
      await Promise.all([store.close(), store.close()]);
      for (const refused of [store.append(['3']), store.append([]), store.peek(everything), store.release(1)])
        await expect(refused).rejects.toThrow(`${store.place}) is closed`);
      expect(store.size).toEqual({ records: 2, bytes: 2 });
      await store.close();
    });
  });
}
