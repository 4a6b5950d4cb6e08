import { describe, expect, it, vi } from 'vitest';
import { Destination, type Item, items } from './destination.ts';
import { fateOf, holdTime, pass, spoolTo } from './spool-under-test.ts';

holdTime();

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
});
