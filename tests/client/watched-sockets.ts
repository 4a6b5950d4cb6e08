import { once } from 'node:events';
import WebSocket from 'ws';

/** A WebSocket class whose sockets a test can look at and cut: give it to the client as `webSocket`. */
export function watchSockets() {
  const sockets: WebSocket[] = [];
  const waiting: { type: string; resolve: () => void }[] = [];

  class WatchedSocket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols);
      sockets.push(this);
    }
    override send(data: Parameters<WebSocket['send']>[0]): void {
      super.send(data);
      const { type } = JSON.parse(String(data)) as { type: string };
      for (const one of waiting.filter((other) => other.type === type)) {
        waiting.splice(waiting.indexOf(one), 1);
        one.resolve();
      }
    }
  }

  return {
    webSocket: WatchedSocket,
    sockets,
    /** Resolves when the client sends the next message of this type. To be called before. */
    sends: (type: string) => new Promise<void>((resolve) => void waiting.push({ type, resolve })),
    /** Breaks every connection without a closing handshake. */
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    /** Resolves when every socket so far is closed. */
    closed: async () => {
      for (const socket of sockets) if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
    },
  };
}
