import { describe, expect, it, vi } from 'vitest';
import { signal } from '../support/signal.ts';
import { Destination, items, notes } from './destination.ts';
import { fateOf, gateOf, holdTime, pass, spoolTo } from './spool-under-test.ts';

holdTime();

describe('the delivery', () => {
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
