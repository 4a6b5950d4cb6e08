import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileStore } from '@/spool/file-store.ts';
import { createMemoryStore } from '@/spool/memory-store.ts';
import { Spool } from '@/spool/spool.ts';
import type { SpoolStore } from '@/spool/spool-store.ts';
import { startChildProgram } from '../support/child-program.ts';
import { Away, Destination, type Item } from './destination.ts';

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const few = fc.nat({ max: 4 });
const call = fc.record({
  fate: fc.constantFrom('taken', 'taken', 'away', 'away', 'answer lost', 'broken' as const),
  before: few,
  after: few,
});
const step = fc.record({
  does: fc.constantFrom('put', 'put', 'put', 'sendBehind', 'flush' as const),
  count: fc.integer({ min: 1, max: 3 }),
  rest: few,
});
const script = fc.record({
  calls: fc.array(call, { maxLength: 30, size: 'max' }),
  callers: fc.array(fc.array(step, { maxLength: 8, size: 'max' }), { minLength: 1, maxLength: 5, size: 'max' }),
  batch: fc.record({ records: fc.integer({ min: 1, max: 6 }), bytes: fc.integer({ min: 1, max: 100 }) }),
  storeTakes: fc.array(few, { minLength: 1, maxLength: 7 }),
  closesAfter: fc.nat({ max: 30 }),
});
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

/** A destination whose calls take their time, and each of which meets the fate that the script has for it. */
function scripted({ calls }: Script) {
  const destination = new Destination();
  let next = 0;
  const send = async (items: readonly Item[]): Promise<string[]> => {
    const { fate = 'taken', before = 0, after = 0 } = calls[next++] ?? {};
    await turns(before);
    destination.fates = [fate];
    const sent = destination.send(items);
    sent.catch(() => {});
    await turns(after);
    return await sent;
  };
  const heal = () => {
    next = calls.length;
  };
  return { destination, send, heal };
}

function spoolOf(store: SpoolStore, send: (items: readonly Item[]) => Promise<string[]>, { batch }: Script) {
  return new Spool<Item, string>({
    store,
    send,
    batch,
    isAway: (error) => error instanceof Away,
    toRecord: ({ id }) => id,
    fromRecord: (id) => ({ id }),
    retry: { least: 0, most: 0 },
  });
}

interface Told {
  /** Taken or kept, in the order of the calls. */
  accepted: string[];
  /** Neither taken nor kept. */
  refused: string[];
}

/** Does the steps of each caller one after the other. Returns what each was told of its items; nothing is told of some. */
async function run(spool: Spool<Item, string>, { callers }: Script): Promise<Told[]> {
  return await Promise.all(
    callers.map(async (steps, caller) => {
      const told: Told = { accepted: [], refused: [] };
      for (const [at, { does, count, rest }] of steps.entries()) {
        const ids = Array.from({ length: count }, (_, number) => `"${caller}.${at}.${number}"`);
        const items = ids.map((id) => ({ id }));
        const put = async (): Promise<boolean> =>
          await spool.put(items).then(
            () => told.accepted.push(...ids) > 0,
            () => false,
          );
        if (does === 'flush') await spool.flush().catch(() => {});
        else if (does === 'sendBehind') await spool.sendBehind(items).then(() => told.accepted.push(...ids), put);
        else if (!(await put())) told.refused.push(...ids);
        await turns(rest);
      }
      return told;
    }),
  );
}

async function deliverAll(spool: Spool<Item, string>): Promise<void> {
  for (;;) {
    try {
      return await spool.flush();
    } catch {
      await turns(1);
    }
  }
}

function check(destination: Destination, told: readonly Told[]): void {
  for (const { accepted, refused } of told) {
    expect([...destination.taken].filter((id) => accepted.includes(id))).toEqual(accepted);
    expect([...destination.taken].filter((id) => refused.includes(id))).toEqual([]);
  }
}

describe('a spool whose destination comes and goes', () => {
  let root: string;
  let directories = 0;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'activity-log-spool-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const fresh = () => join(root, `${++directories}`);

  /** One in memory that takes its time as a disk does. */
  function slowStore({ storeTakes }: Script): SpoolStore {
    const store = createMemoryStore();
    let next = 0;
    const slow = async <T>(task: () => Promise<T>) => {
      await turns(storeTakes[next++ % storeTakes.length] ?? 0);
      const result = await task();
      await turns(storeTakes[next++ % storeTakes.length] ?? 0);
      return result;
    };
    let last: Promise<unknown> = Promise.resolve();
    return {
      place: 'slow memory',
      durable: false,
      get size() {
        return store.size;
      },
      append: (records) => {
        const result = last.then(() => slow(() => store.append(records)));
        last = result;
        return result;
      },
      peek: (most) => slow(() => store.peek(most)),
      release: (count) => slow(() => store.release(count)),
      close: () => slow(() => store.close()),
    };
  }

  it.each([
    ['memory', 400, async () => createMemoryStore()],
    ['a slow store', 400, async (given: Script) => slowStore(given)],
    ['files', 80, async () => await openFileStore({ directory: fresh(), segmentBytes: 40 })],
  ])('delivers everything, that of each caller in its order, by %s', async (_, numRuns, open) => {
    await fc.assert(
      fc.asyncProperty(script, async (given) => {
        const { destination, send, heal } = scripted(given);
        const spool = spoolOf(await open(given), send, given);
        const told = await run(spool, given);
        await deliverAll(spool);
        expect(spool.waiting).toBe(0);
        check(destination, told);
        // Whatever has happened, it is back to sending.
        heal();
        expect(await spool.put([{ id: '"last"' }])).toEqual(['got "last"']);
        expect(await spool.close()).toBe(0);
      }),
      { numRuns },
    );
  });

  it('gives what it could not deliver before it was closed to the next one', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (given) => {
        const { destination, send } = scripted(given);
        const directory = fresh();
        const first = spoolOf(await openFileStore({ directory, segmentBytes: 40 }), send, given);
        const running = run(first, given);
        await turns(given.closesAfter);
        const left = await first.close({ timeout: 0 });
        const told = await running;
        const next = spoolOf(await openFileStore({ directory }), send, given);
        expect(next.waiting).toBe(left);
        await deliverAll(next);
        check(destination, told);
        expect(await next.close()).toBe(0);
      }),
      { numRuns: 120 },
    );
  });

  it('lets its process end, and leaves what waits to the next one', async () => {
    const directory = fresh();
    const child = await startChildProgram(new URL('./leave-waiting.ts', import.meta.url), [directory]);
    const exit = once(child.process, 'exit');
    try {
      expect(await child.line()).toBe('waiting: 1');
      expect(await exit).toEqual([0, null]);
    } finally {
      await child.end('SIGKILL');
    }
    const store = await openFileStore({ directory });
    expect(await store.peek({ records: 9, bytes: 99 })).toEqual(['"an item"']);
    await store.close();
  });
});
