import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostileText } from '../support/generated-entries.ts';
import { type ChannelPair, deliveryOf, openChannelPair, ways, writeAll } from './channel-pair.ts';

/** Each letter with its bytes in UTF-8. */
const letters = { x: 1, ü: 2, '\u2028': 3, '😀': 4 } as const;
const oddIds = ['a', '"', '\\', "'", '{"id":"b"}', 'é', '\u2028', '😀', '\u0001', 'x'.repeat(256)];

/** JSON of a text that makes a message of so many bytes. */
function payloadOf(id: string, size: number, letter: keyof typeof letters): string {
  const rest = size - Buffer.byteLength(`{"id":${JSON.stringify(id)},"type":"next","payload":""}`);
  const count = Math.floor(rest / letters[letter]);
  return JSON.stringify(letter.repeat(count) + '.'.repeat(rest - count * letters[letter]));
}

describe.each(ways)('the channel of a WebSocket, %s', (way) => {
  let pair: ChannelPair;
  beforeEach(async () => {
    pair = await openChannelPair(way);
    expect(pair.client.websocket.extensions).toBe(way === 'compressed' ? 'permessage-deflate' : '');
  });
  afterEach(async () => {
    await pair.close();
  });

  it('sends messages of every length, in bytes of one to four a letter', async () => {
    const { channel, client } = pair;
    const sizes = [120, 125, 126, 127, 128, 254, 255, 256, 65_534, 65_535, 65_536, 65_537, 131_073, 300_000];
    const texts = sizes.flatMap((size) =>
      Object.keys(letters).map((letter) => payloadOf('a', size, letter as keyof typeof letters)),
    );
    await writeAll(channel.outletOf('a'), texts);
    await client.until(({ id }) => id === 'a', texts.length);
    expect(client.texts.map((text) => Buffer.byteLength(text))).toEqual(sizes.flatMap((size) => Array(4).fill(size)));
    expect(client.texts.every((text, at) => text === `{"id":"a","type":"next","payload":${texts[at]}}`)).toBe(true);
  });

  it('sends any JSON for any id to the letter', async () => {
    const { channel, client } = pair;
    const outlets = oddIds.map((id) => channel.outletOf(id));
    await fc.assert(
      fc.asyncProperty(fc.array(hostileText(), { minLength: 1, maxLength: 10 }), async (payloads) => {
        client.clear();
        for (const outlet of outlets)
          await writeAll(
            outlet,
            payloads.map((text) => JSON.stringify({ data: text })),
          );
        const messages = await client.until(() => true, oddIds.length * payloads.length);
        expect(messages).toEqual(
          oddIds.flatMap((id) => payloads.map((data) => ({ id, type: 'next', payload: { data } }))),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('goes with what is sent past it on the same socket, in the order of the sending', async () => {
    const { channel, client, websocket } = pair;
    const outlet = channel.outletOf('a');
    const pings: string[] = [];
    client.websocket.on('ping', (data) => void pings.push(String(data)));
    const expected: unknown[] = [];
    for (let round = 0; round < 50; round += 1) {
      const payloads = [`${round}`, 'ü'.repeat(round * 100), `${round} more`];
      await writeAll(
        outlet,
        payloads.map((text) => JSON.stringify(text)),
      );
      websocket.send(JSON.stringify({ type: 'other', payload: '😀'.repeat(round * 50) }));
      websocket.ping(`${round}`);
      for (const payload of payloads) expected.push({ id: 'a', type: 'next', payload });
      expected.push({ type: 'other', payload: '😀'.repeat(round * 50) });
    }
    await client.until(() => true, 200);
    // Of compressed ones, `ws` lets no later one overtake, either.
    expect(client.messages).toEqual(expected);
    const last = once(client.websocket, 'ping');
    websocket.ping('last');
    if (pings.at(-1) !== 'last') await last;
    expect(pings).toEqual([...Array.from({ length: 50 }, (_, at) => `${at}`), 'last']);
  });

  it('counts messages, and the writes that they were coalesced into', async () => {
    const { channel, client, metrics } = pair;
    await writeAll(channel.outletOf('a'), Array(100).fill('{"data":1}'));
    await client.until(({ id }) => id === 'a', 100);
    expect(metrics.live).toMatchObject({ messages: 100, writes: way === 'as frames' ? 1 : 100 });
    // A header of two bytes for each.
    const bytes = client.texts.reduce((sum, text) => sum + text.length, 0);
    expect(metrics.live.bytes).toBe(way === 'as frames' ? bytes + 200 : bytes);
  });

  it('takes everything to nowhere once it is closed', async () => {
    const { channel, client, metrics, websocket } = pair;
    const outlet = channel.outletOf('a');
    const closed = once(websocket, 'close');
    await client.close();
    await closed;
    expect(channel.isOpen).toBe(false);
    expect(outlet.write([deliveryOf('1'), deliveryOf('2'), deliveryOf('3')], 1)).toBe(2);
    await outlet.room();
    expect(metrics.live).toEqual({ executions: 0, messages: 0, bytes: 0, writes: 0 });
  });

  it('sends nothing behind its closing', async () => {
    const { channel, client, websocket } = pair;
    const outlet = channel.outletOf('a');
    outlet.write([deliveryOf('1')], 0);
    websocket.close(4321, 'enough');
    expect(outlet.write([deliveryOf('2')], 0)).toBe(1);
    const [code, reason] = await once(client.websocket, 'close');
    expect([code, String(reason), client.messages.map(({ payload }) => payload)]).toEqual([4321, 'enough', [1]]);
  });
});

describe.each(ways)('a channel that is full, %s', (way) => {
  beforeEach(() => {
    // The watch for stalls, which also looks who has room, never comes: a channel has to say it by itself.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('refuses what comes, has room once the other side takes, and loses nothing', async () => {
    const limit = 65_536;
    const pair = await openChannelPair(way, limit);
    const { channel, client } = pair;
    const outlet = channel.outletOf('a');
    client.websocket.pause();
    const sent: number[] = [];
    // Not to be squeezed into nothing.
    const text = (at: number) => JSON.stringify([at, Array.from({ length: 600 }, () => Math.random())]);
    for (let at = 0; !channel.isFull; at += 1) {
      expect(outlet.write([deliveryOf(text(at))], 0)).toBe(1);
      sent.push(at);
    }
    expect(outlet.write([deliveryOf(text(-1))], 0)).toBe(0);
    // No more than the limit and one delivery.
    expect(channel.unsent).toBeLessThan(limit + 20_000);
    const room = outlet.room();
    client.websocket.resume();
    await room;
    expect(channel.isFull).toBe(false);
    expect(outlet.write([deliveryOf(text(sent.length))], 0)).toBe(1);
    await client.until(({ id }) => id === 'a', sent.length + 1);
    expect(client.messages.map(({ payload }) => payload[0])).toEqual([...sent, sent.length]);
    await pair.close();
  });

  it('sends each subscriber its own, of what all of them share, whatever is still unsent', async () => {
    const pair = await openChannelPair(way, 67_108_864);
    const { channel, client } = pair;
    // Some ids as long as each other, some not.
    const ids = ['a', 'b', 'c', 'longer', 'é', '"', 'z'];
    const outlets = ids.map((id) => channel.outletOf(id));
    const rounds = 30;
    for (let round = 0; round < rounds; round += 1) {
      // Sent at once, then held, then sent from what is held.
      if (round === 5) client.websocket.pause();
      const shared = [round, `${round} too`].map((n) => deliveryOf(JSON.stringify([n, 'ü'.repeat(30_000)])));
      for (const outlet of outlets) expect(outlet.write(shared, 0)).toBe(2);
    }
    if (way !== 'compressed') expect(channel.unsent).toBeGreaterThan(100_000);
    client.websocket.resume();
    const messages = await client.until(() => true, rounds * ids.length * 2);
    const expected = Array.from({ length: rounds }, (_, round) =>
      ids.flatMap((id) => [round, `${round} too`].map((n) => [id, n])),
    ).flat();
    expect(messages.map(({ id, payload }) => [id, payload[0]])).toEqual(expected);
    await pair.close();
  });

  it('lets go of who waits where it is closed', async () => {
    const pair = await openChannelPair(way, 4_096);
    const { channel, client, websocket } = pair;
    const outlet = channel.outletOf('a');
    client.websocket.pause();
    while (!channel.isFull) outlet.write([deliveryOf(JSON.stringify('x'.repeat(60_000) + Math.random()))], 0);
    const room = outlet.room();
    websocket.terminate();
    await room;
    client.websocket.resume();
    client.websocket.terminate();
    await pair.close();
  });
});
