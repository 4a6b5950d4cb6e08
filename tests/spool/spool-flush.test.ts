import { describe, expect, it } from 'vitest';
import { Away, Destination, items } from './destination.ts';
import { fateOf, holdTime, pass, spoolTo } from './spool-under-test.ts';

holdTime();

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

  it('is not told the end of an attempt that had begun before: the next one comes at once', async () => {
    const destination = new Destination();
    destination.fate = 'away';
    const { spool } = spoolTo(destination);
    await spool.put(items('1'));
    destination.holdsBack = true;
    await pass(400);
    expect(destination.heldBack).toHaveLength(1);
    const flushed = fateOf(spool.flush());
    destination.heldBack.shift()?.settle('away');
    await pass(0);
    expect(flushed.is).toBe('pending');
    destination.heldBack.shift()?.settle('taken');
    await pass(0);
    expect(flushed.is).toBe('resolved');
    expect([...destination.taken]).toEqual(['1']);
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
