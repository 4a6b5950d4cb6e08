import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryStore } from '@/spool/memory-store.ts';
import { Spool } from '@/spool/spool.ts';
import type { SpoolOptions } from '@/spool/spool-options.ts';
import { SpoolFullError, type SpoolStore } from '@/spool/spool-store.ts';
import { signal } from '../support/signal.ts';
import { Away, Destination, type Item, items, notes } from './destination.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // All of the delay, nothing left to chance.
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = async (milliseconds: number) => void (await vi.advanceTimersByTimeAsync(milliseconds));
const everything = { records: 1_000_000, bytes: 1_000_000_000 };

function spoolTo(destination: Destination, options: Partial<SpoolOptions<Item, string>> = {}) {
  const { lines, on } = notes();
  const store = options.store ?? createMemoryStore();
  const spool = new Spool<Item, string>({
    store,
    send: destination.send,
    isAway: (error) => error instanceof Away,
    toRecord: (item) => JSON.stringify(item),
    fromRecord: (record) => JSON.parse(record) as Item,
    on,
    ...options,
  });
  const kept = async () => (await store.peek(everything)).map((record) => (JSON.parse(record) as Item).id);
  return { spool, store, lines, kept };
}

/** Holds the store's appends back until it is opened. */
function gateOf(store: SpoolStore): { open(): void } {
  const append = store.append.bind(store);
  const gate = signal();
  vi.spyOn(store, 'append').mockImplementation(async (records) => {
    await gate.fired;
    await append(records);
  });
  return { open: gate.fire };
}

/** How a promise ends, for those that must still be pending later. */
function fateOf<T>(promise: Promise<T>): { is: 'pending' | 'resolved' | 'rejected'; value?: T; error?: unknown } {
  const fate: ReturnType<typeof fateOf<T>> = { is: 'pending' };
  promise.then(
    (value) => Object.assign(fate, { is: 'resolved', value }),
    (error: unknown) => Object.assign(fate, { is: 'rejected', error }),
  );
  return fate;
}

