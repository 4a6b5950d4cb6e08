// A WebSocket client of a few kilobytes that speaks graphql-transport-ws, so that one process can be thousands of them.
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { digits, numberMark, subscription } from './entries.mjs';
import { clientFrame, FrameReader, opcodes } from './frames.mjs';

/** All sockets of the process read into the same memory: what is in it is dealt with before the next one reads. */
const shared = Buffer.allocUnsafe(256 * 1024);

const idStart = '{"id":"'.length;
const idEnd = idStart + 36;
const nextMark = '","type":"next","payload":{"data":{';

/** The number of the entry in a message; NaN where there is none. */
export function numberIn(text) {
  const mark = text.indexOf(numberMark);
  if (mark < 0) return Number.NaN;
  let number = 0;
  const start = mark + numberMark.length;
  for (let at = start; at < start + digits; at += 1) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

export class LightSocket {
  #socket;
  #tally;
  #token;
  #byId = new Map();
  #handshake = '';
  #frames = new FrameReader(
    (text, bytes) => this.#onText(text, bytes),
    (opcode, payload) => this.#onControl(opcode, payload),
  );
  #onReady;
  #last;
  #keepsLast = false;
  /** The close code; 1006 where the connection ended without one. */
  closed;
  onClosed = () => {};

  constructor({ port, token, subscribers, tally }) {
    this.#tally = tally;
    this.#token = token;
    this.subscribers = subscribers;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    const onread = { buffer: shared, callback: (length, buffer) => this.#read(buffer, length) };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#end(1006));
    this.#socket.write(
      `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
  }

  /** Stops reading, as a client does that hangs. Keeps each last message from now on, for its cursor. */
  pause() {
    for (const subscriber of this.subscribers) subscriber.aside = true;
    this.#keepsLast = true;
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** The cursor of the last message that was read. */
  get liveCursor() {
    return this.#last === undefined ? undefined : JSON.parse(this.#last).payload.data.activityAdded.liveCursor;
  }

  /** To be called before the message that is the first to be kept. */
  keepLast() {
    this.#keepsLast = true;
  }

  close() {
    this.#socket.destroy();
  }

  #send(message) {
    this.#socket.write(clientFrame(opcodes.text, JSON.stringify(message)));
  }

  #read(buffer, length) {
    this.#tally.arrived();
    try {
      if (this.#handshake === undefined) this.#frames.read(buffer, length);
      else this.#readHandshake(Buffer.from(buffer.subarray(0, length)));
    } catch (error) {
      this.#tally.fail(error.message);
      this.#socket.destroy();
    }
    return true;
  }

  #readHandshake(chunk) {
    this.#handshake += chunk.toString('latin1');
    const end = this.#handshake.indexOf('\r\n\r\n');
    if (end < 0) return;
    const answer = this.#handshake;
    this.#handshake = undefined;
    if (!/^HTTP\/1\.1 101 /.test(answer) || !/sec-websocket-protocol: graphql-transport-ws/i.test(answer)) {
      throw new Error(`The server refused the handshake: ${answer.slice(0, 60)}`);
    }
    this.#send({ type: 'connection_init', payload: { authorization: `Bearer ${this.#token}` } });
    this.#frames.read(Buffer.from(answer.slice(end + 4), 'latin1'));
  }

  #onText(text, bytes) {
    if (!text.startsWith(nextMark, idEnd)) return this.#onRare(JSON.parse(text));
    const subscriber =
      this.subscribers.length === 1 && text.startsWith(this.subscribers[0].id, idStart)
        ? this.subscribers[0]
        : this.#byId.get(text.slice(idStart, idEnd));
    const number = numberIn(text);
    if (subscriber === undefined || Number.isNaN(number))
      return this.#tally.fail(`What is this: ${text.slice(0, 200)}`);
    if (this.#keepsLast) this.#last = text;
    this.#tally.receive(subscriber, number, bytes);
  }

  #onRare(message) {
    if (message.type === 'connection_ack') {
      for (const subscriber of this.subscribers) {
        subscriber.id = randomUUID();
        this.#byId.set(subscriber.id, subscriber);
        const payload = { query: subscription, variables: subscriber.variables };
        this.#send({ id: subscriber.id, type: 'subscribe', payload });
      }
      this.#onReady();
    } else if (message.type === 'ping') this.#send({ type: 'pong' });
    else if (message.type !== 'pong') this.#tally.fail(`Not expected: ${JSON.stringify(message).slice(0, 300)}`);
  }

  #onControl(opcode, payload) {
    if (opcode === opcodes.ping) this.#socket.write(clientFrame(opcodes.pong, payload));
    if (opcode !== opcodes.close) return;
    this.#end(payload.length >= 2 ? payload.readUInt16BE(0) : 1005);
    this.#socket.end(clientFrame(opcodes.close, payload.subarray(0, 2)));
  }

  #end(code) {
    if (this.closed !== undefined) return;
    this.closed = code;
    this.#onReady();
    this.onClosed(code);
  }
}
