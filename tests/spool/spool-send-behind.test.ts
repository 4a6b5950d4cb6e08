import { describe, expect, it } from 'vitest';
import { Away, Destination, items } from './destination.ts';
import { fateOf, holdTime, pass, spoolTo } from './spool-under-test.ts';

holdTime();

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