describe('put', () => {
  it('sends in the same tick where nothing waits, all calls at once, and keeps nothing', async () => {
    const destination = new Destination();
    destination.holdsBack = true;
    const { spool, store, lines } = spoolTo(destination);
    const append = vi.spyOn(store, 'append');
    const puts = [spool.put(items('1')), spool.put(items('2', '3'))];
    expect(destination.calls).toEqual([['1'], ['2', '3']]);
    for (const call of destination.heldBack.toReversed()) call.settle('taken');
    expect(await Promise.all(puts)).toEqual([['got 1'], ['got 2', 'got 3']]);
    expect(await spool.put([])).toEqual([]);
    expect(destination.calls).toHaveLength(2);
    expect(append).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
  });

  it('keeps what could not be sent in the order of the puts, whichever failed first', async () => {
    const destination = new Destination();
    destination.holdsBack = true;
    const { spool, kept } = spoolTo(destination);
    const puts = ['1', '2', '3', '4', '5'].map((id) => fateOf(spool.put(items(id))));
    const [one, two, three, four, five] = destination.heldBack;
    five?.settle('away');
    three?.settle('away');
    await pass(0);
    expect(await kept()).toEqual([]);
    two?.settle('taken');
    one?.settle('answer lost');
    await pass(0);
    expect(await kept()).toEqual(['1', '3']);
    four?.settle('broken');
    await pass(0);
    expect(await kept()).toEqual(['1', '3', '5']);
    expect(puts.map(({ is }) => is)).toEqual(['resolved', 'resolved', 'resolved', 'rejected', 'resolved']);
    expect(puts.map(({ value }) => value)).toEqual([undefined, ['got 2'], undefined, undefined, undefined]);
    expect(puts[3]?.error).toBeInstanceOf(TypeError);
  });

  it('keeps everything behind the first one that is kept, although it could be sent meanwhile', async () => {
    const destination = new Destination();
    destination.holdsBack = true;
    const { spool, kept } = spoolTo(destination);
    void spool.put(items('1'));
    void spool.put(items('2'));
    destination.heldBack[1]?.settle('away');
    await pass(0);
    // 2 is not in the store yet, because 1 is under way; 3 must not overtake it.
    void spool.put(items('3'));
    expect(destination.calls).toHaveLength(2);
    destination.heldBack[0]?.settle('taken');
    await pass(0);
    expect(await kept()).toEqual(['2', '3']);
    destination.holdsBack = false;
    expect(await spool.put(items('4'))).toBeUndefined();
    await pass(100);
    expect(destination.calls.slice(2)).toEqual([['2', '3', '4']]);
    expect([...destination.taken]).toEqual(['1', '2', '3', '4']);
    expect(await spool.put(items('5'))).toEqual(['got 5']);
  });

  it('keeps everything behind what is only on its way into the store', async () => {
    const destination = new Destination();
    destination.fates = ['away'];
    const { spool, store, kept } = spoolTo(destination);
    const gate = gateOf(store);
    const puts = [fateOf(spool.put(items('1')))];
    await pass(0);
    puts.push(fateOf(spool.put(items('2'))));
    await pass(60_000);
    expect(destination.calls).toEqual([['1']]);
    expect(puts.map(({ is }) => is)).toEqual(['pending', 'pending']);
    gate.open();
    await pass(0);
    expect(await kept()).toEqual(['1', '2']);
    expect(puts.map(({ is }) => is)).toEqual(['resolved', 'resolved']);
  });

  it('says what the destination said where that will not change', async () => {
    const destination = new Destination();
    destination.fate = 'broken';
    const { spool, lines } = spoolTo(destination);
    await expect(spool.put(items('1'))).rejects.toThrow('it is broken');
    expect([spool.waiting, lines]).toEqual([0, []]);
  });

  it('says which record cannot be written, and keeps the others', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const toRecord = (item: Item) => {
      if (item.id === 'bad') throw new RangeError('no such record');
      return JSON.stringify(item);
    };
    const { spool, kept, lines } = spoolTo(destination, { toRecord });
    await expect(spool.put(items('1', 'bad'))).rejects.toThrow('no such record');
    await spool.put(items('2'));
    expect(await kept()).toEqual(['2']);
    expect(lines).toEqual(['away: it is away for 1, bad', 'kept 1']);
  });

  it('refuses what cannot be kept, with the cause, and counts it; what was kept is delivered', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const { spool, store, lines } = spoolTo(destination, { store: createMemoryStore({ records: 2 }) });
    await spool.put(items('1', '2'));
    for (const put of [items('3'), items('4', '5')]) {
      const error = await spool.put(put).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SpoolFullError);
      expect((error as SpoolFullError).message).toContain('the most is 2 records');
      expect((error as SpoolFullError).cause).toBeInstanceOf(Away);
    }
    destination.fate = 'taken';
    await pass(100);
    expect([...destination.taken]).toEqual(['1', '2']);
    vi.spyOn(store, 'append').mockRejectedValueOnce(new Error('EIO'));
    destination.fates = ['away', 'taken'];
    await expect(spool.put(items('6'))).rejects.toThrow('EIO');
    expect(lines).toEqual([
      'away: it is away for 1, 2',
      'kept 2',
      'full: SpoolFullError, 1 lost',
      'full: SpoolFullError, 3 lost',
      'delivered 2: got 1,got 2',
      'back: 2',
      'away: it is away for 6',
      'full: Error, 4 lost',
    ]);
    // Nothing waits, but only what is taken shows that it is back.
    await spool.put(items('7'));
    expect(lines.at(-1)).toBe('back: 0');
  });

  it('does not hold what waits in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const destination = new Destination();
    destination.fate = 'away';
    const { spool } = spoolTo(destination);
    const keep = async () => {
      const refs: WeakRef<Item>[] = [];
      const puts: Promise<unknown>[] = [];
      for (let at = 0; at < 50; at++) {
        const item = { id: String(at) };
        refs.push(new WeakRef(item));
        puts.push(spool.put([item]));
        if (at === 25) await Promise.all(puts);
      }
      await Promise.all(puts);
      return refs;
    };
    const kept = await keep();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    // The trace of the last error may hold on to what it was thrown for.
    expect(kept.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
    expect(spool.waiting).toBe(50);
  });

  it('does not let a send that hangs hold up too many behind it', async () => {
    const destination = new Destination();
    destination.holdsBack = true;
    const { spool, kept } = spoolTo(destination, { batch: { records: 3, bytes: 1_000 } });
    const hanging = fateOf(spool.put(items('hanging')));
    const failed = fateOf(spool.put(items('failed')));
    destination.heldBack[1]?.settle('away');
    await pass(0);
    void spool.put(items('1'));
    void spool.put(items('2'));
    await pass(0);
    expect([await kept(), hanging.is]).toEqual([[], 'pending']);
    void spool.put(items('3'));
    await pass(0);
    expect(await kept()).toEqual(['hanging', 'failed', '1', '2', '3']);
    expect([hanging.is, hanging.value, failed.is]).toEqual(['resolved', undefined, 'resolved']);
    destination.heldBack[0]?.settle('away');
    destination.holdsBack = false;
    await pass(100);
    expect([...destination.taken]).toEqual(['hanging', 'failed', '1', '2', '3']);
    expect(destination.calls).toHaveLength(4);
  });
});

