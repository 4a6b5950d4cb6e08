import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FeedEntry } from '../../src/core/activity/feed.ts';
import { Delivery, type Outlet } from '../../src/live/topic.ts';
import { Metrics } from '../../src/metrics.ts';
import { StallWatch } from '../../src/server/stall-watch.ts';
import { channelOf, type WebSocketChannel } from '../../src/server/websocket-channel.ts';
import { RawSocket } from './raw-socket.ts';

/** How a channel gets its messages out. */
export const ways = ['as frames', 'without a socket', 'compressed'] as const;
export type Way = (typeof ways)[number];

export interface ChannelPair {
  channel: WebSocketChannel;
  /** The side of the server. */
  websocket: WebSocket;
  client: RawSocket;
  metrics: Metrics;
  close(): Promise<void>;
}

/** A real WebSocket with a channel at its server's end. */
export async function openChannelPair(way: Way, limit = 16_777_216): Promise<ChannelPair> {
  const metrics = new Metrics();
  const stalls = new StallWatch(60_000);
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: way === 'compressed' });
  const connected = new Promise<Pick<ChannelPair, 'channel' | 'websocket'>>((resolve) => {
    http.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (websocket) => {
        const options = { limit, metrics, stalls };
        const channel = channelOf(options, websocket, way === 'without a socket' ? {} : socket, () => {});
        websocket.on('close', channel.sent);
        resolve({ channel, websocket });
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = new RawSocket(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  await once(client.websocket, 'open');
  return {
    ...(await connected),
    client,
    metrics,
    close: async () => {
      client.websocket.resume();
      await client.close();
      stalls.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export const deliveryOf = (text: string): Delivery => new Delivery({} as FeedEntry, text);

/** Writes all, waiting for room as subscriptions do. */
export async function writeAll(outlet: Outlet, texts: readonly string[]): Promise<void> {
  const deliveries = texts.map(deliveryOf);
  for (let at = 0; at < deliveries.length; ) {
    at += outlet.write(deliveries, at);
    if (at < deliveries.length) await outlet.room();
  }
}
