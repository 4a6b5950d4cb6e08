import { once } from 'node:events';
import WebSocket, { type ClientOptions } from 'ws';
import type { AskedFor } from '../support/asked-for.ts';

export interface Message {
  id?: string;
  type: string;
  payload?: AskedFor;
}

/** `graphql-transport-ws` by hand: what came is kept to the letter. */
export class RawSocket {
  readonly websocket: WebSocket;
  /** Every message, as text, in order. */
  readonly texts: string[] = [];
  readonly messages: Message[] = [];
  #next: (() => void) | undefined;
  #ended: Error | undefined;

  constructor(url: string, options: ClientOptions = {}) {
    this.websocket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
    this.websocket.on('message', (data, isBinary) => {
      this.texts.push(String(data));
      try {
        if (isBinary) throw new Error('a binary message');
        this.messages.push(JSON.parse(String(data)) as Message);
        this.#next?.();
      } catch (error) {
        this.#end(error as Error);
      }
    });
    this.websocket.on('error', (error) => this.#end(error));
    this.websocket.on('close', (code, reason) => this.#end(new Error(`closed: ${code} ${reason}`)));
  }

  /** Connected and signed in. */
  static async open(url: string, token: string, options: ClientOptions = {}): Promise<RawSocket> {
    const socket = new RawSocket(url, options);
    await once(socket.websocket, 'open');
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await socket.until(({ type }) => type === 'connection_ack');
    return socket;
  }

  /** Forgets what came so far. */
  clear(): void {
    this.texts.length = 0;
    this.messages.length = 0;
  }

  /** The messages of one operation. */
  of(id: string): Message[] {
    return this.messages.filter((message) => message.id === id);
  }

  send(message: Message): void {
    this.websocket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, rest: { variables?: object; operationName?: string } = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, ...rest } });
  }

  /** Waits until so many messages are of a kind. @returns them */
  async until(isOne: (message: Message) => boolean, count = 1): Promise<Message[]> {
    for (;;) {
      const found = this.messages.filter(isOne);
      if (found.length >= count) return found;
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
    }
  }

  /** Waits until an operation has so many results. @returns their payloads, to the letter */
  async results(id: string, count: number): Promise<string[]> {
    await this.until((message) => message.id === id && message.type === 'next', count);
    const prefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    return this.texts.filter((text) => text.startsWith(prefix)).map((text) => text.slice(prefix.length, -1));
  }

  async close(): Promise<void> {
    if (this.websocket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.websocket, 'close');
    this.websocket.close(1000);
    await closed;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#next?.();
  }
}