it('says nothing of a send that failed after its items had to be kept, but whether they are', async () => {
  const destination = new Destination();
  destination.holdsBack = true;
  const { spool, store, kept } = spoolTo(destination, { batch: { records: 1, bytes: 1_000 } });
  const gate = gateOf(store);
  const hanging = fateOf(spool.put(items('hanging')));
  void spool.put(items('failed'));
  destination.heldBack[1]?.settle('away');
  await pass(0);
  void spool.put(items('1'));
  destination.heldBack[0]?.settle('broken');
  await pass(0);
  expect(hanging.is).toBe('pending');
  gate.open();
  await pass(0);
  expect(hanging).toEqual({ is: 'resolved', value: undefined });
  expect(await kept()).toEqual(['hanging', 'failed', '1']);
});

describe('the delivery', () => {
  it('is tried again after 100 ms, twice as long each time, and never after more than 10 s', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const { spool, lines } = spoolTo(destination);
    await spool.put(items('1'));
    for (const delay of [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
      const before = destination.calls.length;
      await pass(delay - 1);
      expect(destination.calls).toHaveLength(before);
      await pass(1);
      expect(destination.calls).toHaveLength(before + 1);
    }
    destination.fate = 'taken';
    await pass(10_000);
    expect(lines).toEqual(['away: it is away for 1', 'kept 1', 'delivered 1: got 1', 'back: 1']);
    // A new episode begins from the beginning.
    destination.fates = ['away', 'taken'];
    await spool.put(items('2'));
    await pass(100);
    expect(lines.slice(4)).toEqual(['away: it is away for 2', 'kept 1', 'delivered 1: got 2', 'back: 1']);
  });

  it('leaves half of the delay to chance', async () => {
    vi.mocked(Math.random).mockReturnValue(0);
    const destination = new Destination();
    destination.fates = ['away', 'away'];
    const { spool } = spoolTo(destination, { retry: { least: 1_000, most: 1_500 } });
    await spool.put(items('1'));
    await pass(499);
    expect(destination.calls).toHaveLength(1);
    await pass(1);
    expect(destination.calls).toHaveLength(2);
    await pass(749);
    expect(spool.waiting).toBe(1);
    await pass(1);
    expect(spool.waiting).toBe(0);
  });

  it('goes in batches of so many records and bytes, by `deliver` where there is one, and says what that returned', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const delivered: string[][] = [];
    const deliver = async (some: readonly Item[]) => {
      delivered.push(some.map(({ id }) => id));
      return 'well';
    };
    const { spool, lines } = spoolTo(destination, { deliver, batch: { records: 3, bytes: 60 } });
    await spool.put(items('1', '2', '3', '4'));
    await spool.put(items('x'.repeat(40), 'y'));
    await pass(100);
    expect(delivered).toEqual([['1', '2', '3'], ['4', 'x'.repeat(40)], ['y']]);
    expect(destination.calls).toHaveLength(1);
    expect(lines.slice(1)).toEqual([
      'kept 4',
      'kept 2',
      'delivered 3: well',
      'delivered 2: well',
      'delivered 1: well',
      'back: 6',
    ]);
  });

  it('takes any other error for being away too, and says so once', async () => {
    const destination = new Destination();
    const { store, lines, spool } = spoolTo(destination);
    await store.append(['{"id":"1"}']);
    destination.fates = ['broken', 'broken'];
    spool.start();
    await pass(100);
    expect([destination.calls.length, spool.waiting]).toEqual([2, 1]);
    await pass(200);
    expect(lines).toEqual(['away: it is broken', 'delivered 1: got 1', 'back: 1']);
  });

  it('goes on after the store could not be read or released', async () => {
    const destination = new Destination();
    const { spool, store, lines } = spoolTo(destination);
    await store.append(['{"id":"1"}']);
    vi.spyOn(store, 'peek').mockRejectedValueOnce(new Error('EIO'));
    vi.spyOn(store, 'release').mockRejectedValueOnce(new Error('EROFS'));
    spool.start();
    await pass(100);
    expect(spool.waiting).toBe(1);
    await pass(200);
    expect(spool.waiting).toBe(0);
    expect(lines).toEqual(['away: EIO', 'delivered 1: got 1', 'back: 1']);
    expect(destination.calls).toEqual([['1'], ['1']]);
  });

  it('tells once of what it cannot read, and goes on with the others', async () => {
    const destination = new Destination();
    const { spool, store, lines } = spoolTo(destination);
    await store.append(['{"id":"1"}', 'nonsense', '{"id":"2"}']);
    destination.fates = ['away'];
    spool.start();
    await pass(100);
    await store.append(['again']);
    spool.start();
    await pass(0);
    expect(lines.slice(1)).toEqual([
      'delivered 2: got 1,got 2',
      'undeliverable: nonsense',
      'back: 2',
      'undeliverable: again',
    ]);
    expect(destination.calls).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('begins by start with what others have left, and puts come behind it even before', async () => {
    const destination = new Destination();
    const { spool, store, lines } = spoolTo(destination);
    spool.start();
    await store.append(['{"id":"left"}']);
    await pass(60_000);
    expect(destination.calls).toEqual([]);
    expect(await spool.put(items('1'))).toBeUndefined();
    await pass(0);
    expect([...destination.taken]).toEqual(['left', '1']);
    await store.append(['{"id":"more"}']);
    spool.start();
    await pass(0);
    expect([...destination.taken]).toEqual(['left', '1', 'more']);
    expect(lines).not.toContain('back: 3');
  });

  it('delivers what came after its last look into the store', async () => {
    const destination = new Destination();
    const { spool, store } = spoolTo(destination);
    await store.append(['{"id":"1"}']);
    const peek = store.peek.bind(store);
    const looks = vi.spyOn(store, 'peek').mockImplementation(async (most) => {
      const records = await peek(most);
      if (records.length === 0 && looks.mock.calls.length === 2) {
        await store.append(['{"id":"2"}']);
        spool.start();
      }
      return records;
    });
    spool.start();
    await pass(0);
    expect([...destination.taken]).toEqual(['1', '2']);
  });

  it('finds back to sending although puts come all the time', async () => {
    const destination = new Destination();
    destination.fates = ['away'];
    const { spool, lines } = spoolTo(destination);
    const puts: ReturnType<typeof fateOf<string[] | undefined>>[] = [];
    const put = () => void puts.push(fateOf(spool.put(items(String(puts.length)))));
    put();
    await pass(0);
    destination.holdsBack = true;
    await pass(100);
    // One at least comes during each delivery.
    for (let turn = 0; turn < 3; turn++) {
      put();
      put();
      destination.heldBack.shift()?.settle('taken');
      await pass(0);
    }
    expect(lines).toContain('back: 3');
    destination.holdsBack = false;
    for (const { settle } of destination.heldBack) settle('taken');
    await pass(0);
    expect(puts.map(({ is }) => is)).toEqual(puts.map(() => 'resolved'));
    expect(puts.map(({ value }) => value?.[0])).toEqual([
      undefined,
      undefined,
      undefined,
      'got 3',
      'got 4',
      'got 5',
      'got 6',
    ]);
    expect([...destination.taken]).toEqual(puts.map((_, at) => String(at)));
  });

  /** One of whose items the last is being delivered now, and was not the first: puts wait for that. */
  async function finishing(ids: readonly string[]) {
    const destination = new Destination();
    destination.holdsBack = true;
    const made = spoolTo(destination, { batch: { records: 1, bytes: 1_000 } });
    const puts = ids.map((id) => fateOf(made.spool.put(items(id))));
    destination.heldBack.shift()?.settle('away');
    destination.heldBack.shift()?.settle('away');
    await pass(100);
    destination.heldBack.splice(-1)[0]?.settle('taken');
    await pass(0);
    const [last] = destination.heldBack.splice(-1);
    expect([made.spool.waiting, last?.ids]).toEqual([1, [ids[1]]]);
    return { ...made, destination, puts, last };
  }

  it('lets nobody overtake those that wait for the last delivery', async () => {
    const { spool, store, destination, last } = await finishing(['1', '2', 'under way']);
    const gate = gateOf(store);
    void spool.put(items('3'));
    // It must be kept now, and so must not be behind 4, which comes while it is on its way into the store.
    destination.heldBack[0]?.settle('away');
    await pass(0);
    last?.settle('taken');
    await pass(0);
    void spool.put(items('4'));
    destination.holdsBack = false;
    gate.open();
    await pass(100);
    expect([...destination.taken]).toEqual(['1', '2', 'under way', '3', '4']);
  });

  it('lets nobody overtake them in the moment in which nothing waits any more', async () => {
    const { lines, on } = notes();
    const destination = new Destination();
    const { spool } = spoolTo(destination, {
      batch: { records: 1, bytes: 1_000 },
      on: {
        ...on,
        delivered: (count, outcome) => {
          on.delivered(count, outcome);
          if (lines.filter((line) => line.startsWith('delivered')).length === 2) void spool.put(items('late'));
        },
      },
    });
    destination.fates = ['away'];
    await spool.put(items('1', '2'));
    destination.holdsBack = true;
    await pass(100);
    destination.heldBack.shift()?.settle('taken');
    await pass(0);
    void spool.put(items('early'));
    destination.holdsBack = false;
    destination.heldBack.shift()?.settle('taken');
    await pass(0);
    expect([...destination.taken]).toEqual(['1', '2', 'early', 'late']);
  });

  it('is back only when the last batch is done with', async () => {
    const { store, destination, last, lines } = await finishing(['1', '2', 'under way']);
    const release = store.release.bind(store);
    const gate = signal();
    vi.spyOn(store, 'release').mockImplementation(async (count) => {
      await release(count);
      await gate.fired;
    });
    last?.settle('taken');
    await pass(0);
    destination.heldBack[0]?.settle('taken');
    await pass(0);
    expect(lines.filter((line) => line.startsWith('back'))).toEqual([]);
    gate.fire();
    await pass(0);
    expect(lines.at(-1)).toBe('back: 2');
  });

  it('keeps in their order those that waited for the last delivery, where that fails or they become many', async () => {
    for (const { puts, fails } of [
      { puts: 2, fails: true },
      { puts: 4, fails: false },
    ]) {
      const destination = new Destination();
      destination.fates = ['away'];
      const { spool, kept } = spoolTo(destination, { batch: { records: 3, bytes: 1_000 } });
      await spool.put(items('a', 'b', 'c', 'd'));
      destination.holdsBack = true;
      await pass(100);
      destination.heldBack.shift()?.settle('taken');
      await pass(0);
      const ids = ['1', '2', '3', '4'].slice(0, puts);
      const fates = ids.map((id) => fateOf(spool.put(items(id))));
      await pass(0);
      if (fails) {
        expect(fates.map(({ is }) => is)).toEqual(ids.map(() => 'pending'));
        destination.heldBack.shift()?.settle('away');
        await pass(0);
      }
      expect(await kept()).toEqual(['d', ...ids]);
      expect(fates.map(({ is }) => is)).toEqual(ids.map(() => 'resolved'));
    }
  });
});

describe('flush', () => {
  it('resolves at once where nothing waits', async () => {
    const { spool } = spoolTo(new Destination());
    await spool.flush();
  });

  it('delivers now instead of at the next attempt, and resolves once nothing waits', async () => {
    const destination = new Destination();
    destination.fates = ['away', 'away'];
    const { spool } = spoolTo(destination, { batch: { records: 2, bytes: 1_000 } });
    await spool.put(items('1', '2', '3'));
    await pass(100);
    await spool.put(items('4', '5'));
    destination.holdsBack = true;
    const flushed = fateOf(spool.flush());
    for (const batch of [['1', '2'], ['3', '4'], ['5']]) {
      await pass(0);
      expect(flushed.is).toBe('pending');
      expect(destination.calls.at(-1)).toEqual(batch);
      destination.heldBack.shift()?.settle('taken');
    }
    await pass(0);
    expect(flushed.is).toBe('resolved');
  });

  it('rejects promptly where the attempt fails, and the next one comes at its time', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const { spool } = spoolTo(destination);
    await spool.put(items('1'));
    await expect(spool.flush()).rejects.toThrow('it is away for 1');
    await expect(Promise.all([spool.flush(), spool.flush()])).rejects.toThrow(Away);
    expect(destination.calls).toHaveLength(3);
    await pass(399);
    expect(destination.calls).toHaveLength(3);
    await pass(1);
    expect(destination.calls).toHaveLength(4);
  });

  it('waits for what is on its way into the store', async () => {
    const destination = new Destination();
    destination.holdsBack = true;
    const { spool } = spoolTo(destination);
    void spool.put(items('1'));
    void spool.put(items('2'));
    destination.heldBack[1]?.settle('away');
    await pass(0);
    const flushed = fateOf(spool.flush());
    await pass(0);
    destination.holdsBack = false;
    destination.heldBack[0]?.settle('away');
    await pass(0);
    expect(flushed.is).toBe('resolved');
    expect([...destination.taken]).toEqual(['1', '2']);
  });
});

