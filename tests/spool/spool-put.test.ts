import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryStore } from '@/spool/memory-store.ts';
import { SpoolFullError } from '@/spool/spool-store.ts';
import { Away, Destination, type Item, items } from './destination.ts';
import { fateOf, gateOf, holdTime, pass, spoolTo } from './spool-under-test.ts';

holdTime();

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
