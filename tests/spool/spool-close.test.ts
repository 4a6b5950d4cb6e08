import { describe, expect, it, vi } from 'vitest';
import { signal } from '../support/signal.ts';
import { Away, Destination, items } from './destination.ts';
import { fateOf, gateOf, holdTime, pass, spoolTo } from './spool-under-test.ts';

holdTime();

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