describe('sendBehind', () => {
  it('sends at once where nothing waits, and keeps nothing where that fails', async () => {
    const destination = new Destination();
    destination.fates = ['taken', 'away', 'broken'];
    const { spool, lines } = spoolTo(destination);
    const sent = spool.sendBehind(items('1'));
    expect(destination.calls).toEqual([['1']]);
    expect(await sent).toEqual(['got 1']);
    await expect(spool.sendBehind(items('2'))).rejects.toThrow(Away);
    await expect(spool.sendBehind(items('3'))).rejects.toThrow(TypeError);
    expect([spool.waiting, lines]).toEqual([0, ['away: it is away for 2']]);
    await spool.put(items('4'));
    expect(lines).toEqual(['away: it is away for 2', 'back: 0']);
  });

  it('comes behind what waits, which is delivered at once', async () => {
    const destination = new Destination();
    destination.fates = ['away'];
    const { spool } = spoolTo(destination);
    await spool.put(items('1'));
    const sent = [spool.sendBehind(items('2')), spool.sendBehind(items('3'))];
    await pass(0);
    expect(await Promise.all(sent)).toEqual([['got 2'], ['got 3']]);
    expect([...destination.taken]).toEqual(['1', '2', '3']);
  });

  it('rejects promptly where the delivery fails, one under way included, and lets puts pass meanwhile', async () => {
    const destination = new Destination();
    destination.fates = ['away'];
    const { spool, kept } = spoolTo(destination);
    await spool.put(items('1'));
    destination.holdsBack = true;
    await pass(100);
    const sent = fateOf(spool.sendBehind(items('2')));
    expect(await spool.put(items('3'))).toBeUndefined();
    destination.heldBack[0]?.settle('away');
    await pass(0);
    expect(sent).toMatchObject({ is: 'rejected', error: expect.any(Away) });
    expect(await kept()).toEqual(['1', '3']);
    expect(destination.calls).toHaveLength(2);
  });
});

describe('close', () => {
  it('delivers what waits first, and refuses everything from then on', async () => {
    const destination = new Destination();
    destination.fates = ['away'];
    const { spool } = spoolTo(destination);
    await spool.put(items('1', '2'));
    const closed = spool.close();
    await expect(spool.put(items('3'))).rejects.toThrow('the spool (memory) is closed');
    await expect(spool.sendBehind(items('3'))).rejects.toThrow('is closed');
    await expect(spool.flush()).rejects.toThrow('is closed');
    expect(await Promise.all([closed, spool.close()])).toEqual([0, 0]);
    expect([...destination.taken]).toEqual(['1', '2']);
    spool.start();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('settles promptly where the destination is away', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const { spool, store } = spoolTo(destination);
    await spool.put(items('1', '2'));
    const release = vi.spyOn(store, 'close');
    expect(await spool.close()).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
    expect(release).toHaveBeenCalled();
    expect(destination.calls).toHaveLength(2);
    await pass(60_000);
    expect(destination.calls).toHaveLength(2);
  });

  it('waits for sends under way, and keeps those that fail', async () => {
    const destination = new Destination();
    destination.holdsBack = true;
    const { spool } = spoolTo(destination);
    const puts = [fateOf(spool.put(items('1'))), fateOf(spool.put(items('2')))];
    const closed = fateOf(spool.close());
    await pass(0);
    expect(closed.is).toBe('pending');
    destination.heldBack[0]?.settle('taken');
    destination.heldBack[1]?.settle('away');
    await pass(0);
    expect([destination.calls.at(-1), closed.is]).toEqual([['2'], 'pending']);
    expect(destination.calls).toHaveLength(3);
    destination.heldBack[2]?.settle('away');
    await pass(0);
    expect(puts).toEqual([
      { is: 'resolved', value: ['got 1'] },
      { is: 'resolved', value: undefined },
    ]);
    expect(closed).toEqual({ is: 'resolved', value: 1 });
  });

  it('waits no longer than its timeout for a send that hangs, and keeps it with all behind it', async () => {
    const destination = new Destination();
    destination.holdsBack = true;
    const { spool, store } = spoolTo(destination);
    const puts = ['1', '2'].map((id) => fateOf(spool.put(items(id))));
    destination.heldBack[1]?.settle('away');
    await pass(0);
    puts.push(fateOf(spool.put(items('3'))));
    const appended = vi.spyOn(store, 'append');
    const closed = fateOf(spool.close());
    await pass(4_999);
    expect(closed.is).toBe('pending');
    await pass(1);
    expect(closed).toEqual({ is: 'resolved', value: 3 });
    expect(appended.mock.calls.flat(2)).toEqual(['{"id":"1"}', '{"id":"2"}', '{"id":"3"}']);
    expect(puts.map(({ is }) => is)).toEqual(['resolved', 'resolved', 'resolved']);
    destination.heldBack[0]?.settle('away');
    await pass(60_000);
    expect(destination.calls).toHaveLength(2);
  });

  it('waits no longer than its timeout for a delivery that hangs, and leaves the store alone then', async () => {
    const destination = new Destination();
    destination.fates = ['away'];
    const { spool, store } = spoolTo(destination);
    await spool.put(items('1'));
    destination.holdsBack = true;
    const release = vi.spyOn(store, 'release');
    const behind = fateOf(spool.sendBehind(items('2')));
    const flushed = fateOf(spool.flush());
    const closed = fateOf(spool.close({ timeout: 50 }));
    await pass(50);
    expect(closed).toEqual({ is: 'resolved', value: 1 });
    expect(behind).toMatchObject({ is: 'rejected', error: expect.any(Away) });
    expect(flushed.is).toBe('rejected');
    destination.heldBack[0]?.settle('taken');
    await pass(60_000);
    expect(release).not.toHaveBeenCalled();
  });

  it('does not begin to deliver after it is closed', async () => {
    const destination = new Destination();
    const { spool, store } = spoolTo(destination);
    await store.append(['{"id":"1"}']);
    const gate = signal();
    vi.spyOn(store, 'peek').mockImplementation(async () => {
      await gate.fired;
      return ['{"id":"1"}'];
    });
    const closed = fateOf(spool.close({ timeout: 50 }));
    await pass(50);
    expect(closed).toEqual({ is: 'resolved', value: 1 });
    gate.fire();
    await pass(60_000);
    expect(destination.calls).toEqual([]);
  });

  it('waits for those that were sent once nothing waited any more', async () => {
    const destination = new Destination();
    destination.fates = ['away'];
    const { spool } = spoolTo(destination);
    await spool.put(items('1'));
    destination.holdsBack = true;
    const behind = fateOf(spool.sendBehind(items('2')));
    const closed = fateOf(spool.close());
    await pass(0);
    destination.heldBack[0]?.settle('taken');
    await pass(0);
    expect([destination.calls.at(-1), closed.is]).toEqual([['2'], 'pending']);
    destination.heldBack[1]?.settle('taken');
    await pass(0);
    expect([behind.value, closed]).toEqual([['got 2'], { is: 'resolved', value: 0 }]);
  });

  it('waits for what is on its way into the store, however long that takes', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const { spool, store } = spoolTo(destination);
    const gate = gateOf(store);
    const put = fateOf(spool.put(items('1')));
    const closed = fateOf(spool.close());
    await pass(60_000);
    expect([put.is, closed.is]).toEqual(['pending', 'pending']);
    gate.open();
    await pass(0);
    expect([put.is, closed]).toEqual(['resolved', { is: 'resolved', value: 1 }]);
  });
});
